// Reads a topic for a job.
//
// Invariants:
// 1. Positions are the job's: each time the group gives us a partition we seek to where we are, whatever was committed.
// 2. A fetched batch is taken only if it was fetched from exactly where the last one ended (`cursors`); kafkajs may
//    fetch from elsewhere after a rebalance or when a position is gone.
// 3. At most a bounded queue is filled, and nothing is added once reading ends: decoding what comes would keep the event
//    loop busy while a pause is under way. Then the handler waits and sends heartbeats, so that a paused job stays in
//    its group for any length of time.
import type { Batch } from 'kafkajs';
import type { TableDefinition } from '../../analysis/catalog';
import { StreamJobsError } from '../../protocol/errors';
import type {
  ConnectorContext,
  LogPlace,
  LogState,
  PartitionRange,
  Peeked,
  Positions,
  RecordBatch,
  Source,
} from '../connector';
import { nextTurnOfEventLoop } from '../waiting';
import { acquireReader, TopicMissing } from './clusterReader';
import type { ClusterReader } from './clusterReader';
import { memberId } from './consumerGroup';
import { kafkaError, unknownTopic } from './errors';
import type { Subject } from './errors';
import { FetchQueue } from './fetchQueue';
import { GroupMember } from './groupMember';
import type { MemberOptions, Receiver, Turn } from './groupMember';
import { peekTopic } from './peekTopic';
import { prefetchBudget } from './prefetchBudget';
import { refusalOr, refuseWithout } from './refusals';
import type { Needs } from './refusals';
import { readingRights } from './rights';
import { clusterName, readSettings, resolveConnection } from './settings';
import type { KafkaSettings } from './settings';
import { boundsOf, checkPositions, startPositions, startupRule, withinBound } from './startPositions';
import { TopicHorizon } from './topicHorizon';
import { TopicPresence } from './topicPresence';
import { TopicWatch } from './topicWatch';
import { fetchedFrom, unpack } from './unpack';

/** Records unpacked in one go, a few milliseconds' work. */
const sliceRecords = 4096;
/** How often a waiting handler looks whether it is time for a heartbeat. */
const heartbeatCheckMs = 500;
/** How long `open` waits to become a member: as long as a killed predecessor may still count as one, and some more; not
 *  longer than who opens it, who could not say why. */
const joinMsExtra = 10_000;
const joinMsMax = 25_000;

export class KafkaSource implements Source, Receiver {
  private readonly settings: KafkaSettings;
  private readonly subject: Subject;
  private readonly queue = new FetchQueue(() => prefetchBudget.shareBytes);
  /** Partition -> where fetching goes on: behind what is in the queue. */
  private readonly cursors = new Map<number, bigint>();
  /** Partition -> behind the last record that was read. */
  private readonly positions: Positions = new Map();
  /** Partitions that appeared while we ran: their first record is where the log begins. */
  private readonly fresh = new Set<number>();
  /** Partitions set back, of which something fetched behind that may still be on its way. */
  private readonly rewound = new Set<number>();
  private readonly topicHorizon: TopicHorizon;
  private readonly topicWatch: TopicWatch;
  private readonly presence: TopicPresence;
  private bounds: Positions | undefined;
  private member: GroupMember | undefined;
  private reader: { reader: ClusterReader; release(): Promise<void> } | undefined;
  private failure: StreamJobsError | undefined;
  /** Of who reads; fired, nobody does. */
  private reading: AbortSignal | undefined;
  private readonly closing = new AbortController();

  /** Throws BAD_OPTION, NOT_SUPPORTED. */
  constructor(
    private readonly table: TableDefinition,
    readonly groupId: string,
    private readonly context: ConnectorContext,
  ) {
    this.settings = readSettings(table);
    this.subject = { side: 'SOURCE', topic: this.settings.topic, cluster: clusterName(table) };
    this.presence = new TopicPresence(this.subject, context.clock);
    this.topicHorizon = new TopicHorizon(this.settings.topic, context.clock);
    this.topicWatch = new TopicWatch(this.settings.topic, context.clock, this, this.queue.changes);
  }

  async open(positions: Positions): Promise<Positions> {
    const { topic } = this.settings;
    const reader = await this.theReader();
    const [ranges] = await Promise.all([this.ranges(), this.topicWatch.check()]);
    await refuseWithout(await this.needs());
    try {
      const ask = { reader, groupId: this.groupId, settings: this.settings };
      const starts = startPositions(topic, positions, ranges, await startupRule(ask));
      for (const [partition, position] of starts) {
        this.cursors.set(partition, position);
        this.positions.set(partition, position);
      }
      this.bounds = await boundsOf(ask, ranges);
    } catch (error) {
      throw kafkaError(error, this.subject);
    }
    prefetchBudget.join(this);
    this.member = new GroupMember(await this.memberOptions(), this, this.context.clock);
    this.member.start();
    await this.joined(this.member);
    return new Map(this.positions);
  }

