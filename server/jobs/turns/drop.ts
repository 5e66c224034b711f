// Removing a job with everything it kept.
import { within } from '../deadline';
import type { JobCore } from '../jobCore';
import { asError, messages } from '../messages';
import type { Turn } from '../requestQueue';
import { endAs } from './stop';

/**
 * DROP JOB, and the end of a START that failed. Journals the intention first: what a crash leaves goes at the next
 * start of the server.
 * @throws StreamJobsError STORAGE when that could not be journalled: the job is still there
 */
export async function drop(core: JobCore, turn: Turn): Promise<void> {
  try {
    await core.journal.write({ dropping: true, desired: 'stopped' });
  } catch (error) {
    // What it won over may be half done: a job is as its journal has it, or it ends.
    if (!isAsJournalled(core)) await endAs(core, turn, 'a drop that failed', true);
    throw error;
  }
  if (core.state !== 'stopped' && core.state !== 'failed' && core.state !== 'stopping')
    core.enter('stopping');
  await core.letGo();
  if (core.state === 'stopping') core.enter('stopped');
  await removeWhatItKept(core);
  await core.journal.remove();
  core.around.removed(core.name);
}

function isAsJournalled({ state, journal }: JobCore): boolean {
  const { desired, ended } = journal.record;
  if (state === 'running' || state === 'paused') return state === desired;
  return (state === 'stopped' || state === 'failed') && ended !== undefined;
}

/** Takes back a START that failed; its error is what the user gets, not one from here. */
export async function discard(core: JobCore, turn: Turn): Promise<void> {
  try {
    await drop(core, turn);
  } catch (error) {
    core.around.log('warn', `${core.name} could not be removed: ${asError(error, 'drop').message}`);
  }
}

/** Deleting needs no plan: what a job kept is found by its path. */
async function removeWhatItKept(core: JobCore): Promise<void> {
  const { engine, clock } = core.around;
  const { closeDeadlineMs: ms, graceMs } = core.limits;
  const late = () => messages.closeTimeout(core.name, ms);
  await within({ clock, ms, graceMs, late }, () => engine.drop(core.around.bareSpec(core.name)));
}
