// A version that runs beside the one whose place it is to take: it reads and computes as a job does, but nobody outside
// sees it. Its rows are counted and dropped, its sources are told nothing, its consumer groups are its own.
import type { Sink } from '../connectors/connector';
import { planFingerprint, readCheckpoint, writeCheckpoint, type Checkpoint } from './checkpoint';
import { refuseUnpublished } from './carryOver';
import { withDatabase } from './database';
import type { JobSpec } from './engine';
import { refuseForeign, refuseMissing } from './knownState';
import { sinkPositions } from './planChange';
import type { PipelineSpec } from './session';

/** Stands behind the names of consumer groups. */
export const shadowSuffix = '-next';

const nowhere: Sink = {
  open: () => Promise.resolve(),
  write: () => Promise.resolve(),
  flush: () => Promise.resolve(undefined),
  close: () => Promise.resolve(),
};

export function muted(spec: PipelineSpec): PipelineSpec {
  const outputs = spec.outputs.map((output) => ({ ...output, sink: nowhere }));
  return { ...withoutWriters(spec), outputs, letterSinks: [], isMuted: true };
}

function withoutWriters(spec: PipelineSpec): PipelineSpec {
  const muted = { ...spec };
  delete muted.writers;
  return muted;
}

/** Gives a shadow's database the sinks and counters of the job that it stands for from now on; neither is open. */
export async function stepForward(shadow: JobSpec, job: JobSpec): Promise<void> {
  const before = await stored(job);
  await withDatabase(shadow.databasePath, async (database) => {
    const checkpoint = await readCheckpoint(database, planFingerprint(shadow.plan));
    if (checkpoint === undefined || before === undefined) return;
    const { counters, told, repositioned } = before;
    const sinks = sinkPositions(before.sinks, job.plan, shadow.plan);
    await writeCheckpoint(database, { ...checkpoint, sinks, counters, told, repositioned });
    await database.checkpoint();
  });
}

async function stored(job: JobSpec): Promise<Checkpoint | undefined> {
  refuseMissing(job);
  return withDatabase(job.databasePath, async (database) => {
    const checkpoint = await readCheckpoint(database, planFingerprint(job.plan));
    refuseForeign(job, checkpoint);
    if (checkpoint !== undefined) await refuseUnpublished(database, checkpoint, job.name);
    return checkpoint;
  });
}
