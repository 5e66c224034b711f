// The steps in which a version leaves and another one takes over.
import type { PipelineCounters } from '../../engine/engine';
import type { JobCore } from '../jobCore';
import { asError, messages } from '../messages';
import type { Turn } from '../requestQueue';
import { goBack } from './goBack';
import { onProbation } from './probation';
import type { Replacement } from './replacement';
import { couldNotGoOn, goOn, open } from './start';

/** As a pause does; when that fails the old version goes on. @throws StreamJobsError PAUSE_TIMEOUT */
export async function comeToRest(core: JobCore, turn: Turn): Promise<void> {
  const ms = core.planned?.pauseTimeoutMs ?? core.limits.pauseDeadlineMs;
  core.enter('pausing');
  try {
    const late = () => messages.pauseTimeout(core.name, ms);
    core.readings.stand(await core.slot.quiesce(core.wait(turn, ms, late)));
    turn.check();
  } catch (error) {
    turn.check();
    core.enter('running');
    throw error;
  }
}

/** After the old version came to rest, when nothing else has happened: it goes on, opened again if it was closed. */
export async function goOnAsBefore(core: JobCore, turn: Turn): Promise<void> {
  if (core.slot.current === undefined) {
    core.enter('starting');
    try {
      await open(core, turn);
    } catch (error) {
      turn.check();
      return couldNotGoOn(core, error);
    }
  }
  await goOn(core, turn);
}

/** The version the record names begins; what fails now makes the old one come back. @throws StreamJobsError DEPLOY_FAILED */
export async function startNew(
  core: JobCore,
  turn: Turn,
  replacement: Replacement,
  staysCold = false,
): Promise<void> {
  const isPaused = replacement.state === 'paused';
  let opened: PipelineCounters | undefined;
  try {
    if (!isPaused) core.enter('starting');
    await open(core, turn);
    opened = core.counters();
    if (isPaused && staysCold) await core.letGo();
    if (!isPaused) await onProbation(core, turn, replacement, opened);
  } catch (error) {
    turn.check();
    await goBack(core, turn, { ...replacement, opened }, asError(error, core.name));
  }
}
