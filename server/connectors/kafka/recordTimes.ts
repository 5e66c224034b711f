// When a record was written: fetched from its leader, without a consumer group.
import type { Cluster } from 'kafkajs';
import { fetchPartition } from './fetchedRecords';

/** A broker answers a fetch with at least one whole record batch, however small the limit. */
const bytesMax = 1;
const waitMsMax = 100;

/** Epoch milliseconds of the first record at or after an offset; null where there is none. Throws errors of kafkajs. */
export async function timestampAt(
  cluster: Cluster,
  topic: string,
  partition: number,
  offset: bigint,
): Promise<number | null> {
  await cluster.addMultipleTargetTopics([topic]);
  const limits = { maxWaitTime: waitMsMax, maxBytes: bytesMax };
  const { messages = [] } = (await fetchPartition(cluster, topic, partition, offset, limits)) ?? {};
  const found = messages.find((message) => BigInt(message.offset) >= offset);
  const at = found === undefined ? NaN : Number(found.timestamp);
  return at >= 0 ? at : null;
}
