// The id of a topic, which is another one when the topic is deleted and made again, and what a user may do with it.
// kafkajs knows neither: the request is made here and sent through its connection to a broker.
//
// Layouts: Metadata in https://kafka.apache.org/protocol. From version 9 on it is a "flexible" message: its header ends
// with a byte for tagged fields (0: none), and strings and arrays have a varint length that counts one more.
import type { Cluster } from 'kafkajs';
import { raw, Reader, send } from './rawRequests';

const metadataKey = 3;
/** Ids are in the answer from version 10 on; 11 and 12 have the same layout. */
const versionMin = 11;
const versionMax = 12;
/** The answer to who may do nothing at all with a topic. */
const topicAuthorizationFailed = 29;
const noId = '0'.repeat(32);

/** The topic's id in hex; undefined where the brokers know none. Throws errors of kafkajs. */
export async function topicIdentity(cluster: Cluster, topic: string): Promise<string | undefined> {
  return askMetadata(cluster, topic, idIn);
}

/** Bits of the operations that the user may do with a topic; undefined where that is unknown. Throws errors of kafkajs. */
export async function operationsOf(cluster: Cluster, topic: string): Promise<number | undefined> {
  return askMetadata(cluster, topic, operationsIn);
}

async function askMetadata<T>(
  cluster: Cluster,
  topic: string,
  read: (answer: Buffer) => T | undefined,
): Promise<T | undefined> {
  // Until it knows a topic the cluster object knows no broker either.
  await cluster.addMultipleTargetTopics([topic]);
  const broker = raw(await cluster.findControllerBroker());
  const newest = broker.versions[metadataKey]?.maxVersion ?? 0;
  if (newest < versionMin) return undefined;
  const api = { apiKey: metadataKey, apiVersion: Math.min(newest, versionMax), apiName: 'Metadata' };
  return send(broker, api, metadataRequest(topic), read);
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
    // The topic's tags; no creation of topics; authorized operations, please; the request's tags.
    Buffer.from([0, 0, 1, 0]),
  ]);
}

/** The id of the one topic in the answer, from the end of the correlation id. */
export function idIn(answer: Buffer): string | undefined {
  const reader = new Reader(answer);
  const error = skipToTopic(reader);
  if (error === undefined) return undefined;
  const id = reader.skip(16).toString('hex');
  return error !== 0 || id === noId ? undefined : id;
}

/** The allowed operations of the one topic in the answer, as bits. */
export function operationsIn(answer: Buffer): number | undefined {
  const reader = new Reader(answer);
  const error = skipToTopic(reader);
  if (error === topicAuthorizationFailed) return 0;
  if (error !== 0) return undefined;
  // Its id, and whether it is internal.
  reader.skip(16 + 1);
  for (let partitions = reader.varint() - 1; partitions > 0; partitions--) {
    // Error, number, leader and the leader's epoch; then replicas, those in sync, those that are away.
    reader.skip(2 + 4 + 4 + 4);
    for (let lists = 0; lists < 3; lists++) reader.skip(4 * Math.max(0, reader.varint() - 1));
    reader.tags();
  }
  return reader.int32();
}

/** Up to the topic's id. The error it is answered with; undefined where there is no topic. */
function skipToTopic(reader: Reader): number | undefined {
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
  const error = reader.int16();
  reader.string();
  return error;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 0x80; left >>>= 7) bytes.push((left & 0x7f) | 0x80);
  bytes.push(left);
  return Buffer.from(bytes);
}
