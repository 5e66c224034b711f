// The seam between the outside and the engine. It carries packed batches: one buffer with byte ranges, never an
// object per record, so that a faster wire codec can fill them later without a change here.
import type { TableDefinition } from '../analysis/catalog';

/** Byte range absent: a null value or key (a tombstone). Stored in `starts`. */
export const absent = 0xffffffff;

/** Byte ranges into one buffer: item i is buffer[starts[i], ends[i]); starts[i] = `absent` for null. */
export interface PackedValues {
  buffer: Buffer;
  starts: Uint32Array;
  ends: Uint32Array;
}

/** Consecutive records of one partition. */
export interface RecordBatch {
  partition: number;
  /** How many records; the arrays may be longer. None when only the position moves: past markers of transactions. */
  count: number;
  values: PackedValues;
  keys?: PackedValues;
  /** Offset of record i is baseOffset + i, or + offsetDeltas[i] where offsets have gaps or are byte positions. */
  baseOffset: bigint;
  offsetDeltas?: Float64Array;
  /** The position after the last record: where reading goes on. */
  nextOffset: bigint;
  /** Epoch milliseconds of each record, where the connector has them. */
  timestamps?: Float64Array;
  /** Records that could not be read whole, by index, and why; `values` holds their beginning. For `on.error`. */
  failed?: Map<number, string>;
  /** Headers of record i, made on demand; undefined where the connector has none. */
  headers?: (index: number) => Record<string, Buffer>;
}

export function offsetAt(batch: RecordBatch, index: number): bigint {
  return batch.baseOffset + BigInt(batch.offsetDeltas?.[index] ?? index);
}
/** Where reading goes on after the first `count` records of a batch. */
export function positionAfter(batch: RecordBatch, count: number): bigint {
  return count < batch.count ? offsetAt(batch, count) : batch.nextOffset;
}

/** Partition -> next offset to read. */
export type Positions = Map<number, bigint>;

/** First and one-past-last offset kept in a partition's log. */
export interface PartitionRange {
  partition: number;
  start: bigint;
  end: bigint;
}

/** Records of one partition that were looked at, and whether the log holds others behind them. */
export interface Peeked {
  batch: RecordBatch;
  more: boolean;
}

/** A place in a log that is not a position: where RESUME ... FROM goes on. `at`: epoch milliseconds. */
export type LogPlace = { kind: 'earliest' } | { kind: 'latest' } | { kind: 'timestamp'; at: number };

/** What the outside says of a log, asked before a job goes on in it. */
export interface LogState {
  ranges: PartitionRange[];
  /** Another one once the log was deleted and made again; absent where that cannot be known. */
  identity?: string;
  /** What `commit` or anybody else left outside, without the partitions that have nothing; absent where unknown. */
  committed?: Positions;
}

/** What was there, as a topic, and is away for longer is gone, in ms. */
export const awayMsMax = 120_000;

/** Everything a connector needs from its surroundings: injected, so that tests need no clock and no network. */
export interface ConnectorContext {
  clock: Clock;
  /** The job it works for: names its consumer group and transactional id. */
  jobName: string;
  /** Stands behind the names of the job's consumer groups: of a version that reads beside the one that runs. */
  groupSuffix?: string;
  /** Relative paths of the file connector stand for this folder. */
  baseDir: string;
  /** What a file that a statement asked for is created with; the process's other files are its owner's alone. */
  fileMode?: number;
  /** Where connectors may keep files for this job, made when needed; gone when the job is dropped. */
  jobDir: string;
  /** Named connections, `'connection' = 'prod'`, with their secrets filled in. */
  connection(name: string): Promise<Connection>;
  /** Shows committed rows of a print sink to whoever looks, a line each. */
  print(lines: string[]): void;
  log(level: 'info' | 'warn' | 'error', message: string): void;
}

