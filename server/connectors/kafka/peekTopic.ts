// The records a job would read next, without reading them.
import type { Peeked, PartitionRange, Positions } from '../connector';
import { peeked } from '../peeked';
import type { ClusterReader } from './clusterReader';
import { withinBound } from './startPositions';
import { unpack } from './unpack';

/** A topic as it is now, and where reading it ends, if it does. */
interface PeekedTopic {
  reader: ClusterReader;
  topic: string;
  ranges: readonly PartitionRange[];
  bounds: Positions | undefined;
}

/** At most `limit` records of each partition from its position on; `bytesMax` of each. Throws errors of kafkajs. */
export async function peekTopic(
  { reader, topic, ranges, bounds }: PeekedTopic,
  positions: Positions,
  limit: number,
  bytesMax: number,
): Promise<Peeked[]> {
  const from = new Map<number, bigint>();
  for (const { partition, start, end } of ranges) {
    const position = maximum(positions.get(partition) ?? start, start);
    if (position < minimum(end, bounds?.get(partition) ?? end)) from.set(partition, position);
  }
  const fetched = from.size === 0 ? [] : await reader.next(topic, from);
  return fetched.flatMap(({ batch, end }) => {
    const all = unpack(batch, 0, batch.messages.length).batch;
    const cut = withinBound(all, bounds);
    const bound = bounds?.get(batch.partition) ?? end;
    return cut ? [peeked(cut, limit, bytesMax, cut.nextOffset < minimum(end, bound))] : [];
  });
}

function minimum(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
function maximum(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
