// A source and a sink in memory, for engine tests: a log of records that survives its readers, and rows as text that
// are cut back to the committed position as a file is.
import os from 'node:os';
import path from 'node:path';
import type {
  Connector,
  ConnectorContext,
  PartitionRange,
  Peeked,
  Positions,
  RecordBatch,
  RowBatch,
  Sink,
  Source,
} from '../../../server/connectors/connector';
import { absent } from '../../../server/connectors/connector';
import { peeked } from '../../../server/connectors/peeked';
import type { EngineOptions } from '../../../server/engine/createEngine';
import { systemClock } from '../../../server/jobs/systemClock';
import type { FakeCluster } from './fakeCluster';

/** `marker` takes an offset and is no record; one that `failed` could not be read whole. */
export type FakeRecord = string | Buffer | null | typeof marker | { failed: string; beginning: string };
export const marker = Symbol('marker');
type Packable = string | Buffer | null;

/** Records of a bounded or growing log, by partition. */
export class FakeLog {
  bounded = true;
  /** Records given in one read. */
  readMax = 7;
  failReads: Error | undefined;
  /** Where a first start begins. */
  startAt: 'beginning' | 'end' = 'beginning';
  commits: Positions[] = [];
  reads = 0;
  /** Records handed out. */
  given = 0;
  /** Epoch milliseconds of a record; undefined: the log has none. */
  timestamps: ((partition: number, offset: number) => number) | undefined = (_, offset) =>
    1_700_000_000_000 + offset;
  readonly #waiting = new Set<() => void>();
  readonly #commitWaiting: (() => void)[] = [];

  constructor(readonly partitions: FakeRecord[][]) {}

