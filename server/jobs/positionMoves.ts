// Where a job goes on that is moved in its logs, and what that means for its records. Pure.
import type { PartitionInLog, Reposition, StreamLog } from '../engine/engine';
import type { PositionMove } from '../protocol/jobs';

export interface Relocation {
  /** Only the streams that change. */
  streams: Reposition['streams'];
  /** The same streams as they are. */
  back: Reposition['streams'];
  moved: PositionMove[];
  notes: string[];
}

/** A position that is no place in its log any more. */
export type Misplaced = 'deleted' | 'recreated' | 'shorter';

/** What is wrong with a partition's position, undefined when the log still has it. */
export function misplaced(log: StreamLog, at: PartitionInLog): Misplaced | undefined {
  const { position, start, end } = at;
  if (log.recreated === true) return 'recreated';
  if (position === null) return undefined;
  // A log that is the same one keeps its partitions: who does not see one yet has an old picture of the cluster.
  if (start === null || end === null) return log.recreated === false ? undefined : 'recreated';
  if (position > end) return log.recreated === null ? 'recreated' : 'shorter';
  return position < start ? 'deleted' : undefined;
}

/** ACCEPT DATA LOSS: only positions that are gone move, to the nearest record the log has. */
export function pastLoss(logs: readonly StreamLog[]): Relocation {
  return relocation(logs, (log, at, isAnother) => {
    if (isAnother) return at.start;
    const how = misplaced(log, at);
    if (how === 'deleted') return at.start;
    return how === 'shorter' ? at.end : at.position;
  });
}

/** FROM: every partition moves to the place asked for. */
export function toTarget(logs: readonly StreamLog[]): Relocation {
  return relocation(logs, (_, { target, start }) => target ?? start);
}

type Choose = (log: StreamLog, at: PartitionInLog, isAnother: boolean) => bigint | null;

function relocation(logs: readonly StreamLog[], choose: Choose): Relocation {
  const result: Relocation = { streams: [], back: [], moved: [], notes: [] };
  for (const log of logs) {
    // One partition that is of another log makes all of them so.
    const isAnother = log.partitions.some((at) => misplaced(log, at) === 'recreated');
    const places = log.partitions.flatMap((at) => {
      const to = at.start === null ? null : choose(log, at, isAnother);
      return to === null ? [] : [{ at, to }];
    });
    const moved = places.flatMap(({ at, to }) => moveOf(log, at, to, isAnother) ?? []);
    if (moved.length === 0 && !isAnother) continue;
    const { stream, identity, known, partitions } = log;
    result.moved.push(...moved);
    result.streams.push({
      stream,
      ...(identity === undefined ? {} : { identity }),
      positions: places.map(({ at, to }) => [at.partition, String(to)]),
    });
    result.back.push({
      stream,
      ...(known === undefined ? {} : { identity: known }),
      positions: partitions.flatMap(({ partition, position }) =>
        position === null ? [] : [[partition, String(position)]],
      ),
    });
    if (isAnother)
      result.notes.push(
        `The log of ${stream} was deleted and made again: what was unread in the old one is lost.`,
      );
  }
  return result;
}

function moveOf(
  { stream, unit }: StreamLog,
  { partition, position, start, end }: PartitionInLog,
  to: bigint,
  isAnother: boolean,
): PositionMove | undefined {
  const first = start ?? to;
  const from = position ?? first;
  if (from === to && !isAnother) return undefined;
  // Offsets of another log cannot be compared.
  const unread = isAnother || from < first ? first : from;
  const read = isAnother ? first : least(from, end ?? from);
  return {
    ...(unit === 'bytes' ? { unit } : {}),
    stream,
    partition,
    from: String(from),
    to: String(to),
    lost: isAnother ? 0 : positive(first - from),
    skipped: positive(to - unread),
    reread: positive(read - to),
  };
}

function positive(count: bigint): number {
  return count > 0n ? Number(count) : 0;
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