  async read(recordsMax: number, waitMs: number, signal: AbortSignal): Promise<RecordBatch | undefined> {
    const { clock } = this.context;
    const deadline = clock.monotonic() + waitMs;
    if (this.reading !== signal) {
      this.reading = signal;
      this.queue.changes.notify();
    }
    for (;;) {
      const batch = this.queue.take(recordsMax);
      if (batch) {
        this.positions.set(batch.partition, batch.nextOffset);
        return batch;
      }
      if (this.failure) throw this.failure;
      const left = deadline - clock.monotonic();
      if (signal.aborted || this.finished || this.closing.signal.aborted) return undefined;
      if (left <= 0) {
        const trouble = this.member?.trouble;
        if (trouble) throw trouble;
        return undefined;
      }
      await this.queue.changes.within(left, clock, signal);
    }
  }

  get finished(): boolean {
    if (!this.bounds || !this.queue.isEmpty) return false;
    return [...this.bounds].every(([partition, bound]) => (this.cursors.get(partition) ?? 0n) >= bound);
  }

  hold(positions: Positions): void {
    for (const [partition, position] of positions) {
      this.queue.drop(partition);
      this.cursors.set(partition, position);
      this.positions.set(partition, position);
      this.rewound.add(partition);
      this.member?.seek(partition, position);
    }
    this.member?.hold([...positions.keys()]);
  }

  async commit(positions: Positions): Promise<void> {
    if (!this.member) return;
    await this.member.commit(positions);
  }

  async ranges(): Promise<PartitionRange[]> {
    const reader = await this.theReader();
    try {
      const ranges = await reader.ranges(this.settings.topic);
      if (this.member) this.topicWatch.see(ranges, this.positions);
      return ranges;
    } catch (error) {
      throw error instanceof TopicMissing
        ? unknownTopic(this.subject, error)
        : kafkaError(error, this.subject);
    }
  }

  async peek(positions: Positions, limit: number, bytesMax: number): Promise<Peeked[]> {
    const { settings, groupId } = this;
    const reader = await this.theReader();
    const ranges = await this.ranges();
    try {
      const bounds = this.bounds ?? (await boundsOf({ reader, groupId, settings }, ranges));
      return await peekTopic({ reader, topic: settings.topic, ranges, bounds }, positions, limit, bytesMax);
    } catch (error) {
      throw kafkaError(error, this.subject);
    }
  }

  async state(): Promise<LogState> {
    const { topic } = this.settings;
    // What is lost is what the answer shows, with more about it.
    if (this.failure && this.failure.code !== 'DATA_LOSS') throw this.failure;
    const trouble = this.member?.trouble;
    if (trouble) throw trouble;
    if (this.member) await this.joined(this.member);
    const reader = await this.theReader();
    const [ranges, identity, committed] = await Promise.all([
      this.ranges(),
      reader.identity(topic),
      reader.committed(this.groupId, topic).catch(() => undefined),
      this.needs().then((needs) => refuseWithout(needs)),
    ]);
    return {
      ranges,
      ...(identity === undefined ? {} : { identity }),
      ...(committed === undefined ? {} : { committed }),
    };
  }

  async identity(): Promise<string | undefined> {
    return (await this.theReader()).identity(this.settings.topic);
  }

  async offsetsAt(place: LogPlace): Promise<Positions> {
    if (place.kind === 'timestamp') {
      const reader = await this.theReader();
      return reader.offsetsAt(this.settings.topic, place.at).catch((error: unknown) => {
        throw kafkaError(error, this.subject);
      });
    }
    const ranges = await this.ranges();
    return new Map(
      ranges.map(({ partition, start, end }) => [partition, place.kind === 'earliest' ? start : end]),
    );
  }

  async timestampAt(partition: number, offset: bigint): Promise<number | null> {
    return (await this.theReader()).timestampAt(this.settings.topic, partition, offset);
  }

  async horizon(positions: Positions, coming = false): Promise<number | null> {
    return this.topicHorizon.earliest(await this.theReader(), await this.ranges(), positions, coming);
  }

  async close(): Promise<void> {
    this.closing.abort();
    prefetchBudget.leave(this);
    this.queue.changes.notify();
    await this.member?.stop();
    await this.reader?.release();
  }

  assigned(partitions: number[]): Map<number, bigint> {
    this.presence.there();
    void this.topicWatch.check();
    for (const partition of this.cursors.keys()) {
      if (partitions.includes(partition)) continue;
      // Another member reads it for now: if it comes back, it goes on behind what the job has read.
      this.queue.drop(partition);
      this.cursors.set(partition, this.positions.get(partition) ?? 0n);
    }
    for (const partition of partitions) {
      if (this.cursors.has(partition)) continue;
      this.cursors.set(partition, 0n);
      this.fresh.add(partition);
      this.log(
        'info',
        `Topic ${this.settings.topic} has a new partition ${partition}: it is read from its beginning.`,
      );
    }
    this.queue.changes.notify();
    return new Map(partitions.map((partition) => [partition, this.cursors.get(partition) ?? 0n]));
  }

