// How far event time has come: the least over the partitions of a source, and over the sources of an operator.
import { endOfTime, unknownTime } from './operators/operator';

/** The event time of one source. Its partitions are known from the positions it was opened with. */
export class Watermark {
  readonly #partitions = new Map<number, { time: number; lastAt: number }>();
  #ended = false;
  #durable: { times: Map<number, number>; reached: number; ended: boolean };

  /**
   * @param idleMs a partition without records for so long is not waited for; undefined waits for ever
   * @param reached event time never goes back, even when an idle partition wakes up with old records
   */
  constructor(
    private readonly idleMs: number | undefined,
    public reached = unknownTime,
  ) {
    this.#durable = { times: new Map(), reached, ended: false };
  }

  /** A partition that will be read; without records it holds event time back. */
  add(partition: number, now: number, time = unknownTime): void {
    if (!this.#partitions.has(partition)) this.#partitions.set(partition, { time, lastAt: now });
  }

  /** Records of a partition reached `time`. */
  observe(partition: number, time: number, now: number): void {
    const known = this.#partitions.get(partition);
    this.#partitions.set(partition, { time: Math.max(time, known?.time ?? unknownTime), lastAt: now });
  }

  /** The source ended: all its windows can close. */
  end(): void {
    this.#ended = true;
  }

  current(now: number): number {
    if (this.#ended) return endOfTime;
    const { idleMs } = this;
    const all = [...this.#partitions.values()];
    const waitedFor = all.filter(({ lastAt }) => idleMs === undefined || now - lastAt < idleMs);
    // When all are idle nothing older is waited for: the furthest counts, as in Flink.
    if (waitedFor.length > 0) this.#reach(Math.min(...waitedFor.map(({ time }) => time)));
    else if (all.length > 0) this.#reach(Math.max(...all.map(({ time }) => time)));
    return this.reached;
  }

  #reach(time: number): void {
    this.reached = Math.max(this.reached, time);
  }

  /** Reading begins again: the time it stood still makes no partition idle. */
  resume(now: number): void {
    for (const partition of this.#partitions.values()) partition.lastAt = now;
  }

  /** As it stands now is what `restore` goes back to. */
  commit(): void {
    this.#durable = { times: this.snapshot(), reached: this.reached, ended: this.#ended };
  }
  /** What was observed since `commit` did not count: its records come again. */
  restore(): void {
    const { times, reached, ended } = this.#durable;
    for (const [partition, known] of this.#partitions) known.time = times.get(partition) ?? unknownTime;
    this.reached = reached;
    this.#ended = ended;
  }

  /** Partition -> event time, of those that had records. */
  snapshot(): Map<number, number> {
    return new Map(
      [...this.#partitions]
        .filter(([, { time }]) => time > unknownTime)
        .map(([partition, { time }]) => [partition, time]),
    );
  }
}
