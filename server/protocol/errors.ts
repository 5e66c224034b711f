// Every error a person can meet when running something: one table of codes, one class.

/** Code -> whether trying again later may help without changing anything. */
const retriable = {
  SYNTAX: false,
  NAME_NOT_FOUND: false,
  TYPE: false,
  BAD_OPTION: false,
  NOT_SUPPORTED: false,
  JOB_NOT_FOUND: false,
  JOB_EXISTS: false,
  JOB_NOT_RUNNING: false,
  JOB_NOT_PAUSED: false,
  VERSION_EXISTS: false,
  VERSION_NOT_FOUND: false,
  STATE_DIFFERS: false,
  DEPLOY_FAILED: false,
  BAD_NAME: false,
  TOO_MANY_JOBS: false,
  TABLE_EXISTS: false,
  TABLE_NOT_FOUND: false,
  TABLE_IN_USE: false,
  PAUSE_TIMEOUT: true,
  RESUME_TIMEOUT: true,
  STOPPED_MEANWHILE: false,
  DATA_LOSS: false,
  BAD_RECORD: false,
  SOURCE_UNAVAILABLE: true,
  SINK_UNAVAILABLE: true,
  SOURCE_FAILED: false,
  SINK_FAILED: false,
  STATE_CORRUPT: false,
  STORAGE: true,
  MEMORY_LIMIT: true,
  CONNECTION_UNKNOWN: false,
  SERVER_RUNNING: false,
  SERVER_NOT_RUNNING: true,
  PROTOCOL_VERSION: false,
  BAD_REQUEST: false,
  MESSAGE_TOO_LARGE: false,
  CANCELLED: false,
  INTERNAL: false,
} as const;

export type ErrorCode = keyof typeof retriable;

/** Offsets into a text, UTF-16 units, end exclusive. */
export interface Span {
  start: number;
  end: number;
}

/** An error to be shown as it is: what went wrong in one sentence, and the next step. */
export class StreamJobsError extends Error {
  override readonly name = 'StreamJobsError';
  readonly hint?: string;
  /** In the statement that caused it. */
  readonly span?: Span;
  /** What it is about is not there: of what was there before that may pass. */
  readonly isMissing: boolean;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: { hint?: string; span?: Span; cause?: unknown; missing?: true } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    if (options.hint !== undefined) this.hint = options.hint;
    if (options.span !== undefined) this.span = options.span;
    this.isMissing = options.missing === true;
  }

  /** Whether trying again later may help without changing anything. */
  get retriable(): boolean {
    return retriable[this.code];
  }
}
