// Reads a datagen table: a virtual log whose records are made when they are read, and whose end grows with the clock.
import { datagenOptions } from '../../analysis/options/datagen';
import { readOptions } from '../../analysis/options/table';
import type { TableDefinition } from '../../analysis/catalog';
import type {
  ConnectorContext,
  LogPlace,
  PartitionRange,
  Peeked,
  Positions,
  RecordBatch,
  Source,
} from '../connector';
import { peeked } from '../peeked';
import { ByteWriter } from './byteWriter';
import { EpochFile } from './epoch';
import { makeRowWriter } from './rows';
import type { RowWriter } from './rows';
import {
  appearedAt,
  epochFor,
  msUntilMore,
  recordNumber,
  recordsAt,
  recordsBefore,
  recordsIn,
} from './virtualLog';
import type { LogShape } from './virtualLog';

/** Bytes to begin a batch's buffer with; after the first batch the last one's size tells. */
const firstBufferBytes = 64 * 1024;
/** Made in one go; a few milliseconds' work, so that a pause never waits long for it. */
const recordsPerBatchMax = 4096;
const newline = 0x0a;

export class DatagenSource implements Source {
  private readonly log: LogShape;
  private readonly rowWriter: RowWriter;
  private readonly epochFile: EpochFile;
  private readonly offsets: number[];
  private opened = false;
  private held: ReadonlySet<number> = new Set();
  private nextPartition = 0;
  private bytesPerRecord = 0;
  /** The log never becomes shorter, even when the clock is set back. */
  private longest = 0;

  /** Throws BAD_OPTION. */
  constructor(
    table: TableDefinition,
    private readonly context: ConnectorContext,
  ) {
    const options = readOptions(datagenOptions, table.options);
    const pace = options['rows-per-second'];
    this.rowWriter = makeRowWriter(table, options.seed);
    const rows = Math.min(this.rowWriter.rows, options['number-of-rows'] ?? Infinity);
    this.log = {
      epoch: Infinity,
      rowsPerSecond: pace === 0 ? Infinity : pace,
      rows,
      partitions: options.partitions,
    };
    this.offsets = Array.from({ length: options.partitions }, () => 0);
    this.epochFile = new EpochFile(context.jobDir, context.jobName, table.name);
  }

  async open(positions: Positions): Promise<Positions> {
    for (const [partition, offset] of positions)
      if (partition < this.offsets.length) this.offsets[partition] = Number(offset);
    const { rowsPerSecond } = this.log;
    const kept = positions.size > 0 ? await this.epochFile.read(rowsPerSecond) : undefined;
    this.log.epoch = kept ?? epochFor(rowsPerSecond, this.recordsRead(), this.context.clock.now());
    if (kept === undefined) await this.epochFile.write(this.log.epoch, rowsPerSecond);
    this.opened = true;
    return new Map(this.offsets.map((offset, partition) => [partition, BigInt(offset)]));
  }

  async read(recordsMax: number, waitMs: number, signal: AbortSignal): Promise<RecordBatch | undefined> {
    const { clock } = this.context;
    const deadline = clock.monotonic() + waitMs;
    while (!signal.aborted) {
      const records = this.recordsNow();
      const partition = this.partitionWithRecords(records);
      if (partition !== undefined) return this.nextBatch(partition, records, recordsMax);
      const left = deadline - clock.monotonic();
      if (left <= 0 || this.finished) return undefined;
      await clock.sleep(Math.min(left, msUntilMore(this.log, records, clock.now())), signal);
    }
    return undefined;
  }

  get finished(): boolean {
    return this.offsets.every((offset, partition) => offset >= recordsIn(this.log, partition, this.log.rows));
  }

  hold(positions: Positions): void {
    for (const [partition, position] of positions) this.offsets[partition] = Number(position);
    this.held = new Set(positions.keys());
  }

