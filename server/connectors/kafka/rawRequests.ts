// Requests that kafkajs does not know, sent through its connection to a broker; and the pieces of their answers.
import type { Broker } from 'kafkajs';

/** What kafkajs' brokers can do besides what its types say. */
export interface RawBroker {
  versions: Record<number, { maxVersion: number } | undefined>;
  connectionPool: {
    send(request: {
      request: Api & { encode: () => Promise<Encoded> };
      response: { decode: (answer: Buffer) => Promise<object>; parse: <T>(answer: T) => Promise<T> };
    }): Promise<unknown>;
  };
}
export interface Api {
  apiKey: number;
  apiVersion: number;
  apiName: string;
}
/** What kafkajs takes for one of its encoders. */
interface Encoded {
  buf: Buffer;
  buffer: Buffer;
}

export function raw(broker: Broker): RawBroker {
  return broker as Broker & RawBroker;
}

/** What `read` finds in the answer, which begins behind the correlation id. Throws errors of kafkajs. */
export async function send<T>(
  broker: RawBroker,
  api: Api,
  body: Buffer,
  read: (answer: Buffer) => T,
): Promise<T> {
  // kafkajs looks into what was decoded: it wants an object.
  const answer = (await broker.connectionPool.send({
    request: { ...api, encode: () => Promise.resolve({ buf: body, buffer: body }) },
    response: {
      decode: (bytes) => Promise.resolve({ found: read(bytes) }),
      parse: (decoded) => Promise.resolve(decoded),
    },
  })) as { found: T };
  return answer.found;
}

/** Reads an answer from front to back. Throws when it is too short. */
export class Reader {
  #at = 0;

  constructor(private readonly bytes: Buffer) {}

  skip(count: number): Buffer {
    const from = this.#at;
    this.#at += count;
    if (this.#at > this.bytes.length) throw new Error('The answer of the broker is too short.');
    return this.bytes.subarray(from, this.#at);
  }
  int16(): number {
    return this.skip(2).readInt16BE();
  }
  int32(): number {
    return this.skip(4).readInt32BE();
  }
  int64(): bigint {
    return this.skip(8).readBigInt64BE();
  }
  /** A string of a message that is not flexible. */
  text(): string {
    return this.skip(Math.max(0, this.int16())).toString();
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
  /** A string of a flexible message; null strings are empty. */
  string(): string {
    return this.skip(Math.max(0, this.varint() - 1)).toString();
  }
  tags(): void {
    for (let count = this.varint(); count > 0; count--) {
      this.varint();
      this.skip(this.varint());
    }
  }
}
