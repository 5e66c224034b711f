// The id of a topic, which is another one when the topic is deleted and made again. kafkajs does not know topic ids:
// the request is made here and sent through its connection to a broker.
//
// Layouts: Metadata in https://kafka.apache.org/protocol. From version 9 on it is a "flexible" message: its header ends
// with a byte for tagged fields (0: none), and strings and arrays have a varint length that counts one more.
import type { Cluster } from 'kafkajs';
import { raw, Reader, send } from './rawRequests';

const metadataKey = 3;
/** Ids are in the answer from version 10 on; 11 and 12 have the same layout. */
const versionMin = 11;
const versionMax = 12;
const noId = '0'.repeat(32);

/** The topic's id in hex; undefined where the brokers know none. Throws errors of kafkajs. */
export async function topicIdentity(cluster: Cluster, topic: string): Promise<string | undefined> {
  // Until it knows a topic the cluster object knows no broker either.
  await cluster.addMultipleTargetTopics([topic]);
  const broker = raw(await cluster.findControllerBroker());
  const newest = broker.versions[metadataKey]?.maxVersion ?? 0;
  if (newest < versionMin) return undefined;
  const api = { apiKey: metadataKey, apiVersion: Math.min(newest, versionMax), apiName: 'Metadata' };
  return send(broker, api, metadataRequest(topic), idIn);
}

/** From the end of the header, which is the tagged fields' byte. */
export function metadataRequest(topic: string): Buffer {
  const name = Buffer.from(topic);
  return Buffer.concat([
    Buffer.from([0]),
    varint(1 + 1),
    Buffer.alloc(16),
    varint(name.length + 1),
    name,
    // The topic's tags; no creation of topics; no authorized operations; the request's tags.
    Buffer.from([0, 0, 0, 0]),
  ]);
}

/** The id of the one topic in the answer, from the end of the correlation id. */
export function idIn(answer: Buffer): string | undefined {
  const reader = new Reader(answer);
  reader.tags();
  reader.skip(4);
  for (let brokers = reader.varint() - 1; brokers > 0; brokers--) {
    reader.skip(4);
    reader.string();
    reader.skip(4);
    reader.string();
    reader.tags();
  }
  reader.string();
  reader.skip(4);
  if (reader.varint() - 1 < 1) return undefined;
  const error = reader.skip(2).readInt16BE();
  reader.string();
  const id = reader.skip(16).toString('hex');
  return error !== 0 || id === noId ? undefined : id;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 0x80; left >>>= 7) bytes.push((left & 0x7f) | 0x80);
  bytes.push(left);
  return Buffer.from(bytes);
}
