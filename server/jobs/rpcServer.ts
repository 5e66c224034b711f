// The RPC door of the job server: a socket for its owner alone, and each protocol request handed to StreamJobServer.
import { createServer, type Server, type Socket } from 'node:net';
import {
  createMessageConnection,
  ErrorCodes,
  ResponseError,
  SocketMessageWriter,
  StreamMessageReader,
  type MessageConnection,
  type NotificationType,
  type RequestType,
} from 'vscode-jsonrpc/node';
import { StreamJobsError } from '../protocol/errors';
import * as protocol from '../protocol/rpc';
import { FrameGuard } from './frameGuard';
import { checkParams } from './requestShapes';
import type { PreviewReceiver, StreamJobServer } from './streamJobServer';

/** A client that leaves this many bytes unread gets no further rows or log lines until it has caught up. */
const unreadBytesMax = 4 * 1024 * 1024;

/** A connection that says no hello for this long is closed, in ms. */
const helloMsMax = 10_000;
/** Further ones are closed at once. */
const connectionsMax = 1000;

/** The part of the job server that clients reach. */
export type ServedJobs = Pick<
  StreamJobServer,
  | 'execute'
  | 'pauseJob'
  | 'resumeJob'
  | 'stopJob'
  | 'dropJob'
  | 'restartJob'
  | 'getJobDetails'
  | 'listJobs'
  | 'listTables'
  | 'peekJob'
  | 'preview'
  | 'cancelPreview'
  | 'onJobsChanged'
  | 'setWatched'
>;

export interface RpcServer {
  /** How many clients have said hello and not left. */
  readonly clients: number;
  /** Sends a line of the server's log to every client. */
  log(entry: { at: string; level: 'info' | 'warn' | 'error'; message: string }): void;
  /** Sends rows of a print sink to every client. */
  print(rows: { job: string; lines: string[] }): void;
  close(): Promise<void>;
}

export interface RpcServerOptions {
  socketPath: string;
  dataDir: string;
  serverVersion: string;
  /** Called with the number of clients each time one comes or leaves. */
  onClients(count: number): void;
}

/** Listens on `socketPath`. The caller has made its folder private. */
export async function serveRpc(jobs: ServedJobs, options: RpcServerOptions): Promise<RpcServer> {
  const connected = new Set<Client>();
  const clients = new Set<Client>();
  const counted = () => {
    jobs.setWatched(clients.size);
    options.onClients(clients.size);
  };
  const listener = createServer((socket) => {
    const client = new Client(socket, jobs, options, () => {
      clients.add(client);
      counted();
    });
    connected.add(client);
    socket.once('close', () => {
      client.dispose();
      connected.delete(client);
      if (clients.delete(client)) counted();
    });
  });
  const changes = jobs.onJobsChanged((change) => {
    for (const client of clients) client.mustTell(protocol.jobsChanged, change);
  });
  listener.maxConnections = connectionsMax;
  await listen(listener, options.socketPath);
  return {
    get clients() {
      return clients.size;
    },
    log: (entry) => clients.forEach((client) => client.tell(protocol.serverLog, entry)),
    print: (rows) => clients.forEach((client) => client.tell(protocol.printRows, rows)),
    async close() {
      changes();
      for (const client of connected) client.dispose();
      await new Promise<void>((resolve) => listener.close(() => resolve()));
    },
  };
}

/** One connection: refuses everything before `hello`, ends with its previews. */
class Client {
  readonly rpc: MessageConnection;
  private greeted = false;
  private readonly previews = new Set<string>();

  constructor(
    private readonly socket: Socket,
    private readonly jobs: ServedJobs,
    private readonly options: RpcServerOptions,
    private readonly onGreeted: () => void,
  ) {
    socket.on('error', () => socket.destroy());
    socket.setTimeout(helloMsMax, () => socket.destroy());
    const guard = new FrameGuard(protocol.messageBytesMax, () => this.caughtUp());
    guard.on('error', (error) => this.refuse(ErrorCodes.InvalidRequest, error.message, { close: true }));
    this.rpc = createMessageConnection(
      new StreamMessageReader(socket.pipe(guard)),
      new SocketMessageWriter(socket),
    );
    this.rpc.onError(([error]) => this.refuse(ErrorCodes.ParseError, error.message, { close: false }));
    this.rpc.onUnhandledNotification(() => undefined);
    this.register();
    this.rpc.listen();
  }

  /** Sends what may not be left out; a client that does not read it loses its connection. */
  mustTell<P>(type: NotificationType<P>, params: P): void {
    if (this.socket.writableLength > unreadBytesMax) this.socket.destroy();
    else this.send(type, params);
  }

  /** Sends what may be left out while the client is behind. */
  tell<P>(type: NotificationType<P>, params: P): void {
    if (this.socket.writableLength > unreadBytesMax) return;
    this.send(type, params);
  }

  /** A connection that has just closed refuses at once, not with its promise: it needs no word any more. */
  private send<P>(type: NotificationType<P>, params: P): void {
    try {
      void this.rpc.sendNotification(type.method, params).catch(ignoreLeft);
    } catch {
      this.socket.destroy();
    }
  }

  dispose(): void {
    for (const id of this.previews) void this.jobs.cancelPreview(id);
    this.previews.clear();
    this.rpc.dispose();
    this.socket.destroy();
  }

