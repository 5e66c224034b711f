// Job servers for tests: one in this process, one as a process that can be killed. Both are driven in the same way.
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { MessageConnection } from 'vscode-jsonrpc/node';
import type { Connection, ConnectorContext } from '../../server/connectors/connector';
import { connectionsVariable } from '../../server/jobs/connections';
import type { ServerLimits } from '../../server/jobs/limits';
import { StreamJobServer } from '../../server/jobs/streamJobServer';
import { systemClock } from '../../server/jobs/systemClock';
import { connectToJobServer } from '../../server/protocol/connect';
import { StreamJobsError } from '../../server/protocol/errors';
import type { JobDetails, JobSnapshot } from '../../server/protocol/jobs';
import type { Cell, ExecuteResult, StatementResult } from '../../server/protocol/results';
import * as protocol from '../../server/protocol/rpc';
import { folderEngine } from '../folderEngine';
import { kill, Workplace } from '../unit/cli/process';
import { until } from './cluster';

/** Lag is read this often, so that a test sees it soon. */
const lagMs = 100;

/** A job server, its files and its jobs. */
export abstract class TestJobServer {
  /** Runs a script. @throws StreamJobsError of the first statement that failed */
  async run(sql: string): Promise<void> {
    await this.results(sql);
  }
  /** The same, and what the last statement answered. */
  async said(sql: string): Promise<string> {
    return (await this.results(sql)).at(-1)?.message ?? '';
  }
  /** The same, with what each statement answered. */
  async results(sql: string): Promise<StatementResult[]> {
    const { results } = await this.execute(sql);
    for (const { error } of results) {
      if (error)
        throw new StreamJobsError(
          error.code,
          error.message,
          error.hint === undefined ? {} : { hint: error.hint },
        );
    }
    return results;
  }
  /** The rows of a script's last statement, by column. */
  async rows(sql: string): Promise<Record<string, Cell>[]> {
    const last = (await this.execute(sql)).results.at(-1);
    if (last?.ok !== true) throw new Error(`${sql}: ${JSON.stringify(last?.error)}`);
    const { columns = [], rows = [] } = last;
    return rows.map((row) => Object.fromEntries(row.map((cell, i) => [columns[i] ?? '', cell])));
  }
  protected abstract execute(sql: string): Promise<ExecuteResult>;
  abstract job(name?: string): Promise<JobDetails>;
  /** Where a file table with this path is. */
  abstract file(name: string): string;
  abstract dispose(): Promise<void>;

  /** Waits until the job's details are as wanted; says how they were when that takes too long. */
  async untilJob(wanted: (job: JobDetails) => boolean, msMax?: number, name?: string): Promise<JobDetails> {
    let last: JobDetails | undefined;
    const check = async (): Promise<boolean> => wanted((last = await this.job(name)));
    try {
      await until(check, msMax);
    } catch {
      const { state, recordsIn, lag, warnings, error, partitions } = last ?? (await this.job(name));
      throw new Error(
        `The job never became as wanted (${wanted.toString()}). It is ${JSON.stringify({ state, recordsIn, lag, warnings, error, partitions })}`,
      );
    }
    return last ?? this.job(name);
  }

  /** Waits until it runs and has read everything there is; then pauses it, so that its output is complete. */
  async drain(records: number): Promise<JobDetails> {
    await this.untilJob(({ recordsIn }) => recordsIn >= records);
    await this.run('PAUSE JOB job');
    return this.untilJob(({ unpublished }) => unpublished === undefined);
  }
}

/** In this process. */
export class LocalJobServer extends TestJobServer {
  private watchers = 1;

  private constructor(
    private readonly folder: string,
    private readonly jobs: StreamJobServer,
    /** What it logged beyond mere information. */
    readonly complaints: readonly string[],
  ) {
    super();
  }

