// A member of a consumer group: one kafkajs consumer after another, each replaced by the next when it crashes.
//
// kafkajs' own restart waits up to ten seconds and forgets where it was; here every consumer begins at the positions
// the receiver names when it joins the group, and the pause between two is ours.
import { PartitionAssigners } from 'kafkajs';
import type { Batch, Cluster, Consumer, EachBatchPayload } from 'kafkajs';
import type { StreamJobsError } from '../../protocol/errors';
import type { Clock, Connection } from '../connector';
import { hideAborted } from './abortedRecords';
import { allPartitions } from './allPartitionsAssigner';
import { makeClient, quickRetry } from './client';
import { ClientSockets } from './clientSockets';
import { groupHeld, kafkaError } from './errors';
import type { Subject } from './errors';
import { keepOwnOffsets } from './ownOffsets';
import { removePredecessors } from './predecessors';

export interface MemberOptions {
  connection: Connection;
  /** No other client's: members that still have it are predecessors. */
  clientId: string;
  groupId: string;
  topic: string;
  sessionTimeoutMs: number;
  discoveryMs: number;
  subject: Subject;
  /** The error to show for the one a member crashed with. */
  explain(error: unknown): Promise<StreamJobsError>;
  /** Who else is in the group; none where that cannot be found out. */
  others(): Promise<string[]>;
}

/** What a member tells, and asks, whoever reads. */
export interface Receiver {
  /** The group has given these partitions. Returns where to read each of them. */
  assigned(partitions: number[]): Map<number, bigint>;
  /** Records. Resolves when they are accepted or were not wanted; meanwhile nothing more is fetched. */
  receive(batch: Batch, turn: Turn): Promise<void>;
  /** The log does not have the position that was to be fetched next. */
  outOfRange(partition: number): void;
  /** From `firstOffset` up to `nextOffset` there are no records that were committed. */
  passed(partition: number, firstOffset: bigint, nextOffset: bigint): void;
  /** The member left for good: trying again does not help. */
  failed(error: StreamJobsError): void;
  log(level: 'info' | 'warn', message: string): void;
}

/** One delivery of records. */
export interface Turn {
  /** Keeps the membership alive while the receiver waits. Throws when the group rebalances; let it through. */
  heartbeat(): Promise<void>;
  /** False when the records should no longer be accepted. */
  current(): boolean;
  /** The records are accepted: fetch on behind them. */
  accept(): void;
  /** Fetch this partition from another offset; nothing when it is no longer current. */
  seek(offset: bigint): void;
}

/** A fetch comes back after this long without records; also how long an idle consumer takes to notice anything. */
const fetchWaitMs = 50;
const bytesPerFetch = 4 * 1024 * 1024;
const bytesPerPartition = 1024 * 1024;
const restartMsMin = 200;
const restartMsMax = 1000;
/** Without any answer for this long the member counts as in trouble. */
const silenceMsMax = 5000;
/** Joining takes longer where the group has to wait for somebody; less than silence, so that it is not taken for one. */
const joinMsUsual = 4000;

export class GroupMember {
  private consumer: Consumer | undefined;
  private sockets = new ClientSockets();
  private cluster: Cluster | undefined;
  private joined = false;
  private readonly stopping = new AbortController();
  private loop: Promise<void> | undefined;
  private lastAnswer: number;
  private lastTrouble: StreamJobsError | undefined;
  private lastError = '';
  private held: readonly number[] = [];
  private joining = new AbortController();
  /** A handler waits for room: silence is then ours, not the broker's. */
  private receiving = 0;

  constructor(
    private readonly options: MemberOptions,
    private readonly receiver: Receiver,
    private readonly clock: Clock,
  ) {
    this.lastAnswer = clock.monotonic();
  }

  /** Joins the group and stays in it until `stop`. */
  start(): void {
    this.loop ??= this.run();
  }

  get isJoined(): boolean {
    return this.joined;
  }