  append(partition: number, ...records: FakeRecord[]): void {
    (this.partitions[partition] ??= []).push(...records);
    for (const wake of this.#waiting) wake();
  }
  /** No more records come: the source is at its end. */
  end(): void {
    this.bounded = true;
    for (const wake of this.#waiting) wake();
  }
  /** Resolves when every record so far is part of a committed checkpoint. */
  async allCommitted(): Promise<void> {
    const isCommitted = (): boolean =>
      this.partitions.every((records, p) => records.length <= Number(this.commits.at(-1)?.get(p) ?? 0n));
    while (!isCommitted()) await new Promise<void>((resolve) => this.#commitWaiting.push(resolve));
  }
  commit(positions: Positions): void {
    this.commits.push(positions);
    for (const resolve of this.#commitWaiting.splice(0)) resolve();
  }
  async changed(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }
}

export function packRecords(records: readonly Packable[]): RecordBatch['values'] {
  const buffers = records.map((record) => (record === null ? Buffer.alloc(0) : Buffer.from(record)));
  const starts = new Uint32Array(records.length);
  const ends = new Uint32Array(records.length);
  let at = 0;
  for (const [i, buffer] of buffers.entries()) {
    starts[i] = records[i] === null ? absent : at;
    at += buffer.length;
    ends[i] = at;
  }
  return { buffer: Buffer.concat(buffers), starts, ends };
}

function beginningOf(record: FakeRecord): Packable {
  if (record === marker) throw new Error('A marker is no record.');
  return record === null || typeof record === 'string' || Buffer.isBuffer(record) ? record : record.beginning;
}

class FakeSource implements Source {
  #positions: Positions = new Map();
  #held: ReadonlySet<number> = new Set();

  constructor(private readonly log: FakeLog) {}

  get finished(): boolean {
    return (
      this.log.bounded &&
      this.log.partitions.every(
        (records, partition) => (this.#positions.get(partition) ?? 0n) >= records.length,
      )
    );
  }
  open(positions: Positions): Promise<Positions> {
    const first = (records: FakeRecord[]): bigint =>
      this.log.startAt === 'end' && positions.size === 0 ? BigInt(records.length) : 0n;
    this.#positions = new Map(
      this.log.partitions.map((records, p) => [p, positions.get(p) ?? first(records)]),
    );
    return Promise.resolve(new Map(this.#positions));
  }
  async read(recordsMax: number, _waitMs: number, signal: AbortSignal): Promise<RecordBatch | undefined> {
    this.log.reads++;
    if (this.log.failReads) throw this.log.failReads;
    const at = (p: number): number => Number(this.#positions.get(p) ?? 0n);
    // Partitions in turn: the one that is furthest behind.
    const [partition] = this.log.partitions
      .map((_, p) => p)
      .filter((p) => !this.#held.has(p) && at(p) < (this.log.partitions[p]?.length ?? 0))
      .sort((a, b) => at(a) - at(b));
    if (partition === undefined) {
      if (!this.log.bounded || this.#held.size > 0) await this.log.changed(signal);
      return undefined;
    }
    const from = at(partition);
    const given = (this.log.partitions[partition] ?? []).slice(
      from,
      from + Math.min(recordsMax, this.log.readMax),
    );
    const isRecord = (record: FakeRecord): record is Exclude<FakeRecord, typeof marker> => record !== marker;
    const kept =
      given[0] === marker ? [] : given.slice(0, given.findIndex((record) => record === marker) >>> 0);
    const kinds = kept.filter(isRecord);
    const failed = new Map<number, string>();
    const records = kinds.map((record, i): Packable => {
      if (record === null || typeof record === 'string' || Buffer.isBuffer(record)) return record;
      failed.set(i, record.failed);
      return record.beginning;
    });
    const nextOffset = BigInt(from + Math.max(1, records.length));
    this.#positions.set(partition, nextOffset);
    this.log.given += records.length;
    await Promise.resolve();
    return {
      partition,
      count: records.length,
      values: packRecords(records),
      ...(failed.size > 0 && { failed }),
      keys: packRecords(records.map((_, i) => `key-${from + i}`)),
      headers: (i) => ({ 'h/1': Buffer.from(String(from + i)) }),
      baseOffset: BigInt(from),
      nextOffset,
      ...this.#timestamps(partition, from, records.length),
    };
  }
  #timestamps(partition: number, from: number, count: number): Pick<RecordBatch, 'timestamps'> {
    const { timestamps } = this.log;
    return timestamps
      ? { timestamps: Float64Array.from({ length: count }, (_, i) => timestamps(partition, from + i)) }
      : {};
  }
  hold(positions: Positions): void {
    for (const [partition, position] of positions) this.#positions.set(partition, position);
    this.#held = new Set(positions.keys());
    this.log.append(0);
  }
  async peek(positions: Positions, limit: number, bytesMax: number): Promise<Peeked[]> {
    await Promise.resolve();
    return this.log.partitions.flatMap((records, partition) => {
      let from = Number(positions.get(partition) ?? 0n);
      while (records[from] === marker) from++;
      const next = records.slice(from, from + this.log.readMax);
      const kept = next.slice(0, next.findIndex((record) => record === marker) >>> 0).map(beginningOf);
      if (kept.length === 0) return [];
      const nextOffset = from + kept.length;
      const batch: RecordBatch = {
        partition,
        count: kept.length,
        values: packRecords(kept),
        keys: packRecords(kept.map((_, i) => `key-${from + i}`)),
        baseOffset: BigInt(from),
        nextOffset: BigInt(nextOffset),
        ...this.#timestamps(partition, from, kept.length),
      };
      return [peeked(batch, limit, bytesMax, nextOffset < records.length)];
    });
  }
  commit(positions: Positions): Promise<void> {
    this.log.commit(positions);
    return Promise.resolve();
  }
  ranges(): Promise<PartitionRange[]> {
    return Promise.resolve(
      this.log.partitions.map((records, partition) => ({
        partition,
        start: 0n,
        end: BigInt(records.length),
      })),
    );
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Rows of a table, `undefined` for a row without a value. */
export class FakeTable {
  rows: (string | undefined)[] = [];
  keys: (string | undefined)[] = [];
  headers: Record<string, string>[] = [];
  shown = 0;
  /** Called before rows are taken. */
  beforeWrite: (signal: AbortSignal) => Promise<void> = () => Promise.resolve();
  readonly #waiting: { count: number; resolve: () => void }[] = [];

  /** Resolves when so many rows are committed. */
  async committedRows(count: number): Promise<void> {
    if (this.shown >= count) return;
    await new Promise<void>((resolve) => this.#waiting.push({ count, resolve }));
  }
  committed(): void {
    this.shown = this.rows.length;
    for (const { count, resolve } of this.#waiting) if (this.shown >= count) resolve();
  }
}

class FakeSink implements Sink {
  constructor(private readonly table: FakeTable) {}

  open(position: string | undefined): Promise<void> {
    this.table.rows.length = Number(position ?? 0);
    this.table.keys.length = this.table.rows.length;
    return Promise.resolve();
  }
  async write({ count, values, keys, headers }: RowBatch, signal: AbortSignal): Promise<void> {
    await this.table.beforeWrite(signal);
    const text = (packed: RowBatch['values'], i: number): string | undefined =>
      packed.starts[i] === absent
        ? undefined
        : packed.buffer.toString('utf8', packed.starts[i], packed.ends[i]);
    for (let i = 0; i < count; i++) {
      this.table.rows.push(text(values, i));
      this.table.keys.push(keys && text(keys, i));
      if (headers)
        this.table.headers.push(
          Object.fromEntries(Object.entries(headers(i)).map(([name, bytes]) => [name, bytes.toString()])),
        );
    }
  }
  flush(): Promise<string> {
    return Promise.resolve(String(this.table.rows.length));
  }
  committed(): void {
    this.table.committed();
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Keeps what it took, as a topic does. */
class FakeTopic extends FakeSink {
  override open(): Promise<void> {
    return Promise.resolve();
  }
}

/** A world of logs and tables by name, with the connector that reads and writes them. */
export class FakeWorld {
  readonly logs = new Map<string, FakeLog>();
  readonly tables = new Map<string, FakeTable>();
  /** Where there is one, a job with exactly-once delivery writes to it and not to tables. */
  cluster: FakeCluster | undefined;

  log(name: string, ...partitions: FakeRecord[][]): FakeLog {
    const log = new FakeLog(partitions);
    this.logs.set(name, log);
    return log;
  }
  table(name: string): FakeTable {
    const table = this.tables.get(name) ?? new FakeTable();
    this.tables.set(name, table);
    return table;
  }
  get connector(): Connector {
    const { cluster } = this;
    return {
      name: 'kafka',
      ...(cluster && {
        isTransactional: (_table, delivery) => delivery === 'exactly-once',
        transactions: ({ outputs, sources }) => [
          cluster.writer(
            [...outputs.keys()],
            sources.map(({ name }) => name),
          ),
        ],
      }),
      source: ({ name }) => new FakeSource(this.logs.get(name) ?? this.log(name, [])),
      sink: ({ name }) => new FakeSink(this.table(name)),
      deadLetterSink: (_table, topic) => new FakeTopic(this.table(topic)),
      target: ({ name }) => name,
    };
  }
  get engineOptions(): EngineOptions {
    return { connectors: [this.connector], clock: systemClock, context: fakeContext };
  }
}

function fakeContext(jobName: string): ConnectorContext {
  return {
    clock: systemClock,
    jobName,
    baseDir: '.',
    jobDir: path.join(os.tmpdir(), 'stream-jobs-no-files'),
    connection: () => Promise.reject(new Error('no connections here')),
    print: () => undefined,
    log: () => undefined,
  };
}
