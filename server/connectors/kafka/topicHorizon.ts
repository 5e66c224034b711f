// When the first unread record of a topic may be deleted, for one job: asks as little as possible, since paused jobs ask
// again and again. The time of a record never changes; how fast a log grows is seen between two questions.
import type { Clock, PartitionRange, Positions } from '../connector';
import type { ClusterReader } from './clusterReader';
import { horizonOf } from './retention';
import type { Unread } from './retention';

type Asked = Pick<ClusterReader, 'retention' | 'timestampAt' | 'logBytes'>;

export class TopicHorizon {
  /** Partition -> an offset that was asked for and when its record was written. */
  readonly #written = new Map<number, { offset: bigint; at: number | null }>();
  /** Partition -> where its log ended when that was first seen. */
  readonly #ends = new Map<number, { end: bigint; at: number }>();

  constructor(
    private readonly topic: string,
    private readonly clock: Clock,
  ) {}

  /** Epoch ms; null where nothing is deleted or nobody knows. See Source.horizon. */
  async earliest(
    reader: Asked,
    ranges: readonly PartitionRange[],
    positions: Positions,
    coming = false,
  ): Promise<number | null> {
    const retention = await reader.retention(this.topic);
    if (!retention || (retention.ms === undefined && retention.bytes === undefined)) return null;
    const unread = ranges.flatMap((range) => {
      const position = positions.get(range.partition) ?? range.start;
      const from = position > range.start ? position : range.start;
      return coming || from < range.end ? [{ range, from }] : [];
    });
    const partitions = unread.map(({ range }) => range.partition);
    const sizes =
      retention.bytes === undefined || partitions.length === 0
        ? new Map<number, number>()
        : await reader.logBytes(this.topic, partitions);
    const horizons = await Promise.all(
      unread.map(async ({ range, from }) => {
        const writtenAt = retention.ms === undefined ? null : await this.#writtenAt(reader, range, from);
        const known = { writtenAt, ...this.#growth(range, from, sizes.get(range.partition)) };
        return horizonOf(retention, known, this.clock.now());
      }),
    );
    const known = horizons.filter((at) => at !== null);
    return known.length === 0 ? null : Math.min(...known);
  }

  async #writtenAt(
    reader: Asked,
    { partition, end }: PartitionRange,
    offset: bigint,
  ): Promise<number | null> {
    if (offset >= end) return this.clock.now();
    const known = this.#written.get(partition);
    if (known?.offset === offset && known.at !== null) return known.at;
    const at = await reader.timestampAt(this.topic, partition, offset);
    this.#written.set(partition, { offset, at });
    return at;
  }

  #growth(
    { partition, start, end }: PartitionRange,
    from: bigint,
    size: number | undefined,
  ): Pick<Unread, 'bytes' | 'bytesPerMs'> {
    const now = this.clock.monotonic();
    const first = this.#ends.get(partition) ?? { end, at: now };
    this.#ends.set(partition, first);
    if (size === undefined) return { bytes: null, bytesPerMs: null };
    const bytesPerRecord = end > start ? size / Number(end - start) : 0;
    const elapsed = now - first.at;
    return {
      bytes: bytesPerRecord * Math.max(0, Number(end - from)),
      bytesPerMs: elapsed > 0 ? (Number(end - first.end) * bytesPerRecord) / elapsed : null,
    };
  }
}
