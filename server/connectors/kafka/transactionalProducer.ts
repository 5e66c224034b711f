// Transactions of kafkajs. The only file of the transactional side that touches its producer and message objects.
//
// A producer is good until its first failure: what happened then is known only to the broker, and the next producer
// with the same id ends whatever was left open.
import type { Producer, Transaction } from 'kafkajs';
import type { Clock, Connection } from '../connector';
import { makeClient } from './client';
import { ClientSockets } from './clientSockets';
import { compressionTypes } from './codecs/codecs';
import type { CompressionName } from './codecs/codecs';
import { diagnose } from './errors';
import { messagesOf } from './messages';
import type { Chunk } from './partitioner';

/** The broker itself undoes a transaction that is open for longer. */
const transactionMsMax = 30_000;
/** A transaction that is not done by then is given up, so that the broker never does it behind our back. */
const workMsMax = 20_000;
/** For a moment after one transaction the broker is busy with it and refuses the next one. */
const busy = [
  'CONCURRENT_TRANSACTIONS',
  // Of a broker that has just started, or never had a transaction.
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR_FOR_GROUP',
  'GROUP_LOAD_IN_PROGRESS',
  'KafkaJSGroupCoordinatorNotFound',
];
const busyWaitMsMin = 3;
const busyWaitMsMax = 50;
const busyMsMax = 5_000;
const ackMsMax = 10_000;
const metadataMsMax = 60_000;
const allReplicas = -1;
/** What takes longer is tried again by the caller, who asks first what came of it. */
const retry = { retries: 2, initialRetryTime: 10, maxRetryTime: 50 };

/** Rows for one topic, at most one chunk for each partition. */
export interface Send {
  topic: string;
  compression: CompressionName;
  chunks: Chunk[];
}

/** Offsets to be committed for a group, with a note where it keeps one. */
export interface GroupOffsets {
  groupId: string;
  topic: string;
  partitions: { partition: number; offset: string; metadata: string }[];
}

export class TransactionalProducer {
  /** Begun, with nothing in it. */
  private next: Transaction | undefined;

  private constructor(
    private readonly producer: Producer,
    private readonly sockets: ClientSockets,
    private readonly clock: Clock,
  ) {}

  /**
   * Shuts out every other producer with this id, and ends what it left open. Rejects with kafkajs' error, and soon after
   * the signal fired.
   */
  static async open(
    connection: Connection,
    clientId: string,
    transactionalId: string,
    clock: Clock,
    signal: AbortSignal,
  ): Promise<TransactionalProducer> {
    const sockets = new ClientSockets();
    const producer = makeClient(connection, clientId, undefined, { retry, sockets }).producer({
      allowAutoTopicCreation: false,
      metadataMaxAge: metadataMsMax,
      idempotent: true,
      maxInFlightRequests: 1,
      transactionalId,
      transactionTimeout: transactionMsMax,
      retry,
      createPartitioner:
        () =>
        ({ message }) =>
          message.partition ?? 0,
    });
    const opened = new TransactionalProducer(producer, sockets, clock);
    const giveUp = (): void => sockets.close();
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      await opened.inTime(opened.begin());
      return opened;
    } catch (error) {
      void opened.close();
      throw error;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  /** All of it or nothing. After it rejected the producer is of no more use. */
  async transact(sends: readonly Send[], offsets: readonly GroupOffsets[]): Promise<void> {
    const transaction = this.next ?? (await this.producer.transaction());
    this.next = undefined;
    await this.inTime(this.fill(transaction, sends, offsets));
  }

  /** Undoes what is open, as far as the broker answers. */
  async close(): Promise<void> {
    await this.sockets.closeAfter(this.producer.disconnect(), this.clock);
  }

  private async begin(): Promise<void> {
    await this.producer.connect();
    this.next = await this.whenFree(() => this.producer.transaction());
  }

  private async fill(
    transaction: Transaction,
    sends: readonly Send[],
    offsets: readonly GroupOffsets[],
  ): Promise<void> {
    try {
      // First, because the broker may still be busy with the transaction before: this can be asked again.
      for (const { groupId, topic, partitions } of offsets)
        await this.whenFree(() =>
          transaction.sendOffsets({ consumerGroupId: groupId, topics: [{ topic, partitions }] }),
        );
      for (const send of sends) await sendAll(transaction, send);
    } catch (error) {
      await transaction.abort().catch(() => undefined);
      throw error;
    }
    await transaction.commit();
  }

  private async inTime<T>(work: Promise<T>): Promise<T> {
    const done = new AbortController();
    const late = this.clock.sleep(workMsMax, done.signal).then((): never => {
      throw Object.assign(new Error(`no answer within ${workMsMax / 1000} s`), { retriable: true });
    });
    late.catch(() => undefined);
    try {
      return await Promise.race([work, late]);
    } finally {
      done.abort();
    }
  }

  /** Again while the broker is still busy with the transaction before. */
  private async whenFree<T>(work: () => Promise<T>): Promise<T> {
    const due = this.clock.monotonic() + busyMsMax;
    for (let waitMs = busyWaitMsMin; ; waitMs = Math.min(waitMs * 2, busyWaitMsMax)) {
      try {
        return await work();
      } catch (error) {
        const { names, types } = diagnose(error);
        const isBusy = busy.some((kind) => types.has(kind) || names.has(kind));
        if (!isBusy || this.clock.monotonic() > due) throw error;
      }
      await this.clock.sleep(waitMs);
    }
  }
}

async function sendAll(transaction: Transaction, { topic, compression, chunks }: Send): Promise<void> {
  const acknowledged = await transaction.send({
    topic,
    messages: messagesOf(chunks),
    acks: allReplicas,
    timeout: ackMsMax,
    compression: compressionTypes[compression],
  });
  // kafkajs drops rows for a partition that its metadata do not have yet, without a word.
  const missing = chunks.find(
    (chunk) => !acknowledged.some(({ partition }) => partition === chunk.partition),
  );
  if (missing)
    throw Object.assign(new Error(`partition ${missing.partition} has no leader yet`), { retriable: true });
}
