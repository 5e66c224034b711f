// All bounds of the engine in one place, units last in the name.

export const limits = {
  /** A batch is sized so that its rows are outside in about this time: a pause waits for them. */
  batchRowsMs: 20,
  /** And so that it waits no longer for the rows of those before it, where they are published in transactions. */
  batchWaitMs: 200,
  /** And so that it is computed in about this time: what is larger is not quicker, and takes more memory. */
  batchComputeMs: 20,
  batchRecordsMin: 256,
  /** Computing alone makes no batch smaller than this: below it most of the time would go into beginning and ending. */
  batchRecordsComputed: 2048,
  /** The first batch after a start or a resume takes no more, so that its rows are out soon. */
  batchRecordsFirst: 512,
  /** Raw bytes in one batch, of which there are several in hand; a single larger record goes alone. */
  batchBytesMax: 2 * 1024 * 1024,
  /** After a small batch, how long to gather records before the next one. */
  lingerMs: 20,
  /** Batches of fewer records than this are small. */
  lingerRecords: 200,
  /** How often a pipeline without records looks whether time alone closes a window. */
  idleCheckMs: 200,
  /** How long one read of a source may wait; reads follow each other without a pause. */
  readWaitMs: 1000,
  /** Records of one source held in memory beyond the batches in hand: about two batches of a fast job. */
  bufferRecordsMax: 20_000,
  bufferBytesMax: 8 * 1024 * 1024,
  /** First and longest wait before something that went away is tried again. */
  retryFirstMs: 200,
  retryMaxMs: 10_000,
  /** Dead letters kept in a job unless it says otherwise; the oldest leave, their count stays. */
  deadLettersMax: 10_000,
  deadLettersBytesMax: 256 * 1024 * 1024,
  /** Bytes of a bad record's key, and of its value, that are kept. */
  deadLetterBytesMax: 1024 * 1024,
  /** Dead letters stored, or tried again, in one go. */
  retryRecordsMax: 500,
  retryBytesMax: 8 * 1024 * 1024,
  /** Bad records whose exact error text is looked up, in one batch. */
  errorTextsMax: 20,
  /** Quiet this long, the database is checkpointed so that its log does not grow. */
  checkpointIdleMs: 2000,
  /** Batches that may be durable and not outside yet, so that the next is computed while the last is published. */
  outboxBatchesMax: 3,
  /** How long a pause waits for what is on its way outside. */
  publishAtPauseMs: 1000,
  publishRetryMaxMs: 2000,
  /** Memory of one open database; under a limit for all each gets such a part of what is left. */
  databaseBytesMax: 1024 * 1024 * 1024,
  databaseBytesMin: 32 * 1024 * 1024,
  databaseShares: 8,
  checkpointThreshold: '256MB',
  /** How long closing waits for a sink or source that does not answer. */
  closeWaitMs: 3000,
} as const;
