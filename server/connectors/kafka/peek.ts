// Looks at the next records of a topic without a consumer: fetches from the partitions' leaders, as a reader of
// committed records, and leaves nothing behind on the broker.
import type { Batch, Cluster } from 'kafkajs';
import KafkaBatch from 'kafkajs/src/consumer/batch.js';

/** Bytes asked of a partition in one fetch; a larger record comes whole. */
const bytesPerPartition = 1024 * 1024;
const bytesPerFetch = 16 * 1024 * 1024;
/** Fetches of a partition that hold nothing but aborted records and markers, before it counts as empty for now. */
const fetchesMax = 20;
const readCommitted = 1;

/** What was fetched of a partition. */
export interface Fetched {
  batch: Batch;
  /** Where its readable records end, now. */
  end: bigint;
}

interface PartitionData {
  partition: number;
  highWatermark: string;
  lastStableOffset?: string;
  messages: unknown[];
}

/** The next records behind the positions, of each partition that has some. Throws errors of kafkajs. */
export async function fetchNext(
  cluster: Cluster,
  topic: string,
  positions: ReadonlyMap<number, bigint>,
): Promise<Fetched[]> {
  const found: Fetched[] = [];
  let open = new Map(positions);
  for (let fetches = 0; open.size > 0 && fetches < fetchesMax; fetches++) {
    const fetched = await fetchOnce(cluster, topic, open);
    const next = new Map<number, bigint>();
    for (const one of fetched) {
      const behind = BigInt(one.batch.lastOffset()) + 1n;
      if (!one.batch.isEmpty()) found.push(one);
      else if (one.hasMarkers && behind < one.end) next.set(one.batch.partition, behind);
    }
    // What a fetch had no room for is asked for again.
    const answered = new Set(fetched.filter(({ isAnswer }) => isAnswer).map(({ batch }) => batch.partition));
    for (const [partition, position] of open) if (!answered.has(partition)) next.set(partition, position);
    open = next;
  }
  return found;
}

async function fetchOnce(
  cluster: Cluster,
  topic: string,
  positions: ReadonlyMap<number, bigint>,
): Promise<(Fetched & { hasMarkers: boolean; isAnswer: boolean })[]> {
  const leaders = cluster.findLeaderForPartitions(topic, [...positions.keys()]);
  const asked = Object.entries(leaders).map(async ([nodeId, partitions]) => {
    const broker = await cluster.findBroker({ nodeId });
    const { responses } = (await broker.fetch({
      isolationLevel: readCommitted,
      maxWaitTime: 0,
      minBytes: 0,
      maxBytes: bytesPerFetch,
      topics: [
        {
          topic,
          partitions: partitions.map((partition) => ({
            partition,
            fetchOffset: String(positions.get(partition) ?? 0n),
            maxBytes: bytesPerPartition,
          })),
        },
      ],
    })) as { responses: { partitions: PartitionData[] }[] };
    return responses.flatMap((response) => response.partitions);
  });
  return (await Promise.all(asked)).flat().map((data) => {
    const from = positions.get(data.partition) ?? 0n;
    const batch = new KafkaBatch(topic, String(from), data);
    const end = BigInt(data.lastStableOffset ?? data.highWatermark);
    const hasMarkers = data.messages.length > 0;
    return { batch, end, hasMarkers, isAnswer: hasMarkers || from >= end };
  });
}
