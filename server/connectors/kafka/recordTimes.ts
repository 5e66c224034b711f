// When a record was written: fetched from its leader, without a consumer group.
import type { Broker, Cluster } from 'kafkajs';

/** A broker answers a fetch with at least one whole record batch, however small the limit. */
const bytesMax = 1;
const waitMsMax = 100;

interface Fetched {
  responses: { partitions: { messages: { offset: string; timestamp: string }[] }[] }[];
}

/** Epoch milliseconds of the first record at or after an offset; null where there is none. Throws errors of kafkajs. */
export async function timestampAt(
  cluster: Cluster,
  topic: string,
  partition: number,
  offset: bigint,
): Promise<number | null> {
  await cluster.addMultipleTargetTopics([topic]);
  const [nodeId] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]));
  if (nodeId === undefined) return null;
  const broker: Pick<Broker, 'fetch'> = await cluster.findBroker({ nodeId });
  const place = { partition, fetchOffset: String(offset), maxBytes: bytesMax };
  const { responses } = (await broker.fetch({
    maxWaitTime: waitMsMax,
    maxBytes: bytesMax,
    topics: [{ topic, partitions: [place] }],
  })) as Fetched;
  const messages = responses.flatMap(({ partitions }) => partitions.flatMap((found) => found.messages));
  const found = messages.find((message) => BigInt(message.offset) >= offset);
  const at = found === undefined ? NaN : Number(found.timestamp);
  return at >= 0 ? at : null;
}
