// Asks a cluster where its logs begin and end: one connection for all tables on it, and one pair of requests for
// everything that is asked at the same time.
//
// kafkajs' admin client asks for each topic by itself; the cluster object that it hands to partition assigners can ask
// for many at once, so an assigner of a consumer that never runs is where it comes from.
import { ConfigResourceTypes } from 'kafkajs';
import type { Admin, Cluster, Consumer } from 'kafkajs';
import { StreamJobsError } from '../../protocol/errors';
import type { Clock, Connection, PartitionRange } from '../connector';
import { makeClient, quickRetry } from './client';
import { HeldClient } from './clientSockets';
import type { ClientSockets } from './clientSockets';
import { diagnose } from './errors';
import { groupOffsets } from './groupOffsets';
import type { GroupOffset } from './groupOffsets';
import { askRanges } from './logRanges';
import { fetchNext } from './peek';
import type { Fetched } from './peek';
import { logBytes } from './logSizes';
import { committedInLog } from './offsetsLog';
import { otherMembers } from './otherMembers';
import { timestampAt } from './recordTimes';
import { readRetention } from './retention';
import type { Retention } from './retention';
import { isRefusal, missingRight } from './rights';
import type { Right } from './rights';
import { topicIdentity } from './topicIdentity';

/** An answer is given up after this long. */
const answerMsMax = 8000;
/** Protocol errors of a partition that is between two leaders: asked again so often, so much later. */
const withoutLeader = ['LEADER_NOT_AVAILABLE', 'NOT_LEADER_FOR_PARTITION'];
const leaderAttempts = 10;
const leaderWaitMs = 200;
/** New partitions are seen after this long. */
const metadataMsMax = 5000;
/** A topic that was not there, or may not be seen, is not asked for again before this long: it would fail the others'
 *  requests. */
const missingMs = 3000;
const deniedMs = 500;

/** Retention settings are rarely changed. */
const retentionMsMax = 60_000;

/** No such topic. Callers say it in their own words. */
export class TopicMissing extends Error {
  override readonly name = 'TopicMissing';
}

/** The number of a batch, and who wrote it down. */
export interface Mark {
  offset: number;
  note: string;
}

interface Waiting {
  resolve: (ranges: PartitionRange[]) => void;
  reject: (error: unknown) => void;
}
interface Handle {
  cluster: Cluster;
  consumer: Consumer;
}

export class ClusterReader {
  private handle: HeldClient<Handle> | undefined;
  private admin: HeldClient<Admin> | undefined;
  private waiting = new Map<string, Waiting[]>();
  private running = false;
  private readonly retentions = new Map<string, { at: number; retention: Retention | undefined }>();
  private readonly refused = new Map<string, { until: number; error: unknown }>();
  private closed = false;

  constructor(
    private readonly connection: Connection,
    private readonly clock: Clock,
  ) {}

  /** Start and end of each partition of a topic. Throws TopicMissing, or an error of kafkajs. */
  ranges(topic: string): Promise<PartitionRange[]> {
    const { until, error } = this.refused.get(topic) ?? { until: -Infinity };
    if (this.clock.monotonic() < until) return Promise.reject(asError(error));
    return new Promise((resolve, reject) => {
      const waiting = this.waiting.get(topic) ?? [];
      waiting.push({ resolve, reject });
      this.waiting.set(topic, waiting);
      if (!this.running) void this.run();
    });
  }

  /** The next records behind the positions, which lie in the log. Throws an error of kafkajs. */
  async next(topic: string, positions: ReadonlyMap<number, bigint>): Promise<Fetched[]> {
    const ask = async (): Promise<Fetched[]> => {
      const { cluster } = await this.connected();
      await cluster.addMultipleTargetTopics([topic]);
      await cluster.refreshMetadataIfNecessary();
      return fetchNext(cluster, topic, positions);
    };
    try {
      return await this.inTime(ask());
    } catch (error) {
      // A leader that moved is found again.
      void this.dropHandle();
      throw error;
    }
  }

  /** The first offset of each partition with a timestamp at or after `epochMs`; the end where there is none. */
  async offsetsAt(topic: string, epochMs: number): Promise<Map<number, bigint>> {
    const offsets = await this.askAdmin((admin) => admin.fetchTopicOffsetsByTimestamp(topic, epochMs));
    return new Map(offsets.map(({ partition, offset }) => [partition, BigInt(offset)]));
  }

  /** What a group has committed; partitions without are absent. */
  async committed(groupId: string, topic: string): Promise<Map<number, bigint>> {
    const found = await this.groupOffsets(groupId, topic);
    return new Map(found.map(({ partition, offset }) => [partition, offset]));
  }

