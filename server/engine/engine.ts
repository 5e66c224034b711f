// What the job server needs from an engine. The state machine knows only this, so that it is tested with a fake,
// and another engine (a cluster) can stand behind the same verbs.
import type { JobPlan, PreviewPlan } from '../analysis/plan';
import type { LogPlace } from '../connectors/connector';
import type { Cell } from '../protocol/results';
import type { StreamJobsError } from '../protocol/errors';

/** Stream (table) -> partition -> next offset to read. */
export type JobPositions = Map<string, Map<number, bigint>>;

export interface PartitionProgress {
  stream: string;
  partition: number;
  position: bigint;
  /** Null until known. */
  start: bigint | null;
  end: bigint | null;
  /** What they count, where that is not records. */
  unit?: 'bytes';
}

/** A record that was looked at and not processed. */
export interface NextRecord {
  stream: string;
  partition: number;
  offset: bigint;
  /** Epoch milliseconds; null where the connector has none. */
  timestamp: number | null;
  /** Null where there is none; no more bytes than were asked for. */
  key: Buffer | null;
  value: Buffer | null;
}
/** How much is looked at: so many records, and so many bytes of each key and value. */
export interface PeekRequest {
  records: number;
  bytesMax: number;
}

/** The log of one stream as a job meets it before it goes on. */
export interface StreamLog {
  stream: string;
  /** What positions count. */
  unit: 'records' | 'bytes';
  /** It is not the log the job has read: that was deleted, and another one has its name. Null where unknown. */
  recreated: boolean | null;
  /** See LogState.identity; `known`: of the log that the job's positions are of. */
  identity?: string;
  known?: string;
  partitions: PartitionInLog[];
}
export interface PartitionInLog {
  partition: number;
  /** Null: never read. */
  position: bigint | null;
  /** Null: the log has no such partition. */
  start: bigint | null;
  end: bigint | null;
  /** Where the job would go on, of the place that was asked for. */
  target?: bigint;
  /** What was last told to the outside with success, as far as the job remembers. */
  told?: bigint;
  /** What the outside has now: null for nothing, absent where unknown. */
  committed?: bigint | null;
}

/** New positions for some streams of a job: absolute, so that applying them twice is applying them once. */
export interface Reposition {
  /** Counts up over a job's life; one that the job's database has already seen changes nothing. */
  number: number;
  /** All partitions of each stream; offsets as decimal strings. */
  streams: { stream: string; identity?: string; positions: [number, string][] }[];
}

/** What a query of a job's state found. */
export interface StateRows {
  columns: { name: string; type: string }[];
  rows: Cell[][];
  /** There are more rows than were asked for. */
  more: boolean;
}

export interface PipelineCounters {
  recordsIn: number;
  recordsOut: number;
  recordsFailed: number;
  recordsLate: number;
  batches: number;
  lastBatchMs: number | null;
  lastCheckpointMs: number | null;
  stateBytes: number | null;
  /** Epoch milliseconds. */
  watermark: number | null;
  /** Records out by sink table. */
  out: Record<string, number>;
  /** Rows by sink table that are durable and cannot be published at the moment; absent where there are none. */
  unpublished?: Record<string, number>;
  /** Absent while unknown. */
  deadLetters?: DeadLetterCounts;
}

/**
 * What became of the bad records of a job with `on.error` = dead-letter: each of its `recordsFailed` is one of these.
 */
export interface DeadLetterCounts {
  kept: number;
  /** Had to make room for newer ones. */
  dropped: number;
  /** Succeeded when they were tried again, and left the store for it. */
  retried: number;
}

/** A bad record as it was kept. What its source does not have is null, as is all but the error for a row of several. */
export interface DeadLetter {
  /** Counts up from 1 over the job's life. */
  number: number;
  stream: string | null;
  /** The topic or path it was read from. */
  place: string | null;
  partition: number | null;
  offset: bigint | null;
  /** Epoch milliseconds. */
  timestamp: number | null;
  /** The beginning of its bytes, and how many there are. */
  key: { bytes: Buffer; size: number } | null;
  value: { bytes: Buffer; size: number } | null;
  headers: Record<string, Buffer>;
  /** Why it failed the last time. */
  error: string;
  /** When it failed the last time, epoch milliseconds. */
  failedAt: number;
  /** How often it was tried. */
  attempts: number;
  /** Whether all of its bytes are kept: else it cannot be tried again. */
  whole: boolean;
}

/** What a retry of dead letters came to. */
export interface RetryOutcome {
  succeeded: number;
  /** Stay, with the new error. */
  failed: number;
  /** Stay as they were: their bytes are not kept whole, or the job does not read their stream any more. */
  unfit: number;
  /** Stay as they were, because the job was paused or ended before their turn. */
  left: number;
}