  /** On a new data directory, or on one that is there, which is this server's from now on. */
  static async open(
    limits: Partial<ServerLimits> = {},
    dataDir?: string,
    connections: Record<string, Connection> = {},
  ): Promise<LocalJobServer> {
    const folder = dataDir ?? (await mkdtemp(path.join(os.tmpdir(), 'stream-jobs-kafka-jobs-')));
    const complaints: string[] = [];
    const log: ConnectorContext['log'] = (level, message) => {
      if (level !== 'info') complaints.push(message);
    };
    const engine = folderEngine(folder, { log, connections });
    const jobs = await StreamJobServer.open({
      dataDir: folder,
      engine,
      clock: systemClock,
      log,
      limits: { lagWatchedMs: lagMs, lagDeadlineMs: 2000, ...limits },
    });
    jobs.setWatched(1);
    return new LocalJobServer(folder, jobs, complaints);
  }

  protected execute(sql: string): Promise<ExecuteResult> {
    return this.jobs.execute(sql, { by: 'test' });
  }
  job(name = 'job'): Promise<JobDetails> {
    return Promise.resolve(this.jobs.getJobDetails(name));
  }
  all(): JobSnapshot[] {
    return this.jobs.listJobs();
  }
  /** One more client watches: lag is read at once. */
  look(): void {
    this.watchers += 1;
    this.jobs.setWatched(this.watchers);
  }
  file(name: string): string {
    return path.join(this.folder, name);
  }
  async dispose(): Promise<void> {
    await this.jobs.close();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** As a process, which is asked over its socket. */
export abstract class RemoteJobServer extends TestJobServer {
  protected constructor(protected readonly place: Workplace) {
    super();
  }

  protected abstract get rpc(): MessageConnection;

  protected execute(sql: string): Promise<ExecuteResult> {
    return this.rpc.sendRequest(protocol.execute, { sql, by: 'test' });
  }
  job(name = 'job'): Promise<JobDetails> {
    return this.rpc.sendRequest(protocol.getJobDetails, { name });
  }
  file(name: string): string {
    return this.place.file(name);
  }
}

/** As `stream-jobs serve`. */
export class JobServerProcess extends RemoteJobServer {
  private running: { child: ChildProcess; rpc: MessageConnection } | undefined;
  /** Everything it wrote to its log and told its client unasked. */
  heard = '';
  private metricsUrl = '';

  /** With named connections, and variables their secrets are in. */
  static async start(
    given: { connections?: Record<string, Connection>; environment?: Record<string, string> } = {},
  ): Promise<JobServerProcess> {
    const { connections = {}, environment = {} } = given;
    const place = await Workplace.make();
    const file = place.file('connections.json');
    await writeFile(file, JSON.stringify(connections));
    Object.assign(process.env, environment, { [connectionsVariable]: file });
    const server = new JobServerProcess(place);
    await server.start();
    return server;
  }

  /** Starts it again on the same data. */
  async start(): Promise<void> {
    const { child, line } = await this.place.serve('--metrics-port', '0');
    this.metricsUrl = /http:\/\/127\.0\.0\.1:\d+\S*/.exec(line)?.[0] ?? '';
    child.stderr?.on('data', (chunk: Buffer) => (this.heard += chunk.toString()));
    const { rpc } = await connectToJobServer(this.place.dataDir, 'test');
    rpc.onNotification((method, params) => {
      this.heard += `${method} ${JSON.stringify(params)}\n`;
    });
    this.running = { child, rpc };
  }

  /** Its metrics page. */
  async metrics(): Promise<string> {
    return (await fetch(this.metricsUrl)).text();
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    await this.signal('SIGKILL');
  }
  /** Ends it in good order. Returns its exit code, null when it had to be killed. */
  end(): Promise<number | null> {
    return this.signal('SIGTERM');
  }

  async dispose(): Promise<void> {
    this.running?.rpc.dispose();
    await this.place.dispose();
  }

  private async signal(signal: NodeJS.Signals): Promise<number | null> {
    const { running } = this;
    this.running = undefined;
    running?.rpc.dispose();
    return running ? kill(running.child, signal) : null;
  }

  protected get rpc(): MessageConnection {
    if (!this.running) throw new Error('The job server was killed.');
    return this.running.rpc;
  }
}
