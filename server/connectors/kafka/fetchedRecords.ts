// Records as a broker's answer to a fetch has them, with what kafkajs does not say in its types.
import type { Broker, Cluster } from 'kafkajs';

export interface FetchedRecord {
  offset: string;
  timestamp: string;
  key: Buffer | null;
  value: Buffer | null;
  /** A marker that ends a transaction. */
  isControlRecord: boolean;
  /** Of the record batch it was in. */
  batchContext?: { producerId: string; inTransaction: boolean };
}
export interface FetchedPartition {
  highWatermark: string;
  messages: FetchedRecord[];
}

type Limits = Pick<Parameters<Broker['fetch']>[0], 'isolationLevel' | 'maxWaitTime' | 'minBytes'> & {
  maxBytes: number;
};

/** What a control record does to its transaction: its key is a version and the kind of marker, two bytes each. */
export function markerKind({ key }: Pick<FetchedRecord, 'key'>): 'abort' | 'commit' | undefined {
  const kind = key?.readInt16BE(2);
  if (kind === 0) return 'abort';
  return kind === 1 ? 'commit' : undefined;
}

/** What a partition's leader has from an offset on; undefined where it has no leader. Throws errors of kafkajs. */
export async function fetchPartition(
  cluster: Cluster,
  topic: string,
  partition: number,
  offset: bigint,
  limits: Limits,
): Promise<FetchedPartition | undefined> {
  const [nodeId] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]));
  if (nodeId === undefined) return undefined;
  const broker: Pick<Broker, 'fetch'> = await cluster.findBroker({ nodeId });
  const place = { partition, fetchOffset: String(offset), maxBytes: limits.maxBytes };
  const { responses } = (await broker.fetch({ ...limits, topics: [{ topic, partitions: [place] }] })) as {
    responses: { partitions: FetchedPartition[] }[];
  };
  return responses[0]?.partitions[0];
}
