// Hosts the stream job server: attaches to the one that runs for the data directory or starts it, and brings it
// back after a crash. It is the only part that starts or restarts a server.
//
// 1. One attempt at a time: concurrent callers of connect() share its promise.
// 2. A connection that ends without being asked to is a crash; the policy decides when and whether to come back.
// 3. After dispose() nothing is started and no timer is left.
import type { ChildProcess } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Emitter } from 'vscode-jsonrpc/node';
import { connectToJobServer, type JobServerConnection } from '../../server/protocol/connect';
import { StreamJobsError } from '../../server/protocol/errors';
import { addressFile } from '../../server/protocol/rpc';
import type { RestartPolicy } from './restartPolicy';
import { startServer, type ServerStart } from './serverProcess';

export type HostState = 'none' | 'starting' | 'connected' | 'failed';

/** How often and how long after each other a server that another window is just starting is looked for. */
const attachAttempts = 20;
const attachIntervalMs = 250;
/** How long a server that was asked to end may take: it checkpoints its jobs first. */
const endMs = 15_000;

export interface HostOptions {
  /** How to start it, read anew each time since settings change. */
  start(): ServerStart;
  /** Named to the server: `vscode 1.139`. */
  clientName: string;
  /** @throws StreamJobsError when nothing may run here: the workspace is not trusted */
  requireAllowed(): void;
  policy: RestartPolicy;
  log(message: string): void;
}

export class JobServerHost {
  private current: JobServerConnection | undefined;
  private connecting: Promise<JobServerConnection> | undefined;
  private retry: NodeJS.Timeout | undefined;
  private disposed = false;
  private crashed = false;
  private readonly states = new Emitter<HostState>();
  private readonly connections = new Emitter<JobServerConnection>();
  private readonly returns = new Emitter<undefined>();
  private readonly starts = new Emitter<ChildProcess>();

  state: HostState = 'none';
  /** Why the last start failed. */
  failure: Error | undefined;

  readonly onState = this.states.event;
  /** Each new connection, before anyone else can use it: the place to subscribe. */
  readonly onConnection = this.connections.event;
  /** The server crashed and runs again. */
  readonly onReturn = this.returns.event;
  /** A server process of our own is ready. */
  readonly onStarted = this.starts.event;

  constructor(private readonly options: HostOptions) {}

  get connection(): JobServerConnection | undefined {
    return this.current;
  }

  /** Whether a server has run here before: there may be jobs to bring back. */
  async hasData(): Promise<boolean> {
    const files = await readdir(this.options.start().dataDir).catch(() => []);
    return files.length > 0;
  }

  /**
   * The connection, after attaching to or starting the server where needed.
   * @throws StreamJobsError SERVER_NOT_RUNNING when it does not start, PROTOCOL_VERSION
   */
  async connect(): Promise<JobServerConnection> {
    this.options.requireAllowed();
    if (this.current) return this.current;
    this.connecting ??= this.open().finally(() => (this.connecting = undefined));
    return this.connecting;
  }

  /** Ends the server, its jobs checkpointed, and starts it again. */
  async restart(): Promise<void> {
    this.options.requireAllowed();
    this.options.policy.forgive();
    clearTimeout(this.retry);
    const { current } = this;
    if (current) {
      this.options.log(`Stopping the server (process ${current.server.pid}).`);
      this.current = undefined;
      const closed = new Promise<void>((resolve) => current.rpc.onClose(resolve));
      process.kill(current.server.pid, 'SIGTERM');
      await Promise.race([closed, after(endMs)]);
      current.rpc.dispose();
    }
    await this.connect();
  }

  /** Leaves the server, which ends itself when nobody else uses it. */
  dispose(): void {
    this.disposed = true;
    clearTimeout(this.retry);
    this.current?.rpc.end();
    this.current?.rpc.dispose();
    this.current = undefined;
    for (const emitter of [this.states, this.connections, this.returns, this.starts]) emitter.dispose();
  }

  private async open(): Promise<JobServerConnection> {
    clearTimeout(this.retry);
    this.setState('starting');
    try {
      const connection = await this.attachOrStart();
      if (this.disposed) {
        connection.rpc.end();
        throw new StreamJobsError('CANCELLED', 'The window is closing.');
      }
      this.adopt(connection);
      return connection;
    } catch (error) {
      this.failure = error instanceof Error ? error : new Error(String(error));
      this.options.log(`No connection to the server: ${this.failure.message}`);
      this.setState('failed');
      throw error;
    }
  }

  private adopt(connection: JobServerConnection): void {
    const { pid, serverVersion } = connection.server;
    this.options.log(`Connected to server ${serverVersion} (process ${pid}).`);
    this.current = connection;
    this.failure = undefined;
    connection.rpc.onClose(() => this.closed(connection));
    this.connections.fire(connection);
    this.setState('connected');
    if (this.crashed) this.returns.fire(undefined);
    this.crashed = false;
  }

  private async attachOrStart(): Promise<JobServerConnection> {
    const start = this.options.start();
    const running = await this.attach(start.dataDir);
    if (running) return running;
    this.options.log(`Starting the server on ${start.dataDir}.`);
    try {
      this.starts.fire(await startServer(start));
    } catch (error) {
      if (!(error instanceof StreamJobsError && error.code === 'SERVER_RUNNING')) throw error;
      return this.attachSoon(start.dataDir, error);
    }
    return connectToJobServer(start.dataDir, this.options.clientName);
  }

  private async attach(dataDir: string): Promise<JobServerConnection | undefined> {
    try {
      return await connectToJobServer(dataDir, this.options.clientName);
    } catch (error) {
      if (error instanceof StreamJobsError && error.code === 'SERVER_NOT_RUNNING') return undefined;
      throw error;
    }
  }

  /** Another window was faster to start it, or the old one is still closing: both end within moments. */
  private async attachSoon(dataDir: string, why: StreamJobsError): Promise<JobServerConnection> {
    for (let attempt = 0; attempt < attachAttempts && !this.disposed; attempt++) {
      const running = await this.attach(dataDir);
      if (running) return running;
      await after(attachIntervalMs);
    }
    throw why;
  }

  private closed(connection: JobServerConnection): void {
    connection.rpc.dispose();
    if (this.current !== connection || this.disposed) return;
    this.current = undefined;
    void this.leftItsAddress(connection).then((crashed) => {
      if (this.disposed || this.current) return;
      this.crashed ||= crashed;
      this.comeBack(crashed ? 'The server ended unexpectedly.' : 'The server was stopped by someone else.');
    });
  }

  /** A server that ends as it should takes its address away first. */
  private async leftItsAddress({ server }: JobServerConnection): Promise<boolean> {
    const text = await readFile(path.join(server.dataDir, addressFile), 'utf8').catch(() => '');
    return text.includes(`"pid":${server.pid}`);
  }

  private comeBack(why: string): void {
    const delay = this.options.policy.afterCrash(Date.now());
    if (delay === undefined) {
      this.failure = new StreamJobsError('SERVER_NOT_RUNNING', `${why} It was restarted too often.`);
      this.options.log(this.failure.message);
      this.setState('failed');
      return;
    }
    this.options.log(`${why} Starting it again in ${delay} ms.`);
    this.setState('starting');
    this.retry = setTimeout(() => {
      this.connect().catch((error: unknown) => {
        if (!this.disposed) this.comeBack(error instanceof Error ? error.message : String(error));
      });
    }, delay);
  }

  private setState(state: HostState): void {
    if (this.state === state || this.disposed) return;
    this.state = state;
    this.states.fire(state);
  }
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