/** Of a job that has not read anything. */
export function emptyCounters(): PipelineCounters {
  return {
    recordsIn: 0,
    recordsOut: 0,
    recordsFailed: 0,
    recordsLate: 0,
    batches: 0,
    lastBatchMs: null,
    lastCheckpointMs: null,
    stateBytes: null,
    watermark: null,
    out: {},
  };
}

export interface JobSpec {
  name: string;
  plan: JobPlan;
  options: JobOptions;
  /** Where the job's database is or will be. */
  databasePath: string;
  /** Names the job for good: a database that says another name is not its own. Absent where nobody knows. */
  owner?: string;
  /** The job has begun, and had committed so many batches when that was last noted: see knownState.ts. */
  begun?: { batches: number };
  /** It runs beside the version whose place it is to take, and nobody sees it: see shadow.ts. */
  shadow?: boolean;
}

/** Options of a job's WITH clause and SET, validated. */
export interface JobOptions {
  onError: 'fail' | 'skip' | 'pause' | 'dead-letter';
  delivery: 'at-least-once' | 'exactly-once';
  /** Most records in one micro-batch. */
  batchRecordsMax: number;
  /** Dead letters kept. */
  deadLettersMax?: number;
  /** Where dead letters go besides: a topic on the cluster of their source. */
  deadLetterTopic?: string | undefined;
}

/** What a pipeline tells its job, from its own loop; never called after `close` began. */
export interface PipelineEvents {
  /** The sources have come to their end; everything is committed. */
  finished(): void;
  /** It cannot go on; everything up to its last checkpoint is safe. */
  failed(error: StreamJobsError): void;
  /** `on.error` = pause met a bad record: it has stopped before that record and waits. */
  pauseWanted(reason: string): void;
  /** A source or sink went away or came back; null when all is well. */
  trouble(message: string | null): void;
  /** The targets of `runTo` are reached: everything before them is committed, nothing more is taken. */
  reached(): void;
}

export interface Engine {
  /** Opens or creates the job's database and its sources at their checkpointed positions; reads nothing yet.
   *  Gives up when `signal` fires, and closes what was opened.
   *  Throws DATA_LOSS, SOURCE_UNAVAILABLE, SINK_UNAVAILABLE, STATE_CORRUPT, BAD_OPTION. */
  open(spec: JobSpec, events: PipelineEvents, signal: AbortSignal): Promise<Pipeline>;
  /** Reads the checkpoint of a job that is not open: positions and counters, without its sources. */
  inspect(spec: JobSpec): Promise<{ positions: JobPositions; counters: PipelineCounters }>;
  /**
   * The newest dead letters of a job that is not open, the newest first; `bytesMax` of each key and value. Needs no plan.
   * @throws StreamJobsError STATE_CORRUPT when the job has begun and its database is gone
   */
  deadLetters(spec: JobSpec, max: number, bytesMax: number): Promise<DeadLetter[]>;
  /** Watches the logs of a job that is not open (cold, or paused after a restart). Connects when first asked. */
  watch(spec: JobSpec): Watch;
  /** The records the job would process next, for a job that is not open: see `Pipeline.peek`. */
  peek(spec: JobSpec, positions: JobPositions, request: PeekRequest): Promise<NextRecord[]>;
  /**
   * Makes the database of another version of a job from that of `from`, which is not open and stays as it is: its
   * positions, and the state both plans agree on (see planChange.ts). Durable when it resolves; a file that was at the
   * path of `to` before is gone. Throws STATE_CORRUPT, STORAGE.
   */
  carryOver(from: JobSpec, to: JobSpec): Promise<void>;
  /**
   * Makes the database of a shadow the job's own, whose sinks and counters it takes over from the version it replaces,
   * at the same positions. Neither is open. Durable when it resolves. Throws STATE_CORRUPT, STORAGE.
   */
  stepForward(shadow: JobSpec, job: JobSpec): Promise<void>;
  /** Deletes a database of a job that keeps another one. Does nothing where there is none. */
  forget(databasePath: string): Promise<void>;
  /** The logs of a job that is not open, and where `place` would be in them. Changes nothing. Throws what its sources
   *  and its database say. */
  logs(spec: JobSpec, place?: LogPlace): Promise<StreamLog[]>;
  /** When the oldest of `records` in the logs was written, epoch ms; null where unknown. */
  writtenAt(
    spec: JobSpec,
    records: { stream: string; partition: number; offset: bigint }[],
  ): Promise<number | null>;
  /** Sets positions of a job that is not open, in one transaction. Throws STORAGE, STATE_CORRUPT. */
  reposition(spec: JobSpec, to: Reposition): Promise<JobPositions>;
  /** Runs a query of what the job keeps, for a job that is not open. `signal` ends it. @throws as `Pipeline.queryState` */
  queryState(spec: JobSpec, plan: PreviewPlan, rowsMax: number, signal: AbortSignal): Promise<StateRows>;
  /** Deletes everything the job kept. */
  drop(spec: JobSpec): Promise<void>;
  /** Runs a SELECT without keeping anything. */
  preview(plan: PreviewPlan, sink: PreviewSink): Promise<Preview>;
}

