// The job server of a soak: `stream-jobs serve` as a process of its own, ended and started again on the same data.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync } from 'node:fs';
import type { WriteStream } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { MessageConnection } from 'vscode-jsonrpc/node';
import { connectToJobServer } from '../../server/protocol/connect';
import { StreamJobsError } from '../../server/protocol/errors';
import type { JobDetails, JobSnapshot } from '../../server/protocol/jobs';
import type { StatementResult } from '../../server/protocol/results';
import * as protocol from '../../server/protocol/rpc';

const cli = path.join(__dirname, '../../dist/cli.js');
const answerMsMax = 90_000;
const readyMsMax = 30_000;

/** Nobody can say what became of a request: its server was killed. */
export class ConnectionLost extends Error {}

export class SoakServer {
  private running: { child: ChildProcess; rpc: MessageConnection } | undefined;
  private readonly log: WriteStream;
  /** How often it was started. */
  starts = 0;

  /** `onCrash` hears of an end that nobody asked for. */
  constructor(
    private readonly folder: string,
    logFile: string,
    private readonly onCrash: (how: string) => void,
  ) {
    mkdirSync(folder, { recursive: true });
    this.log = createWriteStream(logFile, { flags: 'a' });
  }

  get dataDir(): string {
    return path.join(this.folder, 'data');
  }
  file(name: string): string {
    return path.join(this.folder, name);
  }
  get isUp(): boolean {
    return this.running !== undefined;
  }

  /** Resolves when it serves; returns how long that took, in ms. */
  async start(): Promise<number> {
    const from = performance.now();
    this.starts += 1;
    const env = { ...process.env, UV_THREADPOOL_SIZE: '16', NO_COLOR: '1' };
    const child = spawn(process.execPath, [cli, 'serve', '--data-dir', this.dataDir], {
      cwd: this.folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stderr.pipe(this.log, { end: false });
    child.once('exit', (code, signal) => {
      if (this.running?.child !== child) return;
      this.running = undefined;
      this.onCrash(`the server ended by itself: ${signal ?? code ?? 'unknown'}`);
    });
    await withDeadline(
      Promise.race([
        once(createInterface({ input: child.stdout }), 'line'),
        once(child, 'exit').then(() => Promise.reject(new Error('The server did not start.'))),
      ]),
      readyMsMax,
    );
    this.running = { child, rpc: await this.connect() };
    return performance.now() - from;
  }

  /** Ends it; resolves when the process is gone. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const { running } = this;
    if (!running) return;
    this.running = undefined;
    const exit = once(running.child, 'exit');
    running.child.kill(signal);
    await withDeadline(exit, answerMsMax);
    running.rpc.dispose();
  }

  /** Another client of it. */
  async connect(): Promise<MessageConnection> {
    const { rpc } = await connectToJobServer(this.dataDir, 'soak');
    return rpc;
  }

  /** Runs one statement, for no longer than `msMax`. @throws StreamJobsError what it was refused with, ConnectionLost */
  async run(
    sql: string,
    {
      rpc = this.running?.rpc,
      msMax = answerMsMax,
    }: { rpc?: MessageConnection | undefined; msMax?: number } = {},
  ): Promise<StatementResult> {
    if (!rpc) throw new ConnectionLost('no server');
    const { results } = await answered(rpc.sendRequest(protocol.execute, { sql, by: 'soak' }), msMax);
    const failed = results.find(({ error }) => error !== undefined)?.error;
    if (failed) throw new StreamJobsError(failed.code, failed.message);
    const last = results.at(-1);
    if (!last) throw new Error(`No answer to ${sql}`);
    return last;
  }

  async jobs(): Promise<JobSnapshot[]> {
    if (!this.running) throw new ConnectionLost('no server');
    return answered(this.running.rpc.sendRequest(protocol.listJobs, {}));
  }
  async job(name: string): Promise<JobDetails> {
    if (!this.running) throw new ConnectionLost('no server');
    return answered(this.running.rpc.sendRequest(protocol.getJobDetails, { name }));
  }
}

async function answered<T>(request: Promise<T>, msMax = answerMsMax): Promise<T> {
  try {
    return await withDeadline(request, msMax);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    if (/disposed|closed|EPIPE|ECONNRESET|stream was destroyed|not connected/i.test(text))
      throw new ConnectionLost(text);
    throw error;
  }
}

/** @throws Error when it takes longer */
export async function withDeadline<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${ms} ms.`)), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