/** A named Kafka cluster. */
export interface Connection {
  brokers: string[];
  tls?: boolean | { ca?: string; cert?: string; key?: string; rejectUnauthorized?: boolean };
  sasl?: { mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'; username: string; password: string };
}

export interface Clock {
  /** Epoch milliseconds, for what people see. */
  now(): number;
  /** Milliseconds that never jump, for durations. */
  monotonic(): number;
  /** Resolves after `ms`, or at once when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/**
 * Reads a table's records. Pull only: while nobody calls `read`, nothing is processed; that is what a pause is.
 * A warm source keeps its connection and group membership meanwhile, with at most a bounded prefetch in memory.
 */
export interface Source {
  /**
   * Connects and starts at `positions`; partitions not in it start by the table's `scan.startup.mode` (when it is
   * empty: first start) or at their beginning (a partition that appeared later).
   * Returns the positions it really starts from, all partitions included.
   * Throws DATA_LOSS when a position is outside the log, SOURCE_UNAVAILABLE when the outside cannot be reached.
   */
  open(positions: Positions): Promise<Positions>;
  /**
   * The next records of any partition, in order within each, or undefined when none came within `waitMs` or the
   * signal fired. Throws SOURCE_UNAVAILABLE (may be tried again) or SOURCE_FAILED.
   */
  read(recordsMax: number, waitMs: number, signal: AbortSignal): Promise<RecordBatch | undefined>;
  /** True when a bounded source has come to its end and everything was read. */
  readonly finished: boolean;
  /**
   * Forgets that anything behind these positions was read, and reads nothing of their partitions until the next call,
   * which releases those that are not in it. Not for the group's offsets, which follow the checkpoint. A source of one
   * partition needs none.
   */
  hold?(positions: Positions): void;
  /** Tells the outside how far the job is (group offsets). The checkpoint is the truth; failing is only a warning. */
  commit?(positions: Positions): Promise<void>;
  /** Start and end of each partition's log now; works while paused and before `open`. */
  ranges(): Promise<PartitionRange[]>;
  /**
   * Looks at the next records behind these positions, at most `limit` and at least one of each partition that has some;
   * keys and values only up to `bytesMax` bytes. Nothing is consumed, and neither `read` nor the group notices; works
   * while paused and before `open`. A partition that is not in `positions` is looked at from where its log begins, and
   * so is one whose position was deleted. Throws SOURCE_UNAVAILABLE or SOURCE_FAILED.
   */
  peek(positions: Positions, limit: number, bytesMax: number): Promise<Peeked[]>;
  /** What positions count, where that is not records. */
  readonly unit?: 'bytes';
  /**
   * The log now; works before `open`. Of a source that is open it is also the proof that reading would bring records.
   * Throws SOURCE_UNAVAILABLE, SOURCE_FAILED.
   */
  state?(): Promise<LogState>;
  /** Of the log, as in its state; undefined where it cannot be known. Works before `open`. Never rejects. */
  identity?(): Promise<string | undefined>;
  /** The offset of a place in each partition; works before `open`. Throws BAD_REQUEST where the log has no such places. */
  offsetsAt?(place: LogPlace): Promise<Positions>;
  /** When the record at an offset was written, epoch ms, null where nobody knows; works before `open`. */
  timestampAt?(partition: number, offset: bigint): Promise<number | null>;
  /**
   * The moment before which the log deletes no record at or behind these positions, epoch ms, as far as can be told from
   * how it keeps records and how it grows now; null where it deletes none or nobody knows. Works before `open`.
   * `coming`: where nothing is unread, of a record that were written this moment.
   */
  horizon?(positions: Positions, coming?: boolean): Promise<number | null>;
  /** Leaves the group, closes connections. Idempotent. */
  close(): Promise<void>;
}

/** Rows for a sink: values encoded in the table's format, one range each. The sink may read the buffer until the next
 *  `flush` has resolved. */
export interface RowBatch {
  count: number;
  values: PackedValues;
  keys?: PackedValues;
  /** Headers of row i, made on demand; for sinks that have such a thing. */
  headers?: (index: number) => Record<string, Buffer>;
}

/**
 * Writes rows. The engine calls write and flush before its transaction commits and stores what flush returned with
 * state and offsets; after a crash `open` gets the last stored position back.
 */
export interface Sink {
  /** `position` is what the last committed flush returned, undefined at the first start. Recoverable sinks (file,
   *  print) cut back to it, so that each row is there exactly once. */
  open(position: string | undefined): Promise<void>;
  /** Takes rows; resolves when they are accepted. `signal` ends the wait of a stuck sink. */
  write(rows: RowBatch, signal: AbortSignal): Promise<void>;
  /** Everything written so far is durable outside. Returns what `open` needs after a crash. */
  flush(signal: AbortSignal): Promise<string | undefined>;
  /** The engine's transaction with the rows of the last flush is durable: shown, published, cleaned up. */
  committed?(): void;
  /** Of an open sink, before a paused job goes on: throws SINK_FAILED when rows would be refused. */
  check?(): Promise<void>;
  /** On: a write or flush that finds its place out of reach ends with SINK_UNAVAILABLE at once, for a pause waits. */
  hurry?(on: boolean): void;
  close(): Promise<void>;
}

/** A batch's rows that are durable in the job's outbox and on their way outside. */
export interface OutgoingBatch {
  /** Counts up; batches are published in this order. */
  number: number;
  /** By output of the job; undefined where it has none. */
  rows: readonly (RowBatch | undefined)[];
  /** Where the sources stand after it, by table. */
  positions: ReadonlyMap<string, ReadonlyMap<number, bigint>>;
}

/**
 * Writes the rows of some of a job's outputs, each batch whole or not at all, together with the batch's number, so
 * that it is known after any failure which batches are outside. When `publish` rejected nobody knows: `open` finds out.
 */
export interface TransactionalWriter {
  /** The outputs it writes, by their place in the job. */
  readonly outputs: readonly number[];
  /** Source tables whose positions it tells the outside in the same transactions. */
  readonly commits: readonly string[];
  /**
   * Shuts out whoever else writes for this job, undoes what is half written, and returns the number of the last batch
   * that is outside; undefined when that is no longer known.
   * @param published the last batch known to be outside
   * @param stored the last batch in the outbox
   * @throws StreamJobsError SINK_UNAVAILABLE; SINK_FAILED also when another server runs this job
   */
  open(published: number, stored: number): Promise<number | undefined>;
  /** See Sink.check. */
  check?(): Promise<void>;
  /** All of the batches or none. Throws SINK_UNAVAILABLE (may be tried again after `open`) or SINK_FAILED. */
  publish(batches: readonly OutgoingBatch[]): Promise<void>;
  close(): Promise<void>;
}

/** What a connector needs to make transactional writers. */
export interface TransactionalJob {
  /** The tables of the job's outputs that want it, by their place in the job. */
  outputs: ReadonlyMap<number, TableDefinition>;
  sources: readonly TableDefinition[];
  /** This job's state and no other's, as long as it lives: names what it leaves outside. */
  identity: string;
  /** Counts how often this state was opened, this time included: tells who came later. */
  opening: number;
}

/** A connector makes sources, sinks or both. Both throw BAD_OPTION for what the option table cannot check. */
export interface Connector {
  name: string;
  source?(table: TableDefinition, context: ConnectorContext): Source;
  sink?(table: TableDefinition, context: ConnectorContext): Sink;
  /** Takes raw records of a table that could not be processed, to a topic beside the table's own. */
  deadLetterSink?(table: TableDefinition, topic: string, context: ConnectorContext): Sink;
  /** One writer for each place (cluster) that takes rows of several tables in one transaction. Throws BAD_OPTION. */
  transactions?(job: TransactionalJob, context: ConnectorContext): TransactionalWriter[];
  /** Whether a table's rows go through `transactions`, in a job that wants `delivery`. */
  isTransactional?(table: TableDefinition, delivery: 'at-least-once' | 'exactly-once'): boolean;
  /** What a person calls the place rows come from or go to: the topic, the path. */
  target(table: TableDefinition): string;
  /** Whether a place takes the rows of one job at a time: a second writer would cut off the first one's. */
  readonly singleWriter?: boolean;
  /** The group a source of this job reads with, where it has one. */
  consumerGroup?(table: TableDefinition, jobName: string): string;
}
