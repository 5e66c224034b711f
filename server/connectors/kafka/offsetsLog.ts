// What a group committed last, read from the log that its coordinator keeps it in. The log is the truth: a coordinator
// that was just elected answers from what it has loaded of it, and one of Apache Kafka up to 4.2 that is elected twice
// while it loads stays with a part of it until the next election.
//
// Layouts: OffsetCommitKey and OffsetCommitValue of Kafka's group coordinator; where a group's offsets are:
// GroupCoordinatorService.partitionFor.
import type { Cluster } from 'kafkajs';
import { fetchPartition, markerKind, type FetchedRecord } from './fetchedRecords';
import type { GroupOffset } from './groupOffsets';
import { askRanges } from './logRanges';
import { Reader } from './rawRequests';

export const offsetsTopic = '__consumer_offsets';
/** The last records are looked at first, then so many times as many. */
const recordsFirst = 2000;
const growth = 8;
/** What is not among so many is not looked for any further: that is some 100 MB. */
const recordsMax = recordsFirst * growth ** 3;
/** With the transactions that are open: their markers tell. */
const limits = { isolationLevel: 0, maxWaitTime: 0, minBytes: 0, maxBytes: 1024 * 1024 };
/** Keys of later versions are of other things than offsets. */
const keyVersionMax = 1;
/** From this version of values on they are flexible messages. */
const flexibleValue = 4;

export type CommitRecord = Omit<FetchedRecord, 'timestamp'>;
type Committed = Omit<GroupOffset, 'partition'>;

/** Follows what is committed for one partition of a topic by one group, through a stretch of the log. */
export class CommitFollower {
  /** The last one; null when it was deleted, undefined when the stretch has none. */
  committed: Committed | null | undefined;
  /** By the producer whose transaction is still open. */
  readonly #pending = new Map<string, Committed | null>();

  constructor(
    private readonly groupId: string,
    private readonly topic: string,
    private readonly partition: number,
  ) {}

  next({ key, value, isControlRecord, batchContext }: CommitRecord): void {
    const { producerId = '', inTransaction = false } = batchContext ?? {};
    if (isControlRecord) {
      const pending = this.#pending.get(producerId);
      this.#pending.delete(producerId);
      if (pending !== undefined && markerKind({ key }) === 'commit') this.committed = pending;
      return;
    }
    if (!key || !this.#isOurs(key)) return;
    const committed = value && readValue(value);
    if (inTransaction) this.#pending.set(producerId, committed);
    else this.committed = committed;
  }

  #isOurs(key: Buffer): boolean {
    const reader = new Reader(key);
    return (
      reader.int16() <= keyVersionMax &&
      reader.text() === this.groupId &&
      reader.text() === this.topic &&
      reader.int32() === this.partition
    );
  }
}

function readValue(value: Buffer): Committed {
  const reader = new Reader(value);
  const version = reader.int16();
  const offset = reader.int64();
  // The epoch of the leader.
  if (version >= 3) reader.int32();
  const note = version >= flexibleValue ? reader.string() : reader.text();
  return { offset, note };
}

/**
 * What a group committed last for a partition; null when the log has nothing, undefined when it was not found in what
 * is looked at of a long log. Throws errors of kafkajs, also where the user may not read it.
 */
export async function committedInLog(
  cluster: Cluster,
  groupId: string,
  topic: string,
  partition: number,
): Promise<Committed | null | undefined> {
  const logs = (await askRanges(cluster, [offsetsTopic])).get(offsetsTopic) ?? [];
  const log = logs[partitionOf(groupId, logs.length)];
  if (log === undefined) return null;
  const [start, end] = [Number(log.start), Number(log.end)];
  for (let records = recordsFirst; ; records *= growth) {
    const from = Math.max(start, end - records);
    const follower = new CommitFollower(groupId, topic, partition);
    const isWhole = await follow(cluster, log.partition, from, follower);
    if (follower.committed !== undefined) return follower.committed;
    if (!isWhole || records >= recordsMax) return undefined;
    if (from === start) return null;
  }
}

/** The partition of the offsets topic that a group's commits are in, of `count`. */
export function partitionOf(groupId: string, count: number): number {
  let hash = 0;
  for (let at = 0; at < groupId.length; at++) hash = (Math.imul(31, hash) + groupId.charCodeAt(at)) | 0;
  return (hash === -(2 ** 31) ? 0 : Math.abs(hash)) % count;
}

/** Up to where the log ends now. False when it could not be read so far. */
async function follow(
  cluster: Cluster,
  partition: number,
  from: number,
  follower: CommitFollower,
): Promise<boolean> {
  let end: number | undefined;
  for (let at = from; at < (end ?? Infinity);) {
    const fetched = await fetchPartition(cluster, offsetsTopic, partition, BigInt(at), limits);
    if (fetched === undefined) return false;
    const { highWatermark, messages } = fetched;
    end ??= Number(highWatermark);
    for (const message of messages) if (Number(message.offset) >= at) follower.next(message);
    const behind = Number(messages.at(-1)?.offset ?? -1) + 1;
    if (behind <= at) return at >= end;
    at = behind;
  }
  return true;
}