  /** What a group has committed for the first partition, with the note it left there; undefined for nothing. */
  async mark(groupId: string, topic: string): Promise<Mark | undefined> {
    const first = (await this.groupOffsets(groupId, topic)).find(({ partition }) => partition === 0);
    return first && { offset: Number(first.offset), note: first.note };
  }

  /**
   * The same by the log that the group's coordinator keeps; null for nothing, undefined where it cannot be found out,
   * as by a user who may not read that log. Never rejects.
   */
  async markInLog(groupId: string, topic: string): Promise<Mark | null | undefined> {
    try {
      const { cluster } = await this.connected();
      const found = await this.inTime(committedInLog(cluster, groupId, topic, 0));
      return found && { offset: Number(found.offset), note: found.note };
    } catch (error) {
      if (!isRefusal(error)) void this.dropHandle();
      return undefined;
    }
  }

  /** See otherMembers; none also where it cannot be found out. Never rejects. */
  async otherMembers(groupId: string, clientId: string): Promise<string[]> {
    return (await this.askCluster((cluster) => otherMembers(cluster, groupId, clientId))) ?? [];
  }

  /** See topicIdentity; undefined also where it cannot be found out. Never rejects. */
  identity(topic: string): Promise<string | undefined> {
    return this.askCluster((cluster) => topicIdentity(cluster, topic));
  }

  /** The first of these rights that the cluster denies; undefined also where it cannot be found out. Never rejects. */
  missingRight(rights: readonly Right[]): Promise<Right | undefined> {
    return this.askCluster((cluster) => missingRight(cluster, rights));
  }

  /** When the first record at or after an offset was written, epoch ms; null where nobody knows. Never rejects. */
  async timestampAt(topic: string, partition: number, offset: bigint): Promise<number | null> {
    return (await this.askCluster((cluster) => timestampAt(cluster, topic, partition, offset))) ?? null;
  }

  /** How long and how much of a topic is kept; undefined where it cannot be found out. Never rejects. */
  async retention(topic: string): Promise<Retention | undefined> {
    const known = this.retentions.get(topic);
    const now = this.clock.monotonic();
    if (known !== undefined && now - known.at < retentionMsMax) return known.retention;
    const retention = await this.askAdmin((admin) => readRetention(admin, topic)).catch(() => undefined);
    this.retentions.set(topic, { at: now, retention });
    return retention;
  }

  /** Bytes of each partition's log on its leader; without those that cannot be found out. Never rejects. */
  async logBytes(topic: string, partitions: number[]): Promise<Map<number, number>> {
    return (
      (await this.askCluster((cluster) => logBytes(cluster, topic, partitions))) ?? new Map<number, number>()
    );
  }

