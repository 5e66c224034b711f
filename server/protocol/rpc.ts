// The requests and notifications between the stream job server and its clients (vscode-jsonrpc over a local socket).
import { NotificationType, RequestType } from 'vscode-jsonrpc';
import type { ErrorCode } from './errors';
import type { IsoTime, JobDetails, JobSnapshot, OffsetText } from './jobs';
import type { Cell, ExecuteResult } from './results';

/** Raised when a message's meaning changes; both sides must agree on it. */
export const protocolVersion = 1;

/** Longest message accepted, in bytes. */
export const messageBytesMax = 16 * 1024 * 1024;

/** The first message of every connection. Any other request before it is refused. */
export const hello = new RequestType<HelloParams, HelloResult, void>('hello');
export interface HelloParams {
  protocolVersion: number;
  /** Shown in the server's log: `vscode 1.139`, `cli`. */
  client: string;
}
export interface HelloResult {
  protocolVersion: number;
  serverVersion: string;
  pid: number;
  dataDir: string;
}

/** Runs a script in order up to the first failure. `by` is kept in the pause history. */
export const execute = new RequestType<
  { sql: string; by: string; settings?: Record<string, string> },
  ExecuteResult,
  void
>('execute');

export interface PauseOptions {
  by: string;
  reason?: string;
  /** Resume by itself after this many milliseconds. */
  forMs?: number;
  /** Resume by itself at this moment (ISO 8601). */
  until?: string;
  /** Let go of connections and memory at once; positions and state stay on disk. */
  cold?: boolean;
}
export interface ResumeOptions {
  by: string;
  /** Go on elsewhere than where the job stands. */
  from?: ResumeFrom;
  /** Go on behind records that were deleted unread. */
  acceptDataLoss?: boolean;
  /** Process so many records, then pause again. */
  records?: number;
}
/** `at`: ISO 8601; the first record written at or after it. */
export type ResumeFrom = { kind: 'earliest' } | { kind: 'latest' } | { kind: 'timestamp'; at: string };
export interface JobRequest {
  name: string;
  by: string;
}
export const pauseJob = new RequestType<{ name: string; options: PauseOptions }, JobDetails, void>(
  'pauseJob',
);
export const resumeJob = new RequestType<ResumeOptions & { name: string }, JobDetails, void>('resumeJob');
export const stopJob = new RequestType<JobRequest & { force?: boolean }, JobDetails, void>('stopJob');
export const dropJob = new RequestType<JobRequest, null, void>('dropJob');
export const restartJob = new RequestType<JobRequest, JobDetails, void>('restartJob');
export const getJobDetails = new RequestType<{ name: string }, JobDetails, void>('getJobDetails');
export const listJobs = new RequestType<Record<string, never>, JobSnapshot[], void>('listJobs');
/** The server's tables, for the Streams tree and the language server. */
export const listTables = new RequestType<Record<string, never>, TableSummary[], void>('listTables');

export interface TableSummary {
  name: string;
  kind: 'table' | 'view';
  connector?: string;
  /** The CREATE statement, as written. */
  statement: string;
  columns: { name: string; type: string }[];
  readBy: string[];
  writtenBy: string[];
}

/** The records a job would process next, in the order a step takes them. Consumes nothing. */
export const peek = new RequestType<{ name: string; limit?: number }, PeekedRecord[], void>('peek');
export interface PeekedRecord {
  stream: string;
  partition: number;
  offset: OffsetText;
  timestamp: IsoTime | null;
  /** As text, or in hexadecimal when it is none; what is long is cut, and says so. */
  key: string | null;
  value: string | null;
}

/** Starts a top-level SELECT; its rows come as `preview/rows` until `cancel`, LIMIT or the source's end. */
export const preview = new RequestType<
  { sql: string },
  { id: string; columns: { name: string; type: string }[] },
  void
>('preview');
export const cancel = new RequestType<{ id: string }, null, void>('cancel');

/** Changed snapshots, at most once a second, coalesced; `removed` names dropped jobs. */
export const jobsChanged = new NotificationType<{ jobs: JobSnapshot[]; removed: string[] }>('jobs/changed');
export const previewRows = new NotificationType<PreviewBatch>('preview/rows');
/** A batch of preview rows. */
export interface PreviewBatch {
  id: string;
  rows: Cell[][];
  /** Rows left out so far because the client was behind. */
  skipped: number;
  /** Why it ended; nothing follows. */
  done?: { reason: 'limit' | 'finished' | 'cancelled' | 'failed'; message?: string };
}
/** Rows of print sinks as they are committed, a line each: `identifier> {...}`. */
export const printRows = new NotificationType<{ job: string; lines: string[] }>('print/rows');
export const serverLog = new NotificationType<{
  at: string;
  level: 'info' | 'warn' | 'error';
  message: string;
}>('server/log');

/** Carried as `data` of a JSON-RPC error response for a StreamJobsError. */
export interface ErrorData {
  code: ErrorCode;
  hint?: string;
}

/** Name of the file in the data directory that says where the server listens. */
export const addressFile = 'server.json';
/** What the server writes into it. */
export interface ServerAddress {
  /** Unix socket path or Windows named pipe. */
  socket: string;
  pid: number;
  protocolVersion: number;
}