  /** What keeps it from reading at the moment. */
  get trouble(): StreamJobsError | undefined {
    if (this.lastTrouble) return this.lastTrouble;
    const silentMs = this.clock.monotonic() - this.lastAnswer;
    if (this.receiving > 0 || silentMs < silenceMsMax) return undefined;
    const why = this.lastError === '' ? '' : `: ${this.lastError}`;
    const silence = new Error(`no answer for ${Math.round(silentMs / 1000)} s${why}`);
    return kafkaError(Object.assign(silence, { retriable: true }), this.options.subject);
  }

  /** Tells the group how far the job is. Throws SOURCE_UNAVAILABLE; the checkpoint is the truth. */
  async commit(positions: Map<number, bigint>): Promise<void> {
    const { topic, subject } = this.options;
    const { consumer } = this;
    if (!consumer || !this.joined) throw this.trouble ?? kafkaError(notMember(), subject);
    try {
      await consumer.commitOffsets(
        [...positions].map(([partition, offset]) => ({ topic, partition, offset: offset.toString() })),
      );
    } catch (error) {
      throw kafkaError(error, subject);
    }
  }

  /** Fetches a partition from another offset; on joining, the receiver names it. */
  seek(partition: number, offset: bigint): void {
    const { topic } = this.options;
    if (this.joined) this.consumer?.seek({ topic, partition, offset: offset.toString() });
  }

  /** Fetches nothing of these partitions, and again what was held before and is not among them. */
  hold(partitions: readonly number[]): void {
    const released = this.held.filter((partition) => !partitions.includes(partition));
    this.held = partitions;
    const { topic } = this.options;
    if (this.joined && released.length > 0) this.consumer?.resume([{ topic, partitions: released }]);
    this.applyHold();
  }

  private applyHold(): void {
    const { topic } = this.options;
    if (this.joined && this.held.length > 0) this.consumer?.pause([{ topic, partitions: [...this.held] }]);
  }

  /** Leaves the group and closes its connections. Idempotent. */
  async stop(): Promise<void> {
    this.stopping.abort();
    const { consumer } = this;
    if (consumer) await this.leave(consumer);
    await this.loop;
  }

  private async run(): Promise<void> {
    let pauseMs = restartMsMin;
    while (!this.stopping.signal.aborted) {
      const consumer = this.makeConsumer();
      this.consumer = consumer;
      const reason = await this.runUntilCrash(consumer);
      if (this.isJoined) pauseMs = restartMsMin;
      this.joined = false;
      await this.leave(consumer);
      this.consumer = undefined;
      if (reason === undefined) return;
      const error = await this.options.explain(reason);
      if (!error.retriable) {
        this.receiver.failed(error);
        return;
      }
      this.lastTrouble = error;
      this.receiver.log('warn', error.message);
      await this.clock.sleep(pauseMs, this.stopping.signal);
      pauseMs = Math.min(pauseMs * 2, restartMsMax);
    }
  }