  async peek(positions: Positions, limit: number, bytesMax: number): Promise<Peeked[]> {
    const records = await this.recordsWhenever();
    return this.offsets.flatMap((_, partition) => {
      const first = Number(positions.get(partition) ?? 0n);
      const there = recordsIn(this.log, partition, records) - first;
      if (there <= 0) return [];
      const batch = this.makeBatch(partition, first, Math.min(there, limit, recordsPerBatchMax));
      return [peeked(batch, limit, bytesMax, batch.count < there)];
    });
  }

  async ranges(): Promise<PartitionRange[]> {
    const records = await this.recordsWhenever();
    return this.offsets.map((offset, partition) => {
      // A log without pace and end has no end to lag behind.
      const end = records === Infinity ? offset : Math.max(offset, recordsIn(this.log, partition, records));
      return { partition, start: 0n, end: BigInt(end) };
    });
  }

  async offsetsAt(place: LogPlace): Promise<Positions> {
    const ranges = await this.ranges();
    return new Map(
      ranges.map(({ partition, start, end }) => {
        if (place.kind === 'earliest') return [partition, start];
        if (place.kind === 'latest') return [partition, end];
        const first = this.firstAt(partition, place.at);
        return [partition, first > end ? end : first];
      }),
    );
  }

  timestampAt(partition: number, offset: bigint): Promise<number | null> {
    const at = appearedAt(this.log, recordNumber(this.log, partition, Number(offset)));
    return Promise.resolve(Number.isFinite(at) ? at : null);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Also before `open`: the log's beginning is kept in a file. */
  private async recordsWhenever(): Promise<number> {
    if (!this.opened) this.log.epoch = (await this.epochFile.read(this.log.rowsPerSecond)) ?? Infinity;
    return this.recordsNow();
  }

  /** The first offset whose record appeared at or after a moment. */
  private firstAt(partition: number, at: number): bigint {
    const before = recordsBefore(this.log, at);
    return BigInt(Math.max(0, recordsIn(this.log, partition, before)));
  }

  private recordsNow(): number {
    this.longest = Math.max(this.longest, recordsAt(this.log, this.context.clock.now()));
    return this.longest;
  }

  /** How many records the log must hold for the positions to be in it. */
  private recordsRead(): number {
    return Math.max(
      0,
      ...this.offsets.map((offset, partition) =>
        offset === 0 ? 0 : recordNumber(this.log, partition, offset - 1) + 1,
      ),
    );
  }

  private partitionWithRecords(records: number): number | undefined {
    const { length } = this.offsets;
    const inTurn = Array.from({ length }, (_, turn) => (this.nextPartition + turn) % length);
    const found = inTurn.find(
      (partition) =>
        !this.held.has(partition) && (this.offsets[partition] ?? 0) < recordsIn(this.log, partition, records),
    );
    if (found !== undefined) this.nextPartition = (found + 1) % length;
    return found;
  }

  private nextBatch(partition: number, records: number, recordsMax: number): RecordBatch {
    const first = this.offsets[partition] ?? 0;
    const count = Math.min(recordsMax, recordsPerBatchMax, recordsIn(this.log, partition, records) - first);
    this.offsets[partition] = first + count;
    return this.makeBatch(partition, first, count);
  }

  /** Buffers are new for each batch: the engine may still read the last one. */
  private makeBatch(partition: number, first: number, count: number): RecordBatch {
    const out = new ByteWriter(Math.max(firstBufferBytes, Math.ceil(count * this.bytesPerRecord * 1.1)));
    const starts = new Uint32Array(count);
    const ends = new Uint32Array(count);
    const timestamps = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      const record = recordNumber(this.log, partition, first + i);
      const time = appearedAt(this.log, record);
      timestamps[i] = time;
      starts[i] = out.position;
      this.rowWriter.write(out, record, time);
      ends[i] = out.position;
      out.byte(newline);
    }
    this.bytesPerRecord = out.position / count;
    return {
      partition,
      count,
      values: { buffer: out.buffer, starts, ends },
      timestamps,
      baseOffset: BigInt(first),
      nextOffset: BigInt(first + count),
    };
  }
}
