// The order in which records of several partitions come one by one: the earliest timestamp first; of equal ones the
// stream that the plan names first, then the lower partition. Within a partition the log's own order holds, whatever
// the timestamps say. Records without a timestamp come before all that have one.
import type { Peeked } from '../connectors/connector';

/** The next records of a partition of the plan's stream number `stream`. */
export interface Head extends Peeked {
  stream: number;
}

/** Record `index` of `heads[head]`. */
export interface Picked {
  head: number;
  index: number;
}

/**
 * The first `limit` records. Ends early where the next one is not known: one of a partition whose log holds more than
 * was looked at.
 */
export function inStableOrder(heads: readonly Head[], limit: number): Picked[] {
  const taken = heads.map(() => 0);
  const picked: Picked[] = [];
  while (picked.length < limit) {
    let least: number | undefined;
    for (const [head, { batch, more }] of heads.entries()) {
      const index = taken[head] ?? 0;
      if (index >= batch.count && more) return picked;
      if (index < batch.count && (least === undefined || isBefore(heads, taken, head, least))) least = head;
    }
    if (least === undefined) return picked;
    const index = taken[least] ?? 0;
    picked.push({ head: least, index });
    taken[least] = index + 1;
  }
  return picked;
}

function isBefore(heads: readonly Head[], taken: readonly number[], a: number, b: number): boolean {
  const [left, right] = [keyOf(heads[a], taken[a]), keyOf(heads[b], taken[b])];
  for (const [i, value] of left.entries()) {
    const other = right[i] ?? 0;
    if (value !== other) return value < other;
  }
  return false;
}

function keyOf(head: Head | undefined, index = 0): number[] {
  if (!head) return [];
  const { batch, stream } = head;
  return [batch.timestamps?.[index] ?? -Infinity, stream, batch.partition];
}
