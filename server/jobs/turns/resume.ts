// Resuming a job: check that its positions still exist, journal that its pause is over, read. Answered when it really
// reads again; whatever fails before that leaves it paused, in the pause it was in.
import { wrongStep } from '../../analysis/bounds';
import type { StreamJobsError } from '../../protocol/errors';
import type { ResumeOptions } from '../../protocol/rpc';
import { byTimer, errorInfo, type JobCore } from '../jobCore';
import { lossesIn, movedGroups, progressIn } from '../logCheck';
import { asError, messages } from '../messages';
import type { SlotWait } from '../pipelineSlot';
import type { Turn } from '../requestQueue';
import type { PauseRecord, PauseRequest, Step } from '../store';
import {
  decideMove,
  describedLoss,
  moveDone,
  moveUndone,
  oldestKept,
  openAtMove,
  undoMove,
} from './relocate';

/** What a resume that fails goes back to. */
interface Before {
  pause: PauseRecord | undefined;
  request: PauseRequest | undefined;
  resumes: number;
}

/** @throws StreamJobsError JOB_NOT_PAUSED, RESUME_TIMEOUT, DATA_LOSS, STORAGE and what the sources say */
export async function resume(core: JobCore, turn: Turn, options: ResumeOptions): Promise<void> {
  const { records } = options;
  const wrong = records === undefined ? undefined : wrongStep(records);
  if (wrong !== undefined) throw wrong;
  if (core.state !== 'paused') throw messages.jobNotPaused(core.standing());
  const before = standingPause(core);
  core.enter('resuming');
  core.notes = [];
  try {
    await readAgain(core, turn, options);
  } catch (error) {
    turn.check();
    const failure = asError(error, `${core.name} could not be resumed`);
    await backToPaused(core, options.by, failure, before);
    throw failure;
  }
  await moveDone(core);
  turn.check();
  core.notes = [];
  core.lastError = undefined;
  core.trouble = undefined;
  core.enter('running');
  core.around.meter.resumed(core.journal.pauses.at(-1)?.event.durationMs ?? 0);
}

function standingPause({ journal, pause }: JobCore): Before {
  const { record, openPause } = journal;
  return { pause: openPause, request: record.pauseRequest ?? pause, resumes: record.resumes };
}

/** Tries until the deadline, with growing waits between, what may come right by itself. */
async function readAgain(core: JobCore, turn: Turn, options: ResumeOptions): Promise<void> {
  const { clock } = core.around;
  const { resumeDeadlineMs: ms, retryMaxMs } = core.limits;
  const due = clock.monotonic() + ms;
  const late = () => messages.resumeTimeout(core.name, ms, core.trouble);
  const left = () => core.wait(turn, Math.max(1, due - clock.monotonic()), late);
  let waitMs = core.limits.retryFirstMs;
  let decided = false;
  for (;;) {
    try {
      if (!decided) await decideMove(core, turn, options, left());
      decided = true;
      await attempt(core, turn, left, options);
      return;
    } catch (error) {
      turn.check();
      const failure = asError(error, core.name);
      if (failure.code === 'DATA_LOSS') throw await describedLoss(core, failure, left());
      const mayComeRight = failure.retriable && failure.code !== 'RESUME_TIMEOUT';
      if (!mayComeRight || failure.code === 'STORAGE' || failure.code === 'MEMORY_LIMIT') throw failure;
      await core.slot.close();
      core.trouble = failure.message;
      core.around.changed(core.name);
      if (clock.monotonic() + waitMs >= due) throw late();
    }
    await clock.sleep(waitMs, turn.signal);
    turn.check();
    waitMs = Math.min(waitMs * 2, retryMaxMs);
  }
}

async function attempt(
  core: JobCore,
  turn: Turn,
  left: () => SlotWait,
  { by, records }: ResumeOptions,
): Promise<void> {
  if (core.slot.current === undefined) await openAtMove(core, left());
  turn.check();
  const logs = await core.logs(left()).catch(async (error: unknown) => {
    // A source that has given up says so whatever becomes of its log.
    await core.slot.close();
    throw error;
  });
  turn.check();
  core.readings.see(progressIn(logs));
  const losses = lossesIn(logs);
  if (losses.length > 0) throw messages.dataLoss(core.name, losses, await oldestKept(core, losses, left()));
  core.notes = movedGroups(logs);
  for (const note of core.notes) core.around.log('warn', `${core.name}: ${note}`);
  const step =
    records === undefined ? undefined : { records, target: core.counters().recordsIn + records, by };
  await journalRunning(core, turn, step);
  // The parts of a step follow once it runs.
  if (step === undefined) await core.slot.run(left());
  turn.check();
  const { move } = core.journal.record;
  if (core.notes.length > 0 || move !== undefined) core.slot.current?.tell();
}

/** The wish and the end of the pause in one write: the job is about to read. An attempt before may have made it. */
async function journalRunning(core: JobCore, turn: Turn, step: Step | undefined): Promise<void> {
  const { change, closed } = core.pauseOver();
  await core.journal.write({ desired: 'running', step, ...core.begun(), ...change }, closed, turn.signal);
}

/** A resume that failed changes nothing, but that what is known to be broken is let go of. */
async function backToPaused(
  core: JobCore,
  by: string,
  error: StreamJobsError,
  { pause, request, resumes }: Before,
): Promise<void> {
  // A position that is gone says nothing against a pipeline that was not told to read yet: it stays warm.
  if (error.code !== 'DATA_LOSS' || core.slot.reading) await core.letGo();
  core.lastError = errorInfo(error);
  core.around.meter.refused('resume', error.code);
  // A timer fires once: the moment it was set for has passed.
  const event = by === byTimer ? without(pause?.event, 'until') : pause?.event;
  const pauseRequest = by === byTimer ? without(request, 'until') : request;
  const change = { desired: 'paused', pauseRequest, resumes, step: undefined, ...moveUndone(core) } as const;
  await core.journal.keep(change, event, pause?.number);
  await undoMove(core);
  core.enter('paused');
}

function without<T extends object>(value: T | undefined, key: keyof T): T | undefined {
  if (value === undefined) return undefined;
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key)) as T;
}
