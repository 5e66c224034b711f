// What goes over the language server's connection beside standard LSP.
import type { JobBrief, IsoTime } from './jobs';
import type { Position, Range } from './results';
import type { TableSummary } from './rpc';

/** Notification to the language server: the live jobs. None received = jobs unknown. */
export const jobsMethod = 'streamJobs/jobs';
export interface JobsParams {
  /** When the snapshot was taken. */
  at: IsoTime;
  jobs: JobBrief[];
  /** The server's catalog, so that files may use tables made elsewhere. Absent = unchanged. */
  tables?: TableSummary[];
  /** What the jobs run, so that the columns of their state are known. Absent = unchanged. */
  statements?: JobStatementText[];
}
/** A job that runs one version; of two side by side the state is not told by a statement. */
export interface JobStatementText {
  name: string;
  statement: string;
}
/** Sent instead of jobs when the job server is gone: jobs are unknown again. */
export const jobsUnknownMethod = 'streamJobs/jobsUnknown';

/** Request: the statements of a document, in order. */
export const statementsMethod = 'streamJobs/statements';
export interface StatementsParams {
  textDocument: { uri: string };
}
export interface StatementInfo {
  range: Range;
  text: string;
  /** The job the statement makes or manages, if it names just one. */
  job?: string;
  /** Whether it can be run here: false with a syntax error. */
  ok: boolean;
  /** A top-level SELECT runs as a preview. */
  isQuery: boolean;
}
/** Request: the statement at a position, or null in the space between. */
export const statementAtMethod = 'streamJobs/statementAt';
export interface StatementAtParams extends StatementsParams {
  position: Position;
}

/** `check --json`: one entry for each file. */
export interface CheckedFile {
  file: string;
  diagnostics: CheckedDiagnostic[];
}
export interface CheckedDiagnostic {
  code: string;
  severity: 'error' | 'warning' | 'info' | 'hint';
  message: string;
  range: Range;
  /** The statement as it would be with the fix applied, where the fix is certain. */
  fix?: string;
}