  /** Resolves with the reason why this consumer came to its end, undefined when it was stopped. */
  private async runUntilCrash(consumer: Consumer): Promise<unknown> {
    const { signal } = this.stopping;
    let stopped = (): void => undefined;
    const crash = new Promise<unknown>((resolve) => {
      consumer.on('consumer.crash', ({ payload }) => resolve(payload.error));
      stopped = () => resolve(undefined);
      signal.addEventListener('abort', stopped, { once: true });
    });
    try {
      await consumer.connect();
      const { groupId, clientId } = this.options;
      if (this.cluster) await removePredecessors(consumer, this.cluster, groupId, clientId);
      // From the beginning: kafkajs would otherwise jump to the end where a position is no longer there.
      await consumer.subscribe({ topic: this.options.topic, fromBeginning: true });
      this.observe(consumer);
      void this.watchJoining();
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        eachBatch: (payload) => this.eachBatch(consumer, payload),
      });
      return await crash;
    } catch (error) {
      return signal.aborted ? undefined : error;
    } finally {
      this.joining.abort();
      signal.removeEventListener('abort', stopped);
    }
  }

  /** The silence of a group that waits for a member is not the brokers'. */
  private async watchJoining(): Promise<void> {
    this.joining.abort();
    const { signal } = (this.joining = new AbortController());
    const { groupId, subject } = this.options;
    for (;;) {
      await this.clock.sleep(joinMsUsual, signal);
      const others = signal.aborted ? [] : await this.options.others();
      if (signal.aborted) return;
      if (others.length > 0) this.lastTrouble = groupHeld(groupId, others, subject);
    }
  }

  private makeConsumer(): Consumer {
    const { connection, clientId, groupId, sessionTimeoutMs, discoveryMs } = this.options;
    this.sockets = new ClientSockets();
    const client = makeClient(connection, clientId, (message) => (this.lastError = message), {
      sockets: this.sockets,
    });
    return client.consumer({
      groupId,
      allowAutoTopicCreation: false,
      sessionTimeout: sessionTimeoutMs,
      heartbeatInterval: Math.floor(sessionTimeoutMs / 4),
      rebalanceTimeout: Math.max(sessionTimeoutMs, 10_000),
      metadataMaxAge: discoveryMs,
      maxWaitTimeInMs: fetchWaitMs,
      maxBytes: bytesPerFetch,
      maxBytesPerPartition: bytesPerPartition,
      partitionAssigners: [
        (config) => {
          this.cluster = config.cluster;
          hideAborted(config.cluster);
          keepOwnOffsets(config.cluster, (partition) => this.receiver.outOfRange(partition));
          return allPartitions(config);
        },
        PartitionAssigners.roundRobin,
      ],
      retry: { ...quickRetry, restartOnFailure: () => Promise.resolve(false) },
    });
  }

  private observe(consumer: Consumer): void {
    const { topic } = this.options;
    const answered = (): void => {
      this.lastAnswer = this.clock.monotonic();
    };
    consumer.on('consumer.fetch', answered);
    consumer.on('consumer.heartbeat', answered);
    consumer.on('consumer.rebalancing', () => void this.watchJoining());
    consumer.on('consumer.group_join', ({ payload }) => {
      this.joining.abort();
      answered();
      const seeks = this.receiver.assigned(payload.memberAssignment[topic] ?? []);
      for (const [partition, offset] of seeks) consumer.seek({ topic, partition, offset: offset.toString() });
      this.joined = true;
      // A consumer that replaces another one knows nothing of it.
      this.applyHold();
      this.lastTrouble = undefined;
    });
    consumer.on('consumer.end_batch_process', ({ payload }) => {
      answered();
      // Only markers and records of aborted transactions: kafkajs passes them without calling eachBatch.
      const { batchSize, partition, lastOffset } = payload;
      // Of a compacted stretch nothing is left, not even a first offset.
      const firstOffset = (payload.firstOffset as string | null) ?? lastOffset;
      if (batchSize === 0) this.receiver.passed(partition, BigInt(firstOffset), BigInt(lastOffset) + 1n);
    });
  }

  private async eachBatch(consumer: Consumer, payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const { topic } = this.options;
    const current = (): boolean => payload.isRunning() && !payload.isStale() && !this.stopping.signal.aborted;
    this.receiving += 1;
    try {
      await this.receiver.receive(batch, {
        heartbeat: () => payload.heartbeat(),
        current,
        accept: () => payload.resolveOffset(batch.lastOffset()),
        seek: (offset) => {
          if (current()) consumer.seek({ topic, partition: batch.partition, offset: offset.toString() });
        },
      });
    } finally {
      this.receiving -= 1;
      this.lastAnswer = this.clock.monotonic();
    }
  }

  private async leave(consumer: Consumer): Promise<void> {
    await this.sockets.closeAfter(consumer.disconnect(), this.clock);
  }
}

function notMember(): Error {
  return Object.assign(new Error('the consumer group is being joined'), { retriable: true });
}