  private register(): void {
    const { rpc, jobs } = this;
    rpc.onRequest(protocol.hello, (params) => this.greet(params));
    const answer = <P, R>(type: RequestType<P, R, void>, handler: (params: P) => R | Promise<R>) => {
      rpc.onRequest(type.method, async (params: P) => {
        if (!this.greeted) throw badRequest('The first request of a connection must be hello.');
        try {
          checkParams(type.method, params);
          return await handler(params);
        } catch (error) {
          throw asResponseError(error);
        }
      });
    };
    answer(protocol.execute, async ({ sql, by, settings }) => {
      const executed = await jobs.execute(sql, {
        by,
        receiver: this.receiver(),
        ...(settings === undefined ? {} : { settings }),
      });
      for (const { previewId } of executed.results) if (previewId !== undefined) this.previews.add(previewId);
      return executed;
    });
    answer(protocol.pauseJob, ({ name, options }) => jobs.pauseJob(name, options));
    answer(protocol.resumeJob, ({ name, ...options }) => jobs.resumeJob(name, options));
    answer(protocol.stopJob, ({ name, by, force }) => jobs.stopJob(name, { by, force: force ?? false }));
    answer(protocol.restartJob, ({ name, by }) => jobs.restartJob(name, { by }));
    answer(protocol.dropJob, async ({ name, by }) => {
      await jobs.dropJob(name, { by });
      return null;
    });
    answer(protocol.getJobDetails, ({ name }) => jobs.getJobDetails(name));
    answer(protocol.listJobs, () => jobs.listJobs());
    answer(protocol.listTables, () => jobs.listTables());
    answer(protocol.peek, ({ name, limit }) => jobs.peekJob(name, limit));
    answer(protocol.preview, ({ sql }) => this.preview(sql));
    answer(protocol.cancel, async ({ id }) => {
      this.previews.delete(id);
      await jobs.cancelPreview(id);
      return null;
    });
  }

  private greet(params: Partial<protocol.HelloParams> | null): protocol.HelloResult {
    if (params?.protocolVersion !== protocol.protocolVersion) {
      throw asResponseError(
        new StreamJobsError(
          'PROTOCOL_VERSION',
          `The server speaks protocol version ${protocol.protocolVersion}, the client ${shown(params?.protocolVersion)}.`,
          { hint: 'Stop the server and start it again from the same version of Stream Jobs.' },
        ),
      );
    }
    if (!this.greeted) {
      this.greeted = true;
      this.socket.setTimeout(0);
      this.onGreeted();
    }
    const { serverVersion, dataDir } = this.options;
    return { protocolVersion: protocol.protocolVersion, serverVersion, pid: process.pid, dataDir };
  }

  private async preview(sql: string): Promise<{ id: string; columns: { name: string; type: string }[] }> {
    const started = await this.jobs.preview(sql, this.receiver());
    this.previews.add(started.id);
    return started;
  }

  /** Sends a preview's rows to this client; what it is too slow for is left out and counted. */
  private receiver(): PreviewReceiver {
    let skipped = 0;
    return {
      rows: (id, rows) => {
        if (this.socket.writableLength > unreadBytesMax) skipped += rows.length;
        else this.tell(protocol.previewRows, { id, rows, skipped });
      },
      done: (id, reason, message) => {
        this.previews.delete(id);
        const done = message === undefined ? { reason } : { reason, message };
        this.send(protocol.previewRows, { id, rows: [], skipped, done });
      },
    };
  }

  /** Resolves when the client has read what it asked for before, or is gone: only then its next requests are taken. */
  private async caughtUp(): Promise<void> {
    const { socket } = this;
    while (socket.writableLength > unreadBytesMax && !socket.destroyed) {
      await new Promise<void>((resolve) => {
        const done = () => {
          socket.off('drain', done).off('close', done);
          resolve();
        };
        socket.once('drain', done).once('close', done);
      });
    }
  }

  /** Answers what is no valid request; a stream whose frames are lost cannot go on. */
  private refuse(code: number, message: string, { close }: { close: boolean }): void {
    if (this.socket.destroyed) return;
    const body = JSON.stringify({ jsonrpc: '2.0', id: null, error: { code, message } });
    const frame = `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
    if (close) this.socket.end(frame, () => this.socket.destroy());
    else this.socket.write(frame);
  }
}

function shown(version: unknown): string {
  return typeof version === 'number' ? String(version) : 'none';
}

function badRequest(message: string): ResponseError<protocol.ErrorData> {
  return new ResponseError(ErrorCodes.InvalidRequest, message, { code: 'BAD_REQUEST' });
}

function asResponseError(error: unknown): ResponseError<protocol.ErrorData> {
  if (error instanceof ResponseError) return error as ResponseError<protocol.ErrorData>;
  if (error instanceof StreamJobsError) {
    const data: protocol.ErrorData =
      error.hint === undefined ? { code: error.code } : { code: error.code, hint: error.hint };
    return new ResponseError(ErrorCodes.InternalError, error.message, data);
  }
  const message = error instanceof Error ? error.message : String(error);
  return new ResponseError(ErrorCodes.InternalError, message, { code: 'INTERNAL' });
}

/** A client that left between two sends needs no answer. */
function ignoreLeft(): void {
  return undefined;
}

function listen(listener: Server, socketPath: string): Promise<void> {
  return new Promise((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(socketPath, () => {
      listener.off('error', reject);
      resolve();
    });
  });
}
