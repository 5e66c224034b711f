// Stopping a job: it wins over whatever runs or waits, checkpoints, and lets go of everything but its state.
import type { JobCore } from '../jobCore';
import { asError, messages } from '../messages';
import type { Turn } from '../requestQueue';

/** @throws StreamJobsError JOB_NOT_RUNNING when it is stopped already, STORAGE when that is not durable yet */
export async function stop(core: JobCore, turn: Turn, by: string, force: boolean): Promise<void> {
  // A restart that was beaten before it began has only wanted it to run.
  if (core.state === 'stopped' && core.journal.record.desired === 'stopped') {
    throw messages.jobNotRunning(core.standing());
  }
  await endAs(core, turn, `stopped by ${by}`, force);
  if (core.journal.behind) throw messages.notRecorded(core.name, 'stopped');
}

/** The sources came to their end; everything is committed. */
export async function finish(core: JobCore, turn: Turn): Promise<void> {
  if (core.state === 'running') await endAs(core, turn, 'finished', true);
}

/** Ends a job, whatever it was doing. */
export async function endAs(core: JobCore, turn: Turn, reason: string, force: boolean): Promise<void> {
  const at = core.around.clock.now();
  const ended = { state: 'stopped', at, reason } as const;
  const change = { desired: 'stopped', pauseRequest: undefined, step: undefined, ended } as const;
  await core.journal.keep(change, core.pauseEnded(at));
  if (core.state === 'stopped') return;
  if (core.state !== 'stopping') core.enter('stopping');
  await closePipeline(core, turn, force);
  core.enter('stopped');
}

/** Closes the pipeline, with a checkpoint of the last records unless forced. */
export async function closePipeline(core: JobCore, turn: Turn, force: boolean): Promise<void> {
  if (!force && core.slot.current !== undefined) {
    const { pauseDeadlineMs: ms } = core.limits;
    try {
      core.readings.stand(
        await core.slot.quiesce(core.wait(turn, ms, () => messages.pauseTimeout(core.name, ms))),
      );
      if (!turn.signal.aborted) await core.journal.keep(core.begun());
    } catch (error) {
      const { message } = asError(error, 'checkpoint');
      core.around.log(
        'warn',
        `${core.name}: goes back to its last checkpoint when it is started again: ${message}`,
      );
    }
  }
  await core.letGo();
}
