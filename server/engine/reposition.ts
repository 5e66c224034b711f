// Moves a job that is not open to other places in its logs: one transaction on its database. What the job computed so
// far stays.
import { readCheckpoint, writeCheckpoint, type Checkpoint } from './checkpoint';
import type { Database } from './database';
import type { JobPositions, Reposition } from './engine';

/** @returns where the job stands then. Throws STORAGE, STATE_CORRUPT. */
export async function applyReposition(
  database: Database,
  plan: string,
  to: Reposition,
): Promise<JobPositions> {
  const checkpoint = await readCheckpoint(database, plan);
  if (checkpoint === undefined) return new Map();
  if (checkpoint.repositioned >= to.number) return checkpoint.positions;
  const moved = repositioned(checkpoint, to);
  await writeCheckpoint(database, moved);
  return moved.positions;
}

/** The checkpoint with the positions of some streams replaced. */
export function repositioned(checkpoint: Checkpoint, to: Reposition): Checkpoint {
  const positions = new Map(checkpoint.positions);
  const watermarks = new Map(checkpoint.watermarks);
  const logs = new Map(checkpoint.logs);
  const told = new Map(checkpoint.told);
  for (const { stream, identity, positions: targets } of to.streams) {
    const offsets = new Map(targets.map(([partition, offset]) => [partition, BigInt(offset)]));
    positions.set(stream, offsets);
    // A partition that is gone would hold event time back for ever; negative ones are not partitions.
    const times = [...(watermarks.get(stream) ?? [])].filter(
      ([partition]) => partition < 0 || offsets.has(partition),
    );
    watermarks.set(stream, new Map(times));
    // What was told of another log says nothing of this one.
    if (identity !== undefined && logs.get(stream) !== identity) told.delete(stream);
    if (identity !== undefined) logs.set(stream, identity);
  }
  return { ...checkpoint, positions, watermarks, logs, told, repositioned: to.number };
}
