// Lag: how far a job is behind its sources, how that changes, and when it will have caught up. Unknown is null.
import type { PartitionProgress } from '../engine/engine';
import type { LagUnit } from '../protocol/jobs';

/** Samples kept of one job, and how far back its rates look. */
const samplesMax = 64;
const recordsWindowMs = 5_000;
const lagWindowMs = 30_000;

/** Offsets of one partition; start and end are null while unknown. */
export type Offsets = Pick<PartitionProgress, 'start' | 'position' | 'end'>;

/** Records waiting: end - max(position, start), never negative. */
export function lagOf({ start, position, end }: Offsets): bigint | null {
  if (end === null) return null;
  const from = start !== null && start > position ? start : position;
  return end > from ? end - from : 0n;
}

/** Records deleted before the job read them: max(0, start - position). */
export function lostOf({ start, position }: Offsets): bigint {
  return start !== null && start > position ? start - position : 0n;
}

/** The sum over partitions; one unknown partition makes it unknown. */
export function totalLag(partitions: readonly Offsets[]): number | null {
  let sum = 0n;
  for (const partition of partitions) {
    const lag = lagOf(partition);
    if (lag === null) return null;
    sum += lag;
  }
  return Number(sum);
}

/** What that sum counts; undefined for records, and while nothing is known. */
export function lagUnit(partitions: readonly Pick<PartitionProgress, 'unit'>[]): LagUnit | undefined {
  if (!partitions.some(({ unit }) => unit === 'bytes')) return undefined;
  return partitions.every(({ unit }) => unit === 'bytes') ? 'bytes' : 'records and bytes';
}

export function totalLost(partitions: readonly Offsets[]): number {
  return Number(partitions.reduce((sum, partition) => sum + lostOf(partition), 0n));
}

export interface LagSample {
  /** On the clock that never jumps, in ms. */
  at: number;
  lag: number | null;
  recordsIn: number;
}

/** The last samples of a job, bounded; rates are over them. */
export class LagHistory {
  private samples: LagSample[] = [];
  private changedAt = -Infinity;

  add(sample: LagSample): void {
    this.samples = [...this.samples, sample].slice(-samplesMax);
  }

  /** The job paused, resumed or started: the lag before says nothing of its growth from now on. */
  restart(at: number): void {
    this.changedAt = at;
  }

  /** Records in a second over the last few seconds; 0 before there are two samples. */
  recordsPerSecond(): number {
    const change = this.change(recordsWindowMs, (sample) => sample.recordsIn);
    return Math.max(0, change ?? 0);
  }

  /** Growth of the lag a second since the last change of state, null when unknown. */
  lagPerSecond(): number | null {
    return this.change(lagWindowMs, (sample) => (sample.at < this.changedAt ? null : sample.lag));
  }

  /** Difference a second between the last sample and the first in the window before it, to a tenth. */
  private change(windowMs: number, value: (sample: LagSample) => number | null): number | null {
    const last = this.samples.at(-1);
    const lastValue = last === undefined ? null : value(last);
    if (last === undefined || lastValue === null) return null;
    // The sample before the last counts at any age: samples are rare while nobody looks.
    const before = this.samples.at(-2);
    const first =
      this.samples.find(
        (sample) => last.at - sample.at <= windowMs && sample !== last && value(sample) !== null,
      ) ?? before;
    const firstValue = first === undefined ? null : value(first);
    if (first === undefined || firstValue === null || last.at <= first.at) return null;
    const perSecond = ((lastValue - firstValue) * 1000) / (last.at - first.at);
    return Math.round(perSecond * 10) / 10;
  }
}

/** Time until the lag is gone at the present rate, in ms; undefined while it does not shrink. */
export function timeToDrain(lag: number | null, lagPerSecond: number | null): number | undefined {
  if (lag === null || lagPerSecond === null || lagPerSecond >= 0 || lag === 0) return undefined;
  return Math.round((lag / -lagPerSecond) * 1000);
}
