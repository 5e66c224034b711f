// What a job looks like from outside: to the tree, the command line, the language server and scripts.

/** Observed state. The -ing states are transitions: they end by themselves. */
export type JobState =
  'starting' | 'running' | 'pausing' | 'paused' | 'resuming' | 'stopping' | 'stopped' | 'failed';

/** What the user wants; journalled before a transition ends, so it survives a crash. */
export type DesiredState = 'running' | 'paused' | 'stopped';

/** How much of a paused job is kept in memory: `warm` keeps its consumer in its group, `cold` keeps nothing. */
export type PauseDepth = 'warm' | 'cold';

/** A moment as ISO 8601 in UTC with milliseconds, as `Date.prototype.toISOString` writes it. */
export type IsoTime = string;

/** An offset or byte position as a decimal string, since it may exceed 2^53. */
export type OffsetText = string;

/** What a job's lag counts, where that is not records: a file's are bytes, and a job may read both. */
export type LagUnit = 'bytes' | 'records and bytes';

/** One partition of one source of a job. Unknown numbers are null, never 0. */
export interface PartitionSnapshot {
  /** The stream (table) read, as the job's query names it. */
  stream: string;
  partition: number;
  /** First offset still kept in the log. */
  start: OffsetText | null;
  /** Next offset the job will read. */
  position: OffsetText;
  /** One past the last record in the log. */
  end: OffsetText | null;
  /** What waits: end - max(position, start). */
  lag: number | null;
  /** What offsets and lag count, where that is not records. */
  unit?: 'bytes';
  /** Records deleted before the job read them: max(0, start - position). */
  lost: number;
}

/** One pause of a job, open while `resumedAt` is absent. */
export interface PauseEvent {
  pausedAt: IsoTime;
  resumedAt?: IsoTime;
  durationMs?: number;
  reason?: string;
  /** Who asked: a user name, `editor`, `cli`, or the job itself (`on.error`). */
  by: string;
  /** When it resumes by itself (PAUSE ... FOR / UNTIL). */
  until?: IsoTime;
  lagAtPause: number | null;
  lagAtResume?: number | null;
  offsets: { stream: string; partition: number; position: OffsetText }[];
  /** Positions that the resume did not go on from: lost records that were accepted, or RESUME ... FROM. */
  moved?: PositionMove[];
  /** What else the resume found and did about it, a sentence each. */
  notes?: string[];
}

/** A partition that goes on elsewhere than where it stood. Counts are records, or bytes where `unit` says so. */
export interface PositionMove {
  unit?: 'bytes';
  stream: string;
  partition: number;
  from: OffsetText;
  to: OffsetText;
  /** Unread and deleted from the log before anyone could read them. */
  lost: number;
  /** Unread, still in the log, and passed over. */
  skipped: number;
  /** Read before, and read again. */
  reread: number;
}

/** Why a job failed or last had trouble. */
export interface JobErrorInfo {
  code: string;
  message: string;
  hint?: string;
}

/** Everything the views show of a job. A field that is not known is null or absent, never 0. */
export interface JobSnapshot {
  name: string;
  /** `1`, and with a canary `1 + 2 (10 %)`. */
  version: string;
  /** All there were, the latest last; absent while there is only the first one. */
  versions?: VersionBrief[];
  /** The statement that started the job, as written. */
  statement: string;
  state: JobState;
  desired: DesiredState;
  depth?: PauseDepth;
  startedAt: IsoTime;
  /** When the present state began. */
  since: IsoTime;
  /** Present while pausing or paused. */
  pause?: { pausedAt: IsoTime; reason?: string; by: string; until?: IsoTime };
  recordsIn: number;
  recordsOut: number;
  /** Records that could not be read or computed, by whatever `on.error` did with them. */
  recordsFailed: number;
  /** Records that came too late for their window and were dropped. */
  recordsLate: number;
  /** Input records a second, over the last few seconds. */
  recordsPerSecond: number;
  lag: number | null;
  lagUnit?: LagUnit;
  /** Growth of the lag a second: positive while falling behind or paused. */
  lagPerSecond: number | null;
  /** At the present rate, while lag shrinks. */
  timeToDrainMs?: number;
  lost: number;
  /** When the log deletes the first record the job has not read; absent when it does not, or nobody knows. */
  retentionHorizon?: IsoTime;
  /** Of a job that processes a given number of records and then pauses again: how many were asked for, how many are
   *  still to come. */
  step?: { records: number; left: number };
  /** Bad records kept, those that had to make room for newer ones, and those that succeeded when tried again. */
  deadLetters?: { kept: number; dropped: number; retried?: number };
  /** Rows that are durable here and not published yet: their sink is away. */
  unpublished?: number;
  /** The Kafka consumer group its positions are committed to. */
  consumerGroup?: string;
  partitions: PartitionSnapshot[];
  sinks: SinkSnapshot[];
  /** A version that came just now: until then, or its first batches, a failure takes it back. */
  probation?: { version: string; until: IsoTime };
  /** The last pauses, the newest last. */
  pauseHistory: PauseEvent[];
  /** A sentence each, with a next step, about something that needs a look while the job goes on. */
  warnings: string[];
  /** `finished` when the sources came to their end, else who or what stopped it. */
  stopReason?: string;
  error?: JobErrorInfo;
}

/** One of a job's versions. `deploying` is on its way; `previous` is what ROLLBACK goes back to. */
export interface VersionBrief {
  version: string;
  state: 'deploying' | 'active' | 'canary' | 'previous' | 'rolled back' | 'failed';
}

/** Where a job's results go. */
export interface SinkSnapshot {
  table: string;
  connector: string;
  /** The topic or path, as a person would look it up. */
  target: string;
  recordsOut: number;
}

/** A snapshot with what only the details view needs. */
export interface JobDetails extends JobSnapshot {
  /** The query as the server understood it, for EXPLAIN and the details view. */
  query: string;
  options: Record<string, string>;
  metrics: JobMetrics;
  /** The sum of `partitions[].lag`, null when one is unknown. */
  kafkaLag: number | null;
  /** Last offset processed of each partition, null before the first. */
  lastProcessedOffset: { stream: string; partition: number; offset: OffsetText | null }[];
}

/** Counters since the job was first started, and timings in milliseconds. */
export interface JobMetrics {
  batches: number;
  lastBatchMs: number | null;
  lastCheckpointMs: number | null;
  pauses: number;
  resumes: number;
  stateBytes: number | null;
  watermark: IsoTime | null;
  /** Attempts to tell consumer groups its positions that failed since it was opened; null while it is closed. */
  commitsFailed: number | null;
  /** How many of its warnings are of each kind; those it has none of are absent. */
  warnings: Partial<Record<WarningKind, number>>;
}

/** What a warning is about. `trouble`: what its sources or sinks complain about. */
export type WarningKind =
  | 'trouble'
  | 'unpublished'
  | 'stuck'
  | 'commits'
  | 'group'
  | 'retention'
  | 'lost'
  | 'dead_letters'
  | 'journal'
  | 'disk'
  | 'clock';

/** What `streamJobs/jobs` tells the language server of one job. */
export interface JobBrief {
  name: string;
  state: JobState;
  since: IsoTime;
  reason?: string;
  lag: number | null;
  lagUnit?: LagUnit;
  recordsPerSecond: number;
  /** As in its snapshot. */
  version?: string;
  versions?: VersionBrief[];
  /** Bad records kept. */
  deadLetters?: number;
}
