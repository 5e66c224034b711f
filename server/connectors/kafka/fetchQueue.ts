// Record batches between the consumer, which fetches ahead, and the engine, which takes them when it wants to.
//
// Invariants: at most `bytesMax` bytes and one batch more; the batches of a partition follow each other without a gap;
// nothing is taken out but by `take` and `drop`.
import type { RecordBatch } from '../connector';
import { ChangeNotifier } from '../waiting';

interface Queued {
  batch: RecordBatch;
  bytes: number;
}

export class FetchQueue {
  private readonly queued: Queued[] = [];
  private bytes = 0;
  /** Told of everything that comes or goes. */
  readonly changes = new ChangeNotifier();

  /** @param bytesMax asked each time: it may be a share of something */
  constructor(private readonly bytesMax: () => number) {}

  get isFull(): boolean {
    return this.bytes >= this.bytesMax();
  }
  get isEmpty(): boolean {
    return this.queued.length === 0;
  }

  /** `bytes`: what the batch holds in memory. */
  push(batch: RecordBatch, bytes: number): void {
    this.queued.push({ batch, bytes });
    this.bytes += bytes;
    this.changes.notify();
  }

  /** The position of a partition moves on without a record: its last batch says so, or an empty one. */
  moveOn(partition: number, nextOffset: bigint): void {
    const last = this.queued.filter(({ batch }) => batch.partition === partition).at(-1);
    if (last) last.batch = { ...last.batch, nextOffset };
    else this.push(emptyBatch(partition, nextOffset), 0);
  }

  /** The oldest batch, or its first `recordsMax` records. */
  take(recordsMax: number): RecordBatch | undefined {
    const [first] = this.queued;
    if (!first) return undefined;
    if (first.batch.count <= recordsMax) {
      this.queued.shift();
      this.bytes -= first.bytes;
      this.changes.notify();
      return first.batch;
    }
    const taken = slice(first.batch, 0, recordsMax);
    first.batch = slice(first.batch, recordsMax, first.batch.count);
    return taken;
  }

  /** Forgets what is there of a partition. */
  drop(partition: number): void {
    const kept = this.queued.filter(({ batch }) => batch.partition !== partition);
    this.queued.splice(0, this.queued.length, ...kept);
    this.bytes = kept.reduce((sum, { bytes }) => sum + bytes, 0);
    this.changes.notify();
  }
}

function emptyBatch(partition: number, nextOffset: bigint): RecordBatch {
  const none = new Uint32Array();
  return {
    partition,
    count: 0,
    values: { buffer: Buffer.alloc(0), starts: none, ends: none },
    baseOffset: nextOffset,
    nextOffset,
  };
}

/** Records `from` to `to` of a batch, sharing its buffer. */
function slice(batch: RecordBatch, from: number, to: number): RecordBatch {
  const { values, keys, offsetDeltas, timestamps, headers } = batch;
  const offset = (index: number): bigint => batch.baseOffset + BigInt(offsetDeltas?.[index] ?? index);
  const cut: RecordBatch = {
    ...batch,
    count: to - from,
    values: { ...values, starts: values.starts.subarray(from, to), ends: values.ends.subarray(from, to) },
    nextOffset: to < batch.count ? offset(to) : batch.nextOffset,
  };
  if (keys)
    cut.keys = { ...keys, starts: keys.starts.subarray(from, to), ends: keys.ends.subarray(from, to) };
  if (offsetDeltas) cut.offsetDeltas = offsetDeltas.subarray(from, to);
  else cut.baseOffset = batch.baseOffset + BigInt(from);
  if (timestamps) cut.timestamps = timestamps.subarray(from, to);
  if (headers) cut.headers = (index) => headers(from + index);
  return cut;
}
