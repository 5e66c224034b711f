// Pausing a job, in the order that makes an answered pause a durable one:
// 1. journal the desired state while the pipeline becomes quiet and durable; 2. when both are done, journal the event;
// only then it is done. Whatever fails before that leaves the job running as before. Going cold comes after it, and
// cannot fail.
import { bounds } from '../../analysis/bounds';
import type { JobPositions } from '../../engine/engine';
import type { PauseEvent } from '../../protocol/jobs';
import { byOnError, type JobCore } from '../jobCore';
import { asError, messages } from '../messages';
import type { Turn } from '../requestQueue';
import type { JobRecord, PauseRequest, RestingPoint } from '../store';
import { goOn } from './start';

/**
 * @param cold also lets go of connections and memory before it is done
 * @throws StreamJobsError JOB_NOT_RUNNING, PAUSE_TIMEOUT, STORAGE; Superseded when the turn may not act any more
 */
export async function pause(core: JobCore, turn: Turn, request: PauseRequest, cold = false): Promise<void> {
  if (core.state !== 'running' && core.state !== 'starting') throw messages.jobNotRunning(core.standing());
  if (core.state === 'starting') await journalWish(core, turn, request);
  try {
    if (core.state === 'starting') await pauseBeforeReading(core, turn, request);
    else await pauseReading(core, turn, request);
  } catch (error) {
    turn.check();
    core.around.meter.refused('pause', asError(error, 'pause').code);
    throw error;
  }
  core.around.meter.paused();
  if (cold || core.warmMs === 0) await goCold(core);
}

/** Lets go of everything a paused job keeps in memory: what it resumes from is in its checkpoint. Never rejects. */
export async function goCold(core: JobCore): Promise<void> {
  await core.letGo();
  core.around.log('info', `${core.name}: is cold now, its connections are closed`);
  core.around.changed(core.name);
}

/** For the crash that comes before the pause is done. @throws StreamJobsError STORAGE */
function journalWish(core: JobCore, turn: Turn, request: PauseRequest): Promise<void> {
  const { change, closed } = resumeCutShort(core);
  return core.journal.write({ ...change, desired: 'paused', pauseRequest: request }, closed, turn.signal);
}

async function pauseReading(core: JobCore, turn: Turn, request: PauseRequest): Promise<void> {
  const ms = core.planned?.pauseTimeoutMs ?? core.limits.pauseDeadlineMs;
  core.enter('pausing');
  const wait = core.wait(turn, ms, () => messages.pauseTimeout(core.name, ms));
  const wishing = journalWish(core, turn, request);
  const lagRead = core.readLag();
  // Both have ended before anything is decided: neither acts on a job that went on.
  const [wish, quiet] = await Promise.allSettled([wishing, core.slot.quiesce(wait)]);
  turn.check();
  if (quiet.status === 'rejected') {
    if (request.by === byOnError && wish.status === 'fulfilled') return pauseHanging(core, turn, request);
    core.enter('running');
    await core.journal.keep({ desired: 'running', pauseRequest: undefined });
    throw quiet.reason;
  }
  core.readings.stand(quiet.value);
  if (wish.status === 'rejected') {
    await goOn(core, turn);
    throw wish.reason;
  }
  await Promise.race([lagRead, core.around.clock.sleep(core.limits.lagAtPauseMs, turn.signal)]);
  turn.check();
  try {
    await journalPaused(core, turn, request, core.restingPoint());
  } catch (error) {
    turn.check();
    await goOn(core, turn);
    throw error;
  }
  core.enter('paused');
}

/** It processes nothing already, before a record it cannot read: what hangs is given up, the checkpoint is the truth. */
async function pauseHanging(core: JobCore, turn: Turn, request: PauseRequest): Promise<void> {
  await core.letGo();
  turn.check();
  await completePause(core, request);
  turn.check();
  core.enter('paused');
}

/**
 * What ends a pause that is still open since a crash cut its resume short: nothing for any other job. Where that resume
 * was to go on elsewhere, the next one goes there, and this one has told of it.
 */
function resumeCutShort(core: JobCore): { change: Partial<JobRecord>; closed?: PauseEvent } {
  const { change, ...over } = core.pauseOver();
  const { move } = core.journal.record;
  if (over.closed === undefined || move === undefined) return { change, ...over };
  return { change: { ...change, move: { ...move, moved: [], notes: [] } }, ...over };
}

/** Between two attempts to come back after a restart: there is nothing to make quiet, the checkpoint is the truth. */
async function pauseBeforeReading(core: JobCore, turn: Turn, request: PauseRequest): Promise<void> {
  await core.letGo();
  try {
    await journalPaused(core, turn, request);
  } catch (error) {
    turn.check();
    await core.journal.keep({ desired: 'running', pauseRequest: undefined });
    throw error;
  }
  core.enter('paused');
}

/**
 * Journals that the job is paused where its readings say it stands.
 * @param checkpoint when the readings are certain to be what its checkpoint says
 */
export async function journalPaused(
  core: JobCore,
  turn: Turn,
  request: PauseRequest,
  checkpoint?: RestingPoint,
): Promise<void> {
  const { pauses, event } = pauseEntry(core, request);
  // From here on it lasts, also when something wins over it before it is told.
  if (core.journal.openPause === undefined) core.pausedMonotonic = core.around.clock.monotonic();
  const begun = checkpoint === undefined ? {} : core.begun();
  await core.journal.write({ pauses, checkpoint, step: undefined, ...begun }, event, turn.signal);
}

/** Journals a pause that a crash cut short: as soon as the disk takes it, since the job is paused already. */
export async function completePause(core: JobCore, request: PauseRequest): Promise<void> {
  const { pauses, event } = pauseEntry(core, request);
  await core.journal.keep({ pauses, checkpoint: core.journal.record.checkpoint }, event);
}

function pauseEntry(core: JobCore, request: PauseRequest): { pauses: number; event: PauseEvent } {
  const { journal, readings, around } = core;
  const pauses = journal.record.pauses + (journal.openPause === undefined ? 1 : 0);
  const event = pauseEvent(request, around.clock.now(), readings.lag, readings.positions);
  return { pauses, event: core.groupNotes.length === 0 ? event : { ...event, notes: core.groupNotes } };
}

export function pauseEvent(
  request: PauseRequest,
  at: number,
  lagAtPause: number | null,
  positions: JobPositions,
): PauseEvent {
  return {
    pausedAt: new Date(at).toISOString(),
    ...(request.reason === undefined ? {} : { reason: request.reason }),
    by: request.by,
    ...(request.until === undefined ? {} : { until: new Date(request.until).toISOString() }),
    lagAtPause,
    offsets: [...positions].flatMap(([stream, partitions]) =>
      [...partitions].map(([partition, position]) => ({ stream, partition, position: String(position) })),
    ),
  };
}

/** The request of a job that met a record it cannot read, with `'on.error' = 'pause'`. */
export function pauseOnError(at: number, reason: string): PauseRequest {
  return { at, by: byOnError, reason: reason.slice(0, bounds.reasonCharsMax) };
}