  async receive(batch: Batch, turn: Turn): Promise<void> {
    const { partition } = batch;
    await this.topicWatch.answered(turn, this.closing.signal);
    if (this.failure || !turn.current()) return;
    if (!this.isNext(batch)) return this.straighten(partition, (offset) => turn.seek(offset));
    const { length } = batch.messages;
    for (let from = 0; from < length; from += sliceRecords) {
      const cursor = this.cursors.get(partition);
      await this.room(turn);
      if (!turn.current() || this.cursors.get(partition) !== cursor) return;
      this.enqueue(batch, from, Math.min(from + sliceRecords, length));
      if (from + sliceRecords < length) await nextTurnOfEventLoop();
    }
    if (turn.current()) turn.accept();
  }

  outOfRange(partition: number): void {
    // A new one is read from where its log begins.
    if (this.fresh.has(partition)) return;
    void this.straighten(partition, (offset) => this.member?.seek(partition, offset));
  }

  passed(partition: number, firstOffset: bigint, nextOffset: bigint): void {
    const cursor = this.cursors.get(partition) ?? nextOffset;
    if (nextOffset <= cursor || (this.rewound.has(partition) && firstOffset > cursor)) return;
    this.cursors.set(partition, nextOffset);
    this.queue.moveOn(partition, nextOffset);
  }

  failed(error: StreamJobsError): void {
    this.failure = error;
    this.queue.changes.notify();
  }

  log(level: 'info' | 'warn', message: string): void {
    this.context.log(level, message);
  }

  private isNext(batch: Batch): boolean {
    const from = fetchedFrom(batch);
    if (this.fresh.delete(batch.partition)) this.cursors.set(batch.partition, from);
    const isNext = this.cursors.get(batch.partition) === from;
    if (isNext) this.rewound.delete(batch.partition);
    return isNext;
  }

  /** Waits until the queue has room and somebody reads, as long as it takes. Throws when the group rebalances. */
  private async room(turn: Turn): Promise<void> {
    while ((this.queue.isFull || this.reading?.aborted === true) && turn.current()) {
      await this.queue.changes.within(heartbeatCheckMs, this.context.clock, this.closing.signal);
      await turn.heartbeat();
    }
  }

  private enqueue(batch: Batch, from: number, to: number): void {
    const { partition } = batch;
    const unpacked = unpack(batch, from, to);
    this.cursors.set(partition, unpacked.batch.nextOffset);
    const cut = withinBound(unpacked.batch, this.bounds);
    if (cut) this.queue.push(cut, unpacked.bytes);
    else this.queue.changes.notify();
  }

  /** kafkajs fetched, or is about to, from elsewhere: after a rebalance that is nothing; else the position may be gone. */
  private async straighten(partition: number, seek: (offset: bigint) => void): Promise<void> {
    await this.topicWatch.check();
    if (this.failure) return;
    const cursor = this.cursors.get(partition) ?? 0n;
    try {
      checkPositions(this.settings.topic, new Map([[partition, cursor]]), await this.ranges());
    } catch (error) {
      if (error instanceof StreamJobsError && error.code === 'DATA_LOSS') {
        this.failed(error);
        return;
      }
      // Unknown at the moment: it is checked again with the next batch.
    }
    seek(this.cursors.get(partition) ?? cursor);
  }

  private async joined(member: GroupMember): Promise<void> {
    const { clock } = this.context;
    const sessionMs = this.settings['properties.session.timeout.ms'];
    const deadline = clock.monotonic() + Math.min(sessionMs + joinMsExtra, joinMsMax);
    while (!member.isJoined) {
      if (this.failure) throw this.failure;
      if (this.closing.signal.aborted) throw new StreamJobsError('CANCELLED', 'The source was closed.');
      if (clock.monotonic() > deadline)
        throw (
          member.trouble ??
          new StreamJobsError(
            'SOURCE_UNAVAILABLE',
            `Joining the consumer group ${this.groupId} takes too long.`,
          )
        );
      await this.queue.changes.within(heartbeatCheckMs, clock, this.closing.signal);
    }
  }

  /** What reading takes. */
  private async needs(): Promise<Needs> {
    const { subject } = this;
    const reader = await this.theReader();
    return { reader, rights: readingRights(this.settings.topic, this.groupId), subject };
  }

  private async memberOptions(): Promise<MemberOptions> {
    const { settings, groupId, subject } = this;
    const clientId = `${settings['properties.client.id']}-${memberId(this.table, this.context)}`;
    const reader = await this.theReader();
    return {
      connection: await resolveConnection(this.table, this.context),
      clientId,
      groupId,
      topic: settings.topic,
      sessionTimeoutMs: settings['properties.session.timeout.ms'],
      discoveryMs: settings['scan.topic-partition-discovery.interval'],
      others: () => reader.otherMembers(groupId, clientId),
      subject,
      explain: (error) =>
        refusalOr(
          error,
          () => this.needs(),
          (cause) => this.presence.explain(kafkaError(cause, subject)),
        ),
    };
  }

  private async theReader(): Promise<ClusterReader> {
    if (!this.reader) {
      const connection = await resolveConnection(this.table, this.context);
      this.reader ??= acquireReader(connection, this.context.clock);
    }
    return this.reader.reader;
  }
}
