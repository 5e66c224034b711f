// The shipped job server as a process of its own, told where to strike itself, and a client of it.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { buildSync } from 'esbuild';
import type { MessageConnection, RequestType } from 'vscode-jsonrpc/node';
import { connectToJobServer } from '../../server/protocol/connect';
import { StreamJobsError } from '../../server/protocol/errors';
import type { JobDetails, JobSnapshot } from '../../server/protocol/jobs';
import type { Cell } from '../../server/protocol/results';
import * as protocol from '../../server/protocol/rpc';
import { endsWithTest } from '../endsWithTest';
import { blowVariable, traceVariable, type Blow } from './points';

const root = path.join(__dirname, '../..');
const server = path.join(root, 'dist/job-server.js');
/** Beside the product, so that both load the same DuckDB. */
export const preload = path.join(root, 'out/crash/preload.js');
/** A server that is told to end has this long. */
const endMs = 20_000;

/** Makes what is loaded into each server process. Once, before the first. */
export function prepare(): void {
  buildSync({
    entryPoints: [path.join(__dirname, 'preload.ts')],
    outfile: preload,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['@duckdb/*'],
    logLevel: 'warning',
  });
}

/** The process ended while something waited for it. */
export class Gone extends Error {
  override readonly name = 'Gone';
}

export class ServerProcess {
  readonly exit: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  private readonly child: ChildProcess;
  private rpc: MessageConnection | undefined;
  private errors = '';
  private gone = false;

  constructor(
    private readonly folder: string,
    trace: string,
    blow?: Blow,
  ) {
    this.child = fork(server, ['--data-dir', this.dataDir, '--base-dir', folder, '--keep-running'], {
      cwd: root,
      execArgv: ['--require', preload, ...endsWithTest],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        UV_THREADPOOL_SIZE: '16',
        [traceVariable]: trace,
        ...(blow === undefined ? {} : { [blowVariable]: JSON.stringify(blow) }),
      },
    });
    this.child.stderr?.on(
      'data',
      (chunk: Buffer) => (this.errors = (this.errors + chunk.toString()).slice(-20_000)),
    );
    this.exit = once(this.child, 'exit').then(([code, signal]) => {
      this.gone = true;
      return { code: code as number | null, signal: signal as NodeJS.Signals | null };
    });
  }

  /** The end of what it logged. */
  get log(): string {
    return this.errors;
  }

  /** Resolves when it serves. @throws Gone */
  async ready(): Promise<void> {
    await this.orGone(once(this.child, 'message'));
    this.rpc = (await this.orGone(connectToJobServer(this.dataDir, 'crash test'))).rpc;
  }

  /** Runs a script. @throws Gone, Error of the first statement that failed */
  async run(sql: string): Promise<void> {
    await this.rows(sql);
  }
  /** The same, and the rows of the last statement, by column. */
  async rows(sql: string): Promise<Record<string, Cell>[]> {
    const { results } = await this.ask(protocol.execute, { sql, by: 'test' });
    const error = results.find((result) => result.error !== undefined)?.error;
    if (error?.code === 'CANCELLED') throw new Gone('The server is ending.');
    if (error !== undefined) throw new Error(`${error.code}: ${error.message}`);
    const { columns = [], rows = [] } = results.at(-1) ?? {};
    return rows.map((row) => Object.fromEntries(row.map((cell, i) => [columns[i] ?? '', cell])));
  }
  jobs(): Promise<JobSnapshot[]> {
    return this.ask(protocol.listJobs, {});
  }
  job(name: string): Promise<JobDetails> {
    return this.ask(protocol.getJobDetails, { name });
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Resolves when it has ended by itself. @throws Error when it does not in time */
  async ended(): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`The server did not end:\n${this.errors}`)), endMs);
    });
    try {
      return await Promise.race([this.exit, late]);
    } finally {
      clearTimeout(timer);
      this.rpc?.dispose();
    }
  }

  async dispose(): Promise<void> {
    this.rpc?.dispose();
    if (!this.gone) this.child.kill('SIGKILL');
    await this.exit;
  }

  private get dataDir(): string {
    return path.join(this.folder, 'data');
  }

  private async ask<P, R>(type: RequestType<P, R, void>, params: P): Promise<R> {
    const { rpc } = this;
    if (rpc === undefined) throw new Gone('The server is not there.');
    // A connection that is closed already throws at once.
    return this.orGone(Promise.resolve().then(() => rpc.sendRequest<R>(type.method, params)));
  }

  /** What comes, unless the process ends before: its connection then breaks at any step. */
  private async orGone<T>(work: Promise<T>): Promise<T> {
    const end = this.exit.then(() => {
      throw new Gone('The server ended.');
    });
    try {
      return await Promise.race([work, end]);
    } catch (error) {
      // A broken connection is seen before the end of the process.
      if (!(error instanceof Gone) && (this.gone || isBroken(error))) throw new Gone('The server ended.');
      throw error;
    } finally {
      end.catch(() => undefined);
    }
  }
}

/** How a request fails whose connection went away. */
function isBroken(error: unknown): boolean {
  return error instanceof StreamJobsError
    ? error.code === 'SERVER_NOT_RUNNING'
    : /closed|disposed|ended by the other|ECONNRESET|EPIPE/i.test(String(error));
}
