// The id of a topic, which is another one when the topic is deleted and made again. kafkajs does not know topic ids:
// the request is made here and sent through its connection to a broker.
//
// Layouts: Metadata in https://kafka.apache.org/protocol. From version 9 on it is a "flexible" message: its header ends
// with a byte for tagged fields (0: none), and strings and arrays have a varint length that counts one more.
import type { Broker, Cluster } from 'kafkajs';

const metadataKey = 3;
/** Ids are in the answer from version 10 on; 11 and 12 have the same layout. */
const versionMin = 11;
const versionMax = 12;
const noId = '0'.repeat(32);

/** What kafkajs' brokers can do besides what its types say. */
interface RawBroker {
  versions: Record<number, { maxVersion: number } | undefined>;
  connectionPool: {
    send(request: {
      request: { apiKey: number; apiVersion: number; apiName: string; encode: () => Promise<Encoded> };
      response: { decode: (answer: Buffer) => Promise<object>; parse: (answer: Answer) => Promise<Answer> };
    }): Promise<Answer>;
  };
}
/** What kafkajs takes for one of its encoders. */
interface Encoded {
  buf: Buffer;
  buffer: Buffer;
}
interface Answer {
  id?: string;
}

/** The topic's id in hex; undefined where the brokers know none. Throws errors of kafkajs. */
export async function topicIdentity(cluster: Cluster, topic: string): Promise<string | undefined> {
  // Until it knows a topic the cluster object knows no broker either.
  await cluster.addMultipleTargetTopics([topic]);
  const broker = (await cluster.findControllerBroker()) as Broker & RawBroker;
  const newest = broker.versions[metadataKey]?.maxVersion ?? 0;
  if (newest < versionMin) return undefined;
  const bytes = metadataRequest(topic);
  const { id } = await broker.connectionPool.send({
    request: {
      apiKey: metadataKey,
      apiVersion: Math.min(newest, versionMax),
      apiName: 'Metadata',
      encode: () => Promise.resolve({ buf: bytes, buffer: bytes }),
    },
    response: {
      decode: (answer) => Promise.resolve({ id: idIn(answer) }),
      parse: (answer) => Promise.resolve(answer),
    },
  });
  return id;
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

class Reader {
  #at = 0;

  constructor(private readonly bytes: Buffer) {}

  skip(count: number): Buffer {
    const from = this.#at;
    this.#at += count;
    if (this.#at > this.bytes.length) throw new Error('The answer of the broker is too short.');
    return this.bytes.subarray(from, this.#at);
  }
  varint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.skip(1).readUInt8();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    return value;
  }
  /** Null strings have length 0. */
  string(): void {
    this.skip(Math.max(0, this.varint() - 1));
  }
  tags(): void {
    for (let count = this.varint(); count > 0; count--) {
      this.varint();
      this.skip(this.varint());
    }
  }
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 0x80; left >>>= 7) bytes.push((left & 0x7f) | 0x80);
  bytes.push(left);
  return Buffer.from(bytes);
}
