// Sends chunks of rows with kafkajs. The only file of the writing side that touches kafkajs' message objects.
import type { Message, Producer } from 'kafkajs';
import { absent } from '../connector';
import type { Connection, PackedValues } from '../connector';
import { makeClient } from './client';
import { compressionTypes } from './codecs/codecs';
import type { CompressionName } from './codecs/codecs';
import type { Chunk } from './partitioner';

/** Sends rows to one topic; a transactional one may take its place. */
export interface Publisher {
  /** Resolves when all in-sync replicas have the rows. Fails at once, without trying again: order is the caller's. */
  send(chunk: Chunk): Promise<void>;
  close(): Promise<void>;
}

const ackMsMax = 20_000;
const metadataMsMax = 60_000;
const allReplicas = -1;

/** Connects when it is first needed, and again after a failure. */
export class KafkajsPublisher implements Publisher {
  private producer: Promise<Producer> | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly clientId: string,
    private readonly topic: string,
    private readonly compression: CompressionName,
  ) {}

  async send(chunk: Chunk): Promise<void> {
    this.producer ??= this.connect();
    const { producer } = this;
    try {
      const connected = await producer;
      const acknowledged = await connected.send({
        topic: this.topic,
        messages: messagesOf(chunk),
        acks: allReplicas,
        timeout: ackMsMax,
        compression: compressionTypes[this.compression],
      });
      // kafkajs drops rows for a partition that its metadata do not have yet, without a word.
      if (!acknowledged.some(({ partition }) => partition === chunk.partition)) throw notSent(chunk);
    } catch (error) {
      if (this.producer === producer) {
        this.producer = undefined;
        void disconnect(producer);
      }
      throw error;
    }
  }

  async close(): Promise<void> {
    const { producer } = this;
    this.producer = undefined;
    await disconnect(producer);
  }

  private async connect(): Promise<Producer> {
    const producer = makeClient(this.connection, this.clientId).producer({
      allowAutoTopicCreation: false,
      metadataMaxAge: metadataMsMax,
      // Sends that overlap would change places when kafkajs tried one again: see SendWindow.
      retry: { retries: 0 },
      createPartitioner:
        () =>
        ({ message }) =>
          message.partition ?? 0,
    });
    await producer.connect();
    return producer;
  }
}

function notSent({ partition }: Chunk): Error {
  return Object.assign(new Error(`partition ${partition} has no leader yet`), { retriable: true });
}

async function disconnect(producer: Promise<Producer> | undefined): Promise<void> {
  await producer?.then((connected) => connected.disconnect()).catch(() => undefined);
}

function messagesOf({ partition, rows, indexes }: Chunk): Message[] {
  const messages = indexes.map((index): Message => {
    const message: Message = { value: part(rows.values, index), partition };
    if (rows.keys) message.key = part(rows.keys, index);
    if (rows.headers) message.headers = rows.headers(index);
    return message;
  });
  // kafkajs groups messages by partition with a copy of the array for each of them; these are one group already.
  return Object.assign(messages, { reduce: () => ({ [partition]: messages }) });
}

function part({ buffer, starts, ends }: PackedValues, index: number): Buffer | null {
  const start = starts[index] ?? absent;
  return start === absent ? null : buffer.subarray(start, ends[index]);
}
