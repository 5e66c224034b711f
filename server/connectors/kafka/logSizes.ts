// How large the logs of a topic are, as their leaders have them on disk. kafkajs does not know this request.
//
// Layout: DescribeLogDirs version 1 in https://kafka.apache.org/protocol, not a flexible message.
import type { Cluster } from 'kafkajs';
import { raw, Reader, send } from './rawRequests';

const api = { apiKey: 35, apiVersion: 1, apiName: 'DescribeLogDirs' };

/** Bytes of each partition's log. Throws errors of kafkajs, also where the user may not ask. */
export async function logBytes(
  cluster: Cluster,
  topic: string,
  partitions: number[],
): Promise<Map<number, number>> {
  await cluster.addMultipleTargetTopics([topic]);
  const leaders = Object.entries(cluster.findLeaderForPartitions(topic, partitions));
  const asked = leaders.map(async ([nodeId, led]) => {
    const broker = raw(await cluster.findBroker({ nodeId }));
    return send(broker, api, logDirsRequest(topic, led), (answer) => bytesIn(answer, topic));
  });
  return new Map((await Promise.all(asked)).flatMap((found) => [...found]));
}

export function logDirsRequest(topic: string, partitions: number[]): Buffer {
  const name = Buffer.from(topic);
  const body = Buffer.alloc(4 + 2 + name.length + 4 + 4 * partitions.length);
  let at = body.writeInt32BE(1);
  at = body.writeInt16BE(name.length, at);
  at += name.copy(body, at);
  at = body.writeInt32BE(partitions.length, at);
  for (const partition of partitions) at = body.writeInt32BE(partition, at);
  return body;
}

/** Partition -> bytes, of the topic in an answer. */
export function bytesIn(answer: Buffer, topic: string): Map<number, number> {
  const reader = new Reader(answer);
  const found = new Map<number, number>();
  reader.int32();
  for (let folders = reader.int32(); folders > 0; folders--) {
    reader.int16();
    reader.text();
    for (let topics = reader.int32(); topics > 0; topics--) {
      const name = reader.text();
      for (let partitions = reader.int32(); partitions > 0; partitions--) {
        const partition = reader.int32();
        const bytes = Number(reader.int64());
        reader.int64();
        const isFuture = reader.skip(1).readUInt8() !== 0;
        if (name === topic && !isFuture) found.set(partition, bytes);
      }
    }
  }
  return found;
}
