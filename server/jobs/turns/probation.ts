// A version on probation: its first batches, or a while. One that comes anew to a running job, was tried on records and
// failed at each of them, without a row that came out, does not stay, whatever 'on.error' does with such records.
import type { Pipeline, PipelineCounters } from '../../engine/engine';
import { within } from '../deadline';
import type { JobCore } from '../jobCore';
import { messages } from '../messages';
import type { Turn } from '../requestQueue';
import { versionMessages } from '../versionMessages';
import { changed, findVersion, versionsOf } from '../versions';
import { isNew, type Replacement } from './replacement';
import { read } from './start';

/** Among so many of its dead letters the first error is looked for. */
const lettersMax = 1_000;

/**
 * Reads until the version has committed a few batches, or for a while. `opened`: its counters before that.
 * @throws StreamJobsError what it fails with, BAD_RECORD when it takes nothing
 */
export async function onProbation(
  core: JobCore,
  turn: Turn,
  replacement: Replacement,
  opened: PipelineCounters,
): Promise<void> {
  await read(core, turn);
  const { probationMs: ms, probationCheckMs: everyMs, probationBatches } = core.limits;
  core.probation = { version: replacement.version, until: core.around.clock.now() + ms };
  core.enter('running');
  try {
    await core.slot.watch({ ms, everyMs, signal: turn.signal }, (pipeline) => {
      return pipeline.counters().batches >= opened.batches + probationBatches;
    });
  } finally {
    core.probation = undefined;
    core.around.changed(core.name);
  }
  if (!isNew(replacement)) return;
  // To get past a record that stopped the job any version that runs will do.
  if (replacement.state === 'running') await refuseUseless(core, core.slot.current, opened);
  if (core.counters().recordsIn === opened.recordsIn) await noteUntried(core, replacement);
}

async function noteUntried(core: JobCore, { version }: Replacement): Promise<void> {
  const { record } = core.journal;
  const { note } = findVersion(record, version) ?? {};
  const said = versionMessages.nothingCame(core.name);
  const versions = changed(versionsOf(record), version, {
    note: note === undefined ? said : `${note} ${said}`,
  });
  await core.journal.keep({ versions });
}

/** `opened`: its counters before it read anything. @throws StreamJobsError BAD_RECORD with the first error */
export async function refuseUseless(
  core: JobCore,
  pipeline: Pipeline | undefined,
  opened: PipelineCounters,
): Promise<void> {
  if (pipeline === undefined) return;
  const now = pipeline.counters();
  const records = now.recordsIn - opened.recordsIn;
  const isUseless =
    records > 0 &&
    now.recordsFailed - opened.recordsFailed >= records &&
    now.recordsOut === opened.recordsOut;
  if (isUseless) throw versionMessages.tookNone(records, await firstError(core, pipeline, opened));
}

/** Undefined where bad records are not kept, or cannot be read now. */
async function firstError(
  core: JobCore,
  pipeline: Pipeline,
  { deadLetters }: PipelineCounters,
): Promise<string | undefined> {
  const { kept = 0, dropped = 0, retried = 0 } = deadLetters ?? {};
  const { lettersDeadlineMs: ms, graceMs } = core.limits;
  const late = () => messages.lettersLate(core.name, ms);
  const deadline = { clock: core.around.clock, ms, graceMs, late };
  const letters = await within(deadline, () => pipeline.deadLetters(lettersMax, 1)).catch(() => []);
  return letters.filter(({ number }) => number > kept + dropped + retried).at(-1)?.error;
}
