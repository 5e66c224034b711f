// When a topic deletes records: its settings, and what follows from them for a record that nobody has read yet.
//
// A log is deleted segment by segment, and a segment only when its newest record may go: what is computed here is the
// moment before which a record stays, not the one at which it goes.
import { ConfigResourceTypes } from 'kafkajs';
import type { Admin } from 'kafkajs';

export interface Retention {
  /** How long a record is kept; undefined: for ever. */
  ms: number | undefined;
  /** How many bytes of a partition are kept; undefined: all. */
  bytes: number | undefined;
}

/** Throws errors of kafkajs. */
export async function readRetention(admin: Admin, topic: string): Promise<Retention> {
  const configNames = ['cleanup.policy', 'retention.ms', 'retention.bytes'];
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configNames }],
  });
  const entries = resources[0]?.configEntries ?? [];
  return retentionIn((name) => entries.find(({ configName }) => configName === name)?.configValue);
}

/** From a topic's settings; -1 stands for no limit. A compacted topic keeps the last record of every key for ever. */
export function retentionIn(setting: (name: string) => string | undefined): Retention {
  const deletes = (setting('cleanup.policy') ?? 'delete').split(',').includes('delete');
  const limit = (name: string): number | undefined => {
    const value = Number(setting(name) ?? -1);
    return deletes && value >= 0 ? value : undefined;
  };
  return { ms: limit('retention.ms'), bytes: limit('retention.bytes') };
}

/** A partition whose records at and behind a position are not read yet. */
export interface Unread {
  /** When its first unread record was written, epoch ms. */
  writtenAt: number | null;
  /** Bytes from that record to the end; null where unknown. */
  bytes: number | null;
  /** How fast the partition grows; null where unknown. */
  bytesPerMs: number | null;
}

/** Before this moment the first unread record is not deleted, epoch ms; null: never, or nobody knows. */
export function horizonOf(retention: Retention, unread: Unread, now: number): number | null {
  const { writtenAt, bytes, bytesPerMs } = unread;
  const byTime = retention.ms === undefined || writtenAt === null ? Infinity : writtenAt + retention.ms;
  const left = retention.bytes === undefined || bytes === null ? Infinity : retention.bytes - bytes;
  const byBytes =
    left <= 0 ? now : now + (bytesPerMs !== null && bytesPerMs > 0 ? left / bytesPerMs : Infinity);
  const first = Math.min(byTime, byBytes);
  return Number.isFinite(first) ? Math.round(first) : null;
}
