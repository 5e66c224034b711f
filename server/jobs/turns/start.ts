// Starting a job: for the first time, again after it ended, and when the server comes back.
import type { StreamJobsError } from '../../protocol/errors';
import type { JobCore } from '../jobCore';
import { asError, messages } from '../messages';
import type { Turn } from '../requestQueue';
import { discard } from './drop';
import { journalPaused } from './pause';
import { moveDone, noteGroups, openAtMove, pauseForLoss } from './relocate';
import { closePipeline } from './stop';

/** START JOB: all or nothing. A job that could not begin leaves nothing behind. */
export async function start(core: JobCore, turn: Turn): Promise<void> {
  try {
    await core.journal.write({});
  } catch (error) {
    core.around.removed(core.name);
    throw error;
  }
  try {
    turn.check();
    await open(core, turn);
    const { desired, pauseRequest } = core.journal.record;
    if (desired === 'paused' && pauseRequest !== undefined) {
      await quietBeforeReading(core, turn);
      await journalPaused(core, turn, pauseRequest, core.restingPoint());
      core.enter('paused');
    } else {
      await read(core, turn);
      core.enter('running');
    }
    // Its group may be where another job left it, and stays there until it has read something.
    core.slot.current?.tell();
  } catch (error) {
    turn.check();
    await discard(core, turn);
    throw error;
  }
}

/** RESTART JOB: goes on from the checkpoint. @throws StreamJobsError as `recover` does, and for a paused job */
export async function restart(core: JobCore, turn: Turn): Promise<void> {
  if (core.state === 'paused') throw messages.pausedNotRestarted(core.standing());
  // A drop that failed half way: what it kept may be gone, and what is left goes at the next start of the server.
  if (core.journal.record.dropping === true) throw messages.beingDropped(core.name);
  await core.journal.write(
    { desired: 'running', pauseRequest: undefined, step: undefined, ended: undefined },
    undefined,
    turn.signal,
  );
  if (core.state !== 'stopped' && core.state !== 'failed') {
    if (core.state !== 'stopping') core.enter('stopping');
    await closePipeline(core, turn, false);
    turn.check();
    core.enter('stopped');
  }
  core.enter('starting');
  try {
    await open(core, turn);
    await read(core, turn);
    await closePause(core, turn);
    core.enter('running');
  } catch (error) {
    turn.check();
    throw await notStarted(core, turn, error);
  }
  await moveDone(core);
  lookAround(core, turn);
}

/** Fails a job that cannot be started, unless trying again may help: then it stays `starting`; or somebody has to say
 *  where it goes on: then it is paused. */
async function notStarted(core: JobCore, turn: Turn, error: unknown): Promise<StreamJobsError> {
  const failure = asError(error, `${core.name} could not be started`);
  if (failure.code === 'DATA_LOSS') return pauseForLoss(core, turn, failure);
  if (failure.retriable) await waitFor(core, failure.message);
  else await core.fail(failure);
  return failure;
}

/** It stays `starting`, to be tried again. */
async function waitFor(core: JobCore, trouble: string): Promise<void> {
  core.trouble = trouble;
  await core.slot.close();
}

/** What a job that ran before says while it waits for what failed to come right; undefined where it will not. */
function waitsFor(core: JobCore, failure: StreamJobsError): string | undefined {
  if (failure.retriable) return failure.message;
  if (!failure.isMissing) return undefined;
  // A broker that has just started knows less than it will, and people make topics again.
  const { awayMs } = core.limits;
  const now = core.around.clock.monotonic();
  core.missingSince ??= now;
  return now - core.missingSince < awayMs ? messages.waitsForMissing(failure, awayMs) : undefined;
}

/**
 * One attempt to go on after the server came back. Closes a pause whose resume a crash cut short.
 * @throws StreamJobsError to be tried again while it is `starting`; else the job has failed
 */
export async function recover(core: JobCore, turn: Turn): Promise<void> {
  if (core.state !== 'starting') return;
  try {
    await open(core, turn);
    await read(core, turn);
  } catch (error) {
    turn.check();
    const failure = asError(error, `${core.name} could not be started`);
    const trouble = waitsFor(core, failure);
    if (trouble === undefined) {
      await notStarted(core, turn, failure);
      return;
    }
    await waitFor(core, trouble);
    throw failure;
  }
  await closePause(core, turn);
  await moveDone(core);
  core.enter('running');
  lookAround(core, turn);
}

/** In the background, since only a warning is at stake. */
function lookAround(core: JobCore, turn: Turn): void {
  const { lagDeadlineMs: ms } = core.limits;
  void noteGroups(
    core,
    core.wait(turn, ms, () => messages.startTimeout(core.name, ms)),
  );
}

/** Of a resume that a crash cut short. */
async function closePause(core: JobCore, turn: Turn): Promise<void> {
  const { change, closed } = core.pauseOver();
  if (closed === undefined) return;
  await core.journal.keep({ ...change, move: undefined }, closed);
  turn.check();
}

/** Reads again after a pause that could not be journalled. */
export async function goOn(core: JobCore, turn: Turn): Promise<void> {
  try {
    await read(core, turn);
    core.enter('running');
  } catch (error) {
    turn.check();
    await couldNotGoOn(core, error);
  }
  await core.journal.keep({ desired: 'running', pauseRequest: undefined });
}

/** Of a job that ran before: it has failed, or it is `starting`, to be tried again. */
export async function couldNotGoOn(core: JobCore, error: unknown): Promise<void> {
  const failure = asError(error, `${core.name} could not go on`);
  const trouble = waitsFor(core, failure);
  if (trouble === undefined) return core.fail(failure);
  if (core.state !== 'starting') core.enter('starting');
  await waitFor(core, trouble);
}

/** Opens the version in the record at its checkpoint. */
export async function open(core: JobCore, turn: Turn): Promise<void> {
  const { startDeadlineMs: ms } = core.limits;
  await openAtMove(
    core,
    core.wait(turn, ms, () => messages.startTimeout(core.name, ms)),
  );
  turn.check();
  core.readings.positions = core.slot.current?.positions() ?? core.readings.positions;
  if (core.journal.record.begun !== undefined) return;
  await core.journal.keep(core.begun());
  turn.check();
}

/** Sets an open pipeline reading; resolves when it does. */
export async function read(core: JobCore, turn: Turn): Promise<void> {
  const { startDeadlineMs: ms } = core.limits;
  // The parts of a step follow once it runs.
  if (core.journal.record.step === undefined)
    await core.slot.run(core.wait(turn, ms, () => messages.startTimeout(core.name, ms)));
  turn.check();
  core.lastError = undefined;
  core.trouble = undefined;
}

/** Makes where a job that starts paused will begin durable. */
async function quietBeforeReading(core: JobCore, turn: Turn): Promise<void> {
  const { startDeadlineMs: ms } = core.limits;
  const late = () => messages.startTimeout(core.name, ms);
  core.readings.stand(await core.slot.quiesce(core.wait(turn, ms, late)));
  turn.check();
}
