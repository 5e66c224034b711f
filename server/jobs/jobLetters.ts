// A job's dead letters: read from its pipeline or from its closed database, and tried again.
import type { DeadLetter, RetryOutcome } from '../engine/engine';
import { within } from './deadline';
import type { JobCore } from './jobCore';
import { messages } from './messages';

/** To be called in the job's queue, so that nobody opens or closes the database meanwhile. */
export function deadLettersOf(core: JobCore, max: number, bytesMax: number): Promise<DeadLetter[]> {
  const { lettersDeadlineMs: ms, graceMs } = core.limits;
  const { around } = core;
  const { database, begun } = core.journal.record;
  const late = () => messages.lettersLate(core.name, ms);
  return within(
    { clock: around.clock, ms, graceMs, late },
    () =>
      core.slot.current?.deadLetters(max, bytesMax) ??
      around.engine.deadLetters(
        { ...around.bareSpec(core.name, database), ...(begun === undefined ? {} : { begun }) },
        max,
        bytesMax,
      ),
  );
}

/** @throws StreamJobsError JOB_NOT_RUNNING, BAD_REQUEST when there is no such letter */
export async function retryDeadLetters(core: JobCore, number: number | undefined): Promise<RetryOutcome> {
  const { current } = core.slot;
  if (core.state !== 'running' || current === undefined) throw messages.lettersNotRetried(core.standing());
  const { retryLettersDeadlineMs: ms, graceMs } = core.limits;
  const { clock } = core.around;
  const late = () => messages.retryLate(core.name, ms);
  const outcome = await within({ clock, ms, graceMs, late }, () => current.retryDeadLetters(number));
  core.counters();
  core.around.changed(core.name);
  return outcome;
}
