// The watermarks of all sources of a job, before and with the batch in hand.
import type { Clock } from '../connectors/connector';
import { parseDuration } from '../analysis/options/values';
import type { ScanNode } from '../analysis/plan';
import type { Checkpoint } from './checkpoint';
import type { EventTime } from './microBatch';
import { unknownTime } from './operators/operator';
import { Watermark } from './watermarks';

/** Partition under which the time a source has reached is stored beside those of its partitions. */
const wholeSource = -1;

export class EventTimes implements EventTime {
  readonly #marks: Watermark[];
  readonly #before: number[];

  constructor(
    private readonly scans: readonly ScanNode[],
    checkpoint: Checkpoint,
    private readonly clock: Clock,
  ) {
    const now = clock.monotonic();
    this.#marks = scans.map(({ table }) => {
      const idle = table.options['scan.watermark.idle-timeout'];
      const stored = checkpoint.watermarks.get(table.name);
      const idleMs = idle === undefined ? undefined : parseDuration(idle);
      // Zero means no timeout, as in Flink.
      const mark = new Watermark(idleMs === 0 ? undefined : idleMs, stored?.get(wholeSource) ?? unknownTime);
      for (const [partition, time] of stored ?? [])
        if (partition !== wholeSource) mark.add(partition, now, time);
      mark.commit();
      return mark;
    });
    // As stored: partitions without records are not known yet, and would not hold it back.
    this.#before = this.#marks.map(({ reached }) => reached);
  }

  /** Partitions that will be read. */
  addPartitions(scan: number, partitions: Iterable<number>): void {
    for (const partition of partitions) this.#marks[scan]?.add(partition, this.clock.monotonic());
  }
  observe(scan: number, partition: number, time: number): void {
    this.#marks[scan]?.observe(partition, time, this.clock.monotonic());
  }
  resume(): void {
    for (const mark of this.#marks) mark.resume(this.clock.monotonic());
  }
  end(scan: number): void {
    this.#marks[scan]?.end();
  }
  before(scan: number): number {
    return this.#before[scan] ?? unknownTime;
  }
  after(scan: number): number {
    return this.#marks[scan]?.current(this.clock.monotonic()) ?? unknownTime;
  }
  /** Whether time passed without records, because a partition is no longer waited for. */
  moved(): boolean {
    return this.scans.some((_, scan) => this.after(scan) > this.before(scan));
  }
  /** The batch is durable. */
  committed(): void {
    for (const scan of this.scans.keys()) this.#before[scan] = this.after(scan);
    for (const mark of this.#marks) mark.commit();
  }
  /** What was not committed comes again, maybe in other batches: event time must not be ahead of it. */
  restore(): void {
    for (const mark of this.#marks) mark.restore();
  }
  snapshot(): Checkpoint['watermarks'] {
    return new Map(
      this.scans.map(({ table }, scan) => {
        const mark = this.#marks[scan];
        return [
          table.name,
          new Map([...(mark?.snapshot() ?? []), [wholeSource, mark?.reached ?? unknownTime]]),
        ];
      }),
    );
  }
  /** Epoch milliseconds of the slowest source, or null while unknown. */
  current(): number | null {
    const times = this.#marks.map((mark) => mark.reached);
    const least = Math.min(...times);
    return times.length > 0 && least > unknownTime ? least : null;
  }
}
