// Resuming a job: check that its positions still exist, journal, read, close the pause. Answered when it really
// reads again; whatever fails before that leaves it paused.
import { StreamJobsError } from '../../protocol/errors';
import type { ResumeOptions } from '../../protocol/rpc';
import { byTimer, errorInfo, type JobCore } from '../jobCore';
import { asError, messages } from '../messages';
import type { Turn } from '../requestQueue';

/** @throws StreamJobsError JOB_NOT_PAUSED, RESUME_TIMEOUT, DATA_LOSS, STORAGE and what the sources say */
export async function resume(core: JobCore, turn: Turn, { by }: ResumeOptions): Promise<void> {
  if (core.state !== 'paused') throw messages.jobNotPaused(core.standing());
  core.enter('resuming');
  try {
    await readAgain(core, turn);
  } catch (error) {
    turn.check();
    const failure = asError(error, `${core.name} could not be resumed`);
    await backToPaused(core, by, failure);
    throw failure;
  }
  const { clock, meter } = core.around;
  const closed = core.pauseEnded(clock.now());
  await core.journal.keep({ resumes: core.journal.record.resumes + 1, pauseRequest: undefined }, closed);
  turn.check();
  core.lastError = undefined;
  core.trouble = undefined;
  core.enter('running');
  meter.resumed(closed?.durationMs ?? 0);
}

/** Tries until the deadline, with growing waits between, what may come right by itself. */
async function readAgain(core: JobCore, turn: Turn): Promise<void> {
  const { clock } = core.around;
  const { resumeDeadlineMs: ms, retryMaxMs } = core.limits;
  const due = clock.monotonic() + ms;
  let waitMs = core.limits.retryFirstMs;
  for (;;) {
    try {
      await attempt(core, turn, due);
      return;
    } catch (error) {
      turn.check();
      const mayComeRight =
        error instanceof StreamJobsError && error.retriable && error.code !== 'RESUME_TIMEOUT';
      if (!mayComeRight || error.code === 'STORAGE') throw error;
      await core.slot.close();
      if (clock.monotonic() + waitMs >= due) throw messages.resumeTimeout(core.name, ms, error.message);
      core.trouble = error.message;
      core.around.changed(core.name);
    }
    await clock.sleep(waitMs, turn.signal);
    turn.check();
    waitMs = Math.min(waitMs * 2, retryMaxMs);
  }
}

async function attempt(core: JobCore, turn: Turn, due: number): Promise<void> {
  const { clock } = core.around;
  const late = () => messages.resumeTimeout(core.name, core.limits.resumeDeadlineMs, core.trouble);
  const left = () => core.wait(turn, Math.max(1, due - clock.monotonic()), late);
  if (core.slot.current === undefined) await core.slot.open(core.plan().spec, left());
  else await checkPositions(core);
  turn.check();
  await core.journal.write({ desired: 'running' }, undefined, turn.signal);
  await core.slot.run(left());
  turn.check();
}

/** Refuses to go on where the log no longer has what the job would read next. Unknown ends refuse nothing. */
async function checkPositions(core: JobCore): Promise<void> {
  await core.readLag();
  const partitions = core.readings.partitions ?? [];
  const lost = partitions.flatMap(({ stream, partition, position, start }) =>
    start !== null && start > position ? [{ stream, partition, position, start }] : [],
  );
  if (lost.length > 0) throw messages.dataLoss(core.name, lost);
  for (const { stream, partition, position, end } of partitions) {
    if (end !== null && end < position)
      throw messages.logRecreated(core.name, { stream, partition, position, end });
  }
}

/** A resume that failed changes nothing, but that what is known to be broken is let go of. */
async function backToPaused(core: JobCore, by: string, error: StreamJobsError): Promise<void> {
  // A position that is gone says nothing against the pipeline: it stays warm.
  if (error.code !== 'DATA_LOSS') await core.letGo();
  core.lastError = errorInfo(error);
  core.around.meter.refused('resume', error.code);
  const { record, openPause } = core.journal;
  const request = record.pauseRequest ?? core.pause;
  // A timer fires once: the moment it was set for has passed.
  const event = by === byTimer ? without(openPause?.event, 'until') : openPause?.event;
  const pauseRequest = by === byTimer ? without(request, 'until') : request;
  await core.journal.keep({ desired: 'paused', pauseRequest }, event);
  core.enter('paused');
}

function without<T extends object>(value: T | undefined, key: keyof T): T | undefined {
  if (value === undefined) return undefined;
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key)) as T;
}
