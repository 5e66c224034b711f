// Where a job is in its sources' logs. Unknown is null, never 0.
import type { Source } from '../connectors/connector';
import type { JobPositions, PartitionProgress } from './engine';

/** Every partition of a stream, known from its log or from the positions. */
export async function partitionProgress(
  stream: string,
  source: Source | undefined,
  positions: JobPositions,
): Promise<PartitionProgress[]> {
  const ranges = (await source?.ranges().catch(() => undefined)) ?? [];
  const known = positions.get(stream) ?? new Map<number, bigint>();
  const partitions = new Set([...known.keys(), ...ranges.map(({ partition }) => partition)]);
  return [...partitions]
    .sort((a, b) => a - b)
    .map((partition) => {
      const range = ranges.find((candidate) => candidate.partition === partition);
      // A partition that was never read is read from its start.
      const position = known.get(partition) ?? range?.start ?? 0n;
      const [start, end] = [range?.start ?? null, range?.end ?? null];
      return { stream, partition, position, start, end, ...(source?.unit && { unit: source.unit }) };
    });
}
