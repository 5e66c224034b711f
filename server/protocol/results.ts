// The outcome of executing statements: in process, over RPC and as `exec --json`.
import type { ErrorCode } from './errors';

/** A place in a text, LSP style: lines and UTF-16 characters from 0. */
export interface Position {
  line: number;
  character: number;
}
export interface Range {
  start: Position;
  end: Position;
}

/** A value as JSON can carry it: 64-bit integers and decimals beyond 2^53 are strings. */
export type Cell = string | number | boolean | null;

export interface StatementError {
  code: ErrorCode;
  message: string;
  hint?: string;
  /** In the text given to `execute`. */
  range?: Range;
}

/** What one statement of a script did. */
export interface StatementResult {
  /** The statement's text without the semicolon. */
  statement: string;
  ok: boolean;
  /** One sentence: what happened. */
  message?: string;
  columns?: string[];
  rows?: Cell[][];
  /** For a top-level SELECT that was started as a preview. */
  previewId?: string;
  error?: StatementError;
  /** The jobs that were not resumed because records they have not read are gone: ACCEPT DATA LOSS or FROM goes on. */
  dataLoss?: JobDataLoss[];
}

export interface JobDataLoss {
  job: string;
  /** What is gone, with the numbers. */
  message: string;
}

export interface ExecuteResult {
  /** Up to and including the first statement that failed; the rest stays unrun. */
  results: StatementResult[];
}
