// A new version on probation: whether it takes records at all. One that was tried on some and failed at each of them,
// without a row that came out, does not stay, whatever 'on.error' does with such records.
import type { Pipeline, PipelineCounters } from '../../engine/engine';
import { within } from '../deadline';
import type { JobCore } from '../jobCore';
import { messages } from '../messages';
import { versionMessages } from '../versionMessages';

/** Among so many of its dead letters the first error is looked for. */
const lettersMax = 1_000;

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
