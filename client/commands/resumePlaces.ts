// What resuming from another place means for the records of each partition: pure.
import type { PartitionSnapshot } from '../../server/protocol/jobs';
import { count } from '../../server/protocol/jobText';

export interface ResumePlace {
  kind: 'earliest' | 'latest' | 'timestamp';
  /** `the earliest record`, for questions. */
  words: string;
  /** What stands after FROM. */
  clause: string;
}

/** A sentence or two: how many unread records are passed over, how many are read a second time. */
export function movesText({ kind }: ResumePlace, partitions: readonly PartitionSnapshot[]): string {
  if (kind === 'timestamp')
    return 'Unread records from before are skipped for good. Records after it that were read already are read again.';
  if (kind === 'latest') {
    const skipped = sum(partitions, ({ position, end }) => distance(position, end));
    return `${counted(skipped)} skipped and never read by this job.`;
  }
  const reread = sum(partitions, ({ position, start }) => distance(start, position));
  return `${counted(reread)} read again, and their results written again.`;
}

function counted(records: number | null): string {
  if (records === null) return 'How many records cannot be said now, since the log cannot be read: they are';
  return records === 1 ? '1 record is' : `${count(records)} records are`;
}

/** Null when one is unknown. */
function sum(
  partitions: readonly PartitionSnapshot[],
  of: (partition: PartitionSnapshot) => number | null,
): number | null {
  return partitions.reduce<number | null>((total, partition) => {
    const records = of(partition);
    return total === null || records === null ? null : total + records;
  }, 0);
}

function distance(from: string | null, to: string | null): number | null {
  if (from === null || to === null) return null;
  return Math.max(0, Number(BigInt(to) - BigInt(from)));
}
