// Sends chunks of rows with kafkajs.
import type { Producer } from 'kafkajs';
import type { Clock, Connection } from '../connector';
import { makeClient } from './client';
import { HeldClient } from './clientSockets';
import type { ClientSockets } from './clientSockets';
import { compressionTypes } from './codecs/codecs';
import type { CompressionName } from './codecs/codecs';
import { messagesOf } from './messages';
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
  private client: HeldClient<Producer> | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly clientId: string,
    private readonly topic: string,
    private readonly compression: CompressionName,
    private readonly clock: Clock,
  ) {}

  async send(chunk: Chunk): Promise<void> {
    this.client ??= new HeldClient(
      (sockets) => this.connect(sockets),
      (producer) => producer.disconnect(),
      this.clock,
    );
    const { client } = this;
    try {
      const connected = await client.connected;
      const acknowledged = await connected.send({
        topic: this.topic,
        messages: messagesOf([chunk]),
        acks: allReplicas,
        timeout: ackMsMax,
        compression: compressionTypes[this.compression],
      });
      // kafkajs drops rows for a partition that its metadata do not have yet, without a word.
      if (!acknowledged.some(({ partition }) => partition === chunk.partition)) throw notSent(chunk);
    } catch (error) {
      if (this.client === client) void this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const { client } = this;
    this.client = undefined;
    await client?.close();
  }

  private async connect(sockets: ClientSockets): Promise<Producer> {
    const producer = makeClient(this.connection, this.clientId, undefined, { sockets }).producer({
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
