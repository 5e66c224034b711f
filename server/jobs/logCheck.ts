// What a job finds when it is about to go on: positions that are gone, group offsets that somebody moved. Pure.
import type { PartitionInLog, PartitionProgress, StreamLog } from '../engine/engine';
import { misplaced, type Misplaced } from './positionMoves';

/** A position the job cannot go on from. */
export interface Loss {
  stream: string;
  unit: StreamLog['unit'];
  partition: number;
  position: bigint | null;
  start: bigint | null;
  end: bigint | null;
  how: Misplaced;
}

export function lossesIn(logs: readonly StreamLog[]): Loss[] {
  return logs.flatMap((log) =>
    log.partitions.flatMap((at): Loss[] => {
      const how = misplaced(log, at);
      const { partition, position, start, end } = at;
      return how === undefined
        ? []
        : [{ stream: log.stream, unit: log.unit, partition, position, start, end, how }];
    }),
  );
}

/** Says of each stream whose group offsets are not those this job left: they are followed by nobody. */
export function movedGroups(logs: readonly StreamLog[]): string[] {
  return logs.flatMap(({ stream, partitions }) => {
    const moved = partitions.filter(wasMoved);
    if (moved.length === 0) return [];
    const parts = moved.map(({ partition, committed, position }) =>
      committed === null
        ? `partition ${partition} has none (${position})`
        : `partition ${partition} has ${committed} (${position})`,
    );
    return [
      `The group offsets of ${stream} are not those of the job: ${parts.join(', ')}. Someone moved or deleted them, or they expired; the job follows its checkpoint and commits it again.`,
    ];
  });
}

/** An offset between the last one that was told for sure and the position may be a commit without an answer. */
function wasMoved({ position, told, committed }: PartitionInLog): boolean {
  if (position === null || committed === undefined || committed === told || committed === position)
    return false;
  if (committed === null) return told !== undefined;
  if (committed > position) return true;
  return told !== undefined && committed < told;
}

/** The same for the lag. */
export function progressIn(logs: readonly StreamLog[]): PartitionProgress[] {
  return logs.flatMap(({ stream, unit, partitions }) =>
    partitions.map(({ partition, position, start, end }) => ({
      stream,
      partition,
      position: position ?? start ?? 0n,
      start,
      end,
      ...(unit === 'bytes' ? { unit } : {}),
    })),
  );
}