/**
 * Keeps an eye on the logs of a job that is not open. Costs little: all watches and pipelines of a cluster share one
 * connection, and what they ask at the same time is one pair of requests.
 */
export interface Watch {
  /** Log start and end of every partition. Null where unknown. */
  progress(positions: JobPositions): Promise<PartitionProgress[]>;
  /** Before this moment the logs delete nothing that is unread, epoch ms; null where they never do or nobody knows.
   *  Never rejects. */
  horizon(positions: JobPositions): Promise<number | null>;
  /** Idempotent. */
  close(): Promise<void>;
}

/** A job's running part. Its methods are called one at a time by the job's queue. */
export interface Pipeline {
  /** Starts or goes on reading; resolves when it really reads again. */
  run(signal: AbortSignal): Promise<void>;
  /**
   * As `run`, but takes no record at or behind its partition's target, and none of partitions without one; tells
   * `reached` when all targets are. Only while it is quiet: opened just now, or after `quiesce` or `reached`. No window
   * closes by a source's end meanwhile: `run` finishes the job. Whoever knows positions can thus have it stop exactly
   * there.
   */
  runTo(targets: JobPositions, signal: AbortSignal): Promise<void>;
  /** The sources came to their end and all their records were taken: only `run` is left, which finishes the job. */
  readonly ended: boolean;
  /**
   * Stops taking records: the slice in hand finishes, the rest stays unprocessed; flushes sinks and commits state
   * and offsets in one transaction; then it is quiet until `run`. When `signal` fires first it throws PAUSE_TIMEOUT
   * and goes on running as before.
   */
  quiesce(signal: AbortSignal): Promise<JobPositions>;
  positions(): JobPositions;
  counters(): PipelineCounters;
  commits(): CommitHealth[];
  /** Asks the sources for log start and end. Partitions that cannot be read have nulls. */
  progress(): Promise<PartitionProgress[]>;
  /** As Engine.deadLetters, of the open job; also while it reads. */
  deadLetters(max: number, bytesMax: number): Promise<DeadLetter[]>;
  /**
   * Runs dead letters, or the one with this number, through the query as batches of their own, between those of the
   * sources: positions stay. Those that succeed leave in the transaction of their results. A pause ends it early.
   * @throws StreamJobsError JOB_NOT_RUNNING, BAD_REQUEST when there is no such letter or another retry runs
   */
  retryDeadLetters(number: number | undefined): Promise<RetryOutcome>;
  /**
   * The records behind the last checkpoint in the order a step takes them, fewer than asked for only when there are no
   * more. Consumes nothing; may be called beside everything else.
   */
  peek(request: PeekRequest): Promise<NextRecord[]>;
  /**
   * Runs a query of what the job keeps, once, over what is committed; beside everything else. `signal` ends it.
   * @throws StreamJobsError NOT_SUPPORTED, BAD_REQUEST for what cannot be computed of the rows
   */
  queryState(job: JobPlan, plan: PreviewPlan, rowsMax: number, signal: AbortSignal): Promise<StateRows>;
  /** The logs it reads, and the proof that it would read them. Throws SOURCE_UNAVAILABLE, SOURCE_FAILED. */
  logs(place?: LogPlace): Promise<StreamLog[]>;
  /** See Watch.horizon and Source.horizon. */
  horizon(coming?: boolean): Promise<number | null>;
  /** Tells the outside once more how far it is, in the background. */
  tell(): void;
  /** Stops without a further checkpoint beyond what is committed, releases everything. Idempotent. */
  close(): Promise<void>;
}

/** How telling a source about the job's positions goes. */
export interface CommitHealth {
  stream: string;
  /** Attempts that failed since the pipeline was opened. */
  failed: number;
  /** Present while none has succeeded since one failed; `since` on the clock that never jumps, in ms. */
  failing?: { attempts: number; since: number; reason: string };
}

export interface PreviewSink {
  rows(rows: Cell[][]): void;
  done(reason: 'limit' | 'finished' | 'failed', message?: string): void;
}
export interface Preview {
  columns: { name: string; type: string }[];
  /** Stops reading and keeps nothing. Idempotent. */
  close(): Promise<void>;
}
