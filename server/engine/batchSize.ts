// How many records the next batch takes: as many as make it last about its targets, so that a pause comes quickly and a
// backlog is worked off in large steps. The commit is left out, and computing makes a batch only so small: where many
// jobs share the processor both wait for their turn, however few the records. What is published from the outbox counts
// once batches have to wait for it long: a transaction takes its time, however few the rows.
import { limits } from './limits';

/** What a batch took, in ms. */
export interface BatchTimes {
  computedMs: number;
  /** Until there was room in the outbox for its rows. */
  waitedMs: number;
  /** Then, until its rows were outside or in the outbox, without the commit. */
  rowsMs: number;
}

/** Beyond its target by this factor, a batch was too large. */
const tooMuch = 1.5;

export class BatchSize {
  #records: number = limits.batchRecordsMin * 4;

  constructor(private readonly recordsMax: number) {}

  get records(): number {
    return Math.min(this.#records, this.recordsMax);
  }

  /** A batch of so many records is durable. */
  observe(records: number, { computedMs, waitedMs, rowsMs }: BatchTimes): void {
    const { batchRowsMs, batchWaitMs, batchComputeMs, batchRecordsMin, batchRecordsComputed } = limits;
    const outside = Math.max(rowsMs / batchRowsMs, waitedMs / batchWaitMs);
    const computing = computedMs / batchComputeMs;
    if (outside > tooMuch) this.#shrink(records, outside, batchRecordsMin);
    else if (computing > tooMuch && records >= batchRecordsComputed)
      this.#shrink(records, computing, batchRecordsComputed);
    else if (outside < 1 && (computing < 1 || records < batchRecordsComputed)) this.#grow(records);
  }

  /** To what would have taken its target, but not to nothing because of a single stall. */
  #shrink(records: number, load: number, least: number): void {
    if (records > least) this.#records = Math.max(least, Math.floor(records / Math.min(load, 4)));
  }
  /** Only where it was the size that bounded the batch. */
  #grow(records: number): void {
    if (records >= this.records) this.#records = Math.min(this.recordsMax, Math.ceil(records * 1.5));
  }
}
