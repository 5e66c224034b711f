// The stream job server as a class: what tests use in process, and what RPC and the command line are adapters of.
import type { Clock } from '../connectors/connector';
import type { Engine } from '../engine/engine';
import { StreamJobsError } from '../protocol/errors';
import type { JobDetails, JobSnapshot } from '../protocol/jobs';
import type { Cell, ExecuteResult } from '../protocol/results';
import type { PauseOptions, TableSummary } from '../protocol/rpc';

export type LogLevel = 'info' | 'warn' | 'error';

export interface ServerOptions {
  /** Holds everything the server keeps; made if it is not there. One server for each. */
  dataDir: string;
  engine: Engine;
  clock: Clock;
  /** Relative paths in statements stand for this folder. */
  baseDir: string;
  /** Options a job has unless its statement says otherwise, by their SQL names: `'pause.deadline'`. */
  defaults?: Record<string, string>;
  log?: (level: LogLevel, message: string) => void;
}

/** A job to start, as START JOB does. */
export interface DeployRequest {
  name: string;
  /** INSERT INTO ..., SELECT ... or STATEMENT SET BEGIN ... END. */
  sql: string;
  /** Of the WITH clause. */
  options?: Record<string, string>;
  paused?: boolean;
  by: string;
  /** Values for `${NAME}` placeholders, and SET options. */
  settings?: Record<string, string>;
}

/** Receives the rows of previews. Calls come from the server's own loop; none after `done`. */
export interface PreviewReceiver {
  rows(id: string, rows: Cell[][]): void;
  done(id: string, reason: 'limit' | 'finished' | 'cancelled' | 'failed', message?: string): void;
}

export interface ExecuteOptions {
  /** Kept in the pause history. */
  by: string;
  settings?: Record<string, string>;
  /** Where a top-level SELECT shows its rows; without it such a statement is refused. */
  receiver?: PreviewReceiver;
}

export interface JobsChange {
  jobs: JobSnapshot[];
  /** Names of dropped jobs. */
  removed: string[];
}

export class StreamJobServer {
  /**
   * Opens the data directory; jobs come back as they were, without waiting for their sources.
   * @throws StreamJobsError SERVER_RUNNING when another server holds it, STATE_CORRUPT, STORAGE
   */
  static open(_options: ServerOptions): Promise<StreamJobServer> {
    return Promise.reject(unfinished());
  }

  /** Starts a job; resolves when it reads (or is durably paused). */
  deploy(_request: DeployRequest): Promise<JobDetails> {
    return Promise.reject(unfinished());
  }
  pauseJob(_name: string, _options: PauseOptions): Promise<JobDetails> {
    return Promise.reject(unfinished());
  }
  resumeJob(_name: string, _options: { by: string }): Promise<JobDetails> {
    return Promise.reject(unfinished());
  }
  stopJob(_name: string, _options: { by: string; force?: boolean }): Promise<JobDetails> {
    return Promise.reject(unfinished());
  }
  dropJob(_name: string, _options: { by: string }): Promise<void> {
    return Promise.reject(unfinished());
  }
  restartJob(_name: string, _options: { by: string }): Promise<JobDetails> {
    return Promise.reject(unfinished());
  }
  /** @throws StreamJobsError JOB_NOT_FOUND */
  getJobDetails(_name: string): JobDetails {
    throw unfinished();
  }
  listJobs(): JobSnapshot[] {
    throw unfinished();
  }
  listTables(): TableSummary[] {
    throw unfinished();
  }
  /** Runs a script in order up to the first failure. Never rejects for what the script says. */
  execute(_sql: string, _options: ExecuteOptions): Promise<ExecuteResult> {
    return Promise.reject(unfinished());
  }
  /** Starts a top-level SELECT; its rows go to `receiver` until cancelled, LIMIT or the source's end. */
  preview(
    _sql: string,
    _receiver: PreviewReceiver,
    _settings?: Record<string, string>,
  ): Promise<{ id: string; columns: { name: string; type: string }[] }> {
    return Promise.reject(unfinished());
  }
  cancelPreview(_id: string): Promise<void> {
    return Promise.reject(unfinished());
  }
  /** Calls back with what changed, at most once a second. Returns what ends it. */
  onJobsChanged(_listener: (change: JobsChange) => void): () => void {
    throw unfinished();
  }
  /** How many clients watch: with any, lag is refreshed every second, else every ten. */
  setWatched(_count: number): void {
    throw unfinished();
  }
  /** Someone looked just now: refresh as if watched for a few seconds. */
  attend(): void {
    throw unfinished();
  }
  /** Metrics in Prometheus' text format. */
  renderMetrics(): Promise<string> {
    return Promise.reject(unfinished());
  }
  /** Checkpoints and closes every job; desired states stay. Idempotent. */
  close(): Promise<void> {
    return Promise.reject(unfinished());
  }
}

function unfinished(): StreamJobsError {
  return new StreamJobsError('NOT_SUPPORTED', 'The stream job server is still being built.');
}
