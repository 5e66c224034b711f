// How many records the next batch takes. A pause waits until the rows of a batch are outside, so that takes about its
// target; computing, which a pause interrupts, may take longer. The commit is left out, and computing makes a batch only
// so small: where many jobs share the processor both wait for their turn, however few the records.
import { limits } from './limits';

/** Beyond its target by this factor, a batch was too large. */
const tooMuch = 1.5;

export class BatchSize {
  #records: number = limits.batchRecordsMin * 4;

  constructor(private readonly recordsMax: number) {}

  get records(): number {
    return Math.min(this.#records, this.recordsMax);
  }

  /** A batch of so many records was computed in `computedMs`; its rows were outside after another `rowsMs`. */
  observe(records: number, computedMs: number, rowsMs: number): void {
    const { batchRowsMs, batchComputeMs, batchRecordsMin, batchRecordsComputed } = limits;
    if (rowsMs > batchRowsMs * tooMuch) this.#shrink(records, batchRecordsMin);
    else if (computedMs > batchComputeMs * tooMuch && records >= batchRecordsComputed)
      this.#shrink(records, batchRecordsComputed);
    else if (rowsMs < batchRowsMs && (computedMs < batchComputeMs || records < batchRecordsComputed))
      this.#grow(records);
  }

  #shrink(records: number, least: number): void {
    if (records > least) this.#records = Math.max(least, Math.floor(records * 0.75));
  }
  /** Only where it was the size that bounded the batch. */
  #grow(records: number): void {
    if (records >= this.records) this.#records = Math.min(this.recordsMax, Math.ceil(records * 1.5));
  }
}