  /** The largest record batch a topic takes, in bytes; undefined when it cannot be found out. */
  async messageBytesMax(topic: string): Promise<number | undefined> {
    const { resources } = await this.askAdmin((admin) =>
      admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configNames: ['max.message.bytes'] }],
      }),
    );
    const value = resources[0]?.configEntries[0]?.configValue;
    return value === undefined ? undefined : Number(value);
  }

  /** Closes the connections. Idempotent. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([this.dropHandle(), this.dropAdmin()]);
  }

  /** Takes everything asked so far as one round, until nobody asks any more. */
  private async run(): Promise<void> {
    this.running = true;
    // What is asked in the same turn of the event loop goes along, however many steps each takes to ask.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.waiting.size > 0) {
      const round = this.waiting;
      this.waiting = new Map();
      await this.answer(round);
    }
    this.running = false;
  }

  private async answer(round: Map<string, Waiting[]>): Promise<void> {
    try {
      const answers = await this.inTime(this.fetchRanges([...round.keys()]));
      for (const [topic, waiting] of round) {
        const ranges = answers.get(topic) ?? [];
        for (const { resolve } of waiting) resolve(ranges);
      }
    } catch (error) {
      // Also forgets the topics kafkajs would go on asking for.
      void this.dropHandle();
      const { types } = diagnose(error);
      const isMissing = types.has('UNKNOWN_TOPIC_OR_PARTITION');
      const isDenied = types.has('TOPIC_AUTHORIZATION_FAILED');
      if ((isMissing || isDenied) && round.size > 1) {
        for (const [topic, waiting] of round) await this.answer(new Map([[topic, waiting]]));
        return;
      }
      const [topic = ''] = round.keys();
      const shown = isMissing ? new TopicMissing(topic, { cause: error }) : error;
      const until = this.clock.monotonic() + (isMissing ? missingMs : deniedMs);
      if (isMissing || isDenied) this.refused.set(topic, { until, error: shown });
      for (const { reject } of [...round.values()].flat()) reject(shown);
    }
  }

  /** A topic that was just made, or whose broker just left, may be without a leader for a moment. */
  private async fetchRanges(topics: string[]): Promise<Map<string, PartitionRange[]>> {
    for (let attempt = 1; ; attempt++) {
      const { cluster } = await this.connected();
      try {
        return await askRanges(cluster, topics);
      } catch (error) {
        const { types } = diagnose(error);
        if (attempt === leaderAttempts || !withoutLeader.some((type) => types.has(type))) throw error;
        await this.clock.sleep(leaderWaitMs);
        await cluster.refreshMetadata();
      }
    }
  }

  private async groupOffsets(groupId: string, topic: string): Promise<GroupOffset[]> {
    try {
      return await this.inTime(this.connected().then(({ cluster }) => groupOffsets(cluster, groupId, topic)));
    } catch (error) {
      // That a group may not be asked for says nothing against the connection, which others use.
      if (!isRefusal(error)) void this.dropHandle();
      throw error;
    }
  }

  /** Something that may stay unknown. */
  private async askCluster<T>(ask: (cluster: Cluster) => Promise<T>): Promise<T | undefined> {
    try {
      return await this.inTime(this.connected().then(({ cluster }) => ask(cluster)));
    } catch {
      // The connection stays: others use it, and find out for themselves.
      return undefined;
    }
  }

  private connected(): Promise<Handle> {
    this.handle ??= new HeldClient(
      (sockets) => this.connect(sockets),
      ({ consumer }) => consumer.disconnect(),
      this.clock,
    );
    return this.handle.connected;
  }

  private async connect(sockets: ClientSockets): Promise<Handle> {
    if (this.closed) throw new StreamJobsError('CANCELLED', 'The connection is closed.');
    let found: Cluster | undefined;
    const consumer = makeClient(this.connection, 'stream-jobs-offsets', undefined, { sockets }).consumer({
      groupId: 'stream-jobs-offsets',
      allowAutoTopicCreation: false,
      metadataMaxAge: metadataMsMax,
      retry: quickRetry,
      partitionAssigners: [
        ({ cluster }) => {
          found = cluster;
          return {
            name: 'none',
            version: 0,
            assign: () => Promise.resolve([]),
            protocol: () => ({ name: 'none', metadata: Buffer.alloc(0) }),
          };
        },
      ],
    });
    if (!found)
      throw new StreamJobsError('INTERNAL', 'kafkajs no longer hands its cluster to partition assigners.');
    await consumer.connect();
    return { cluster: found, consumer };
  }

  private async dropHandle(): Promise<void> {
    const { handle } = this;
    this.handle = undefined;
    await handle?.close();
  }

  private async askAdmin<T>(ask: (admin: Admin) => Promise<T>): Promise<T> {
    this.admin ??= new HeldClient(
      (sockets) => this.connectAdmin(sockets),
      (admin) => admin.disconnect(),
      this.clock,
    );
    try {
      return await this.inTime(this.admin.connected.then(ask));
    } catch (error) {
      void this.dropAdmin();
      throw error;
    }
  }

  private async connectAdmin(sockets: ClientSockets): Promise<Admin> {
    const client = makeClient(this.connection, 'stream-jobs-offsets', undefined, { sockets });
    const admin = client.admin({ retry: quickRetry });
    await admin.connect();
    return admin;
  }

  private async dropAdmin(): Promise<void> {
    const { admin } = this;
    this.admin = undefined;
    await admin?.close();
  }

  private async inTime<T>(work: Promise<T>): Promise<T> {
    const done = new AbortController();
    const late = this.clock.sleep(answerMsMax, done.signal).then((): never => {
      throw Object.assign(new Error(`no answer within ${answerMsMax / 1000} s`), { retriable: true });
    });
    late.catch(() => undefined);
    try {
      return await Promise.race([work, late]);
    } finally {
      done.abort();
    }
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

interface Shared {
  reader: ClusterReader;
  users: number;
}
const shared = new Map<string, Shared>();

/** The reader of a cluster, shared by everyone who asks with the same connection; give it back with `release`. */
export function acquireReader(
  connection: Connection,
  clock: Clock,
): { reader: ClusterReader; release: () => Promise<void> } {
  const key = JSON.stringify(connection);
  const entry = shared.get(key) ?? { reader: new ClusterReader(connection, clock), users: 0 };
  shared.set(key, entry);
  entry.users += 1;
  let released = false;
  return {
    reader: entry.reader,
    async release() {
      if (released) return;
      released = true;
      entry.users -= 1;
      if (entry.users > 0) return;
      if (shared.get(key) === entry) shared.delete(key);
      await entry.reader.close();
    },
  };
}
