// How many records the next batch takes: as many as make it last about the target, so that a pause comes quickly and a
// backlog is worked off in large steps.
import { limits } from './limits';

export class BatchSize {
  #records: number = limits.batchRecordsMin * 4;

  constructor(private readonly recordsMax: number) {}

  get records(): number {
    return Math.min(this.#records, this.recordsMax);
  }

  /** A batch of so many records took so long. */
  observe(records: number, elapsedMs: number): void {
    if (elapsedMs > limits.batchTargetMs * 1.5 && records > limits.batchRecordsMin)
      this.#records = Math.max(limits.batchRecordsMin, Math.floor(records * 0.75));
    else if (elapsedMs < limits.batchTargetMs && records >= this.records)
      this.#records = Math.min(this.recordsMax, Math.ceil(records * 1.5));
  }
}
