// Carries out RESUME ... FOR n RECORDS: the job processes exactly the next n records, part by part, and is paused again.
// Invariants: 1. What is left is the journalled target minus what the checkpoint counts, so a crash changes nothing.
// 2. Between two parts the pipeline is quiet; looking at what comes next happens outside the job's queue, so that a
//    PAUSE or STOP never waits for it.
// 3. What was looked at counts only while the same step goes on.
import { positionsBehind } from '../engine/peek';
import type { StreamJobsError } from '../protocol/errors';
import { within } from './deadline';
import type { JobCore } from './jobCore';
import { asError, messages } from './messages';
import { Superseded, type Turn } from './requestQueue';
import type { Step } from './store';
import { pause } from './turns/pause';
import { WakeUp } from './wakeUp';

export class Stepper {
  private busy = false;
  private readonly timer: WakeUp;
  private waiting: { step: Step; resolve: () => void }[] = [];

  /** `inTurn` runs something when it is the step's turn in the job's queue; `failed` hears of a pipeline's failure. */
  constructor(
    private readonly core: JobCore,
    private readonly job: {
      inTurn: (act: (turn: Turn) => Promise<void>) => Promise<unknown>;
      failed: (error: StreamJobsError) => void;
    },
  ) {
    this.timer = new WakeUp(core.around.clock);
  }

  /** Something happened: goes on with the step if it is its time, tells those who wait for its end. */
  goOn(): void {
    const { step } = this.core.journal.record;
    for (const { resolve } of this.waiting.filter((waiter) => waiter.step !== step)) resolve();
    this.waiting = this.waiting.filter((waiter) => waiter.step === step);
    if (step === undefined) this.timer.cancel();
    if (step === undefined || this.busy || !this.isDue(step)) return;
    this.busy = true;
    void this.attempt(step).then((laterMs) => {
      this.busy = false;
      if (laterMs === undefined) this.goOn();
      else this.timer.after(laterMs, () => this.goOn());
    });
  }

  /** Resolves when this step is over, however that came. */
  over(step: Step): Promise<void> {
    if (this.core.journal.record.step !== step) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push({ step, resolve }));
  }

  /** For good. */
  end(): void {
    this.timer.end();
  }

  private isDue(step: Step): boolean {
    const { state, slot, journal } = this.core;
    return state === 'running' && journal.record.step === step && slot.current !== undefined && !slot.reading;
  }

  /** One part. Returns after how long to look again, undefined when that depends on what was begun. Never rejects. */
  private async attempt(step: Step): Promise<number | undefined> {
    const { limits, around } = this.core;
    try {
      const begun = await (this.core.leftOf(step) === 0 ? this.finish(step) : this.part(step));
      return begun ? undefined : limits.stepLookMs;
    } catch (error) {
      if (error instanceof Superseded) return undefined;
      const { code, message } = asError(error, `${this.core.name} could not go on with its step`);
      if (code === 'STOPPED_MEANWHILE' || code === 'CANCELLED') return undefined;
      around.log('warn', `${this.core.name}: ${message}`);
      if (this.isDue(step)) this.core.trouble = message;
      around.changed(this.core.name);
      return limits.retryFirstMs;
    }
  }

  private async finish(step: Step): Promise<boolean> {
    const request = { at: this.core.around.clock.now(), by: step.by, reason: 'step' };
    await this.job.inTurn(async (turn) => {
      if (this.isDue(step)) await pause(this.core, turn, request);
    });
    return true;
  }

  /** Returns whether there was anything to begin with. */
  private async part(step: Step): Promise<boolean> {
    const { core } = this;
    const { stepPartRecords, startDeadlineMs: ms } = core.limits;
    const records = Math.min(core.leftOf(step), stepPartRecords);
    const { current: pipeline } = core.slot;
    const next = await looking(core, () => pipeline?.peek({ records, bytesMax: 0 }) ?? Promise.resolve([]));
    // Without records all that may be left is the end of the sources, which ends the job.
    const isEnd = next.length === 0 && pipeline?.ended === true;
    if (next.length === 0 && !isEnd) return false;
    await this.job.inTurn(async (turn) => {
      if (!this.isDue(step) || core.slot.current !== pipeline) return;
      const wait = core.wait(turn, ms, () => messages.startTimeout(core.name, ms));
      core.trouble = undefined;
      try {
        await (isEnd ? core.slot.run(wait) : core.slot.runTo(positionsBehind(next), wait));
      } catch (error) {
        turn.check();
        // The pipeline is in no state to go on.
        this.job.failed(asError(error, core.name));
        throw error;
      }
    });
    return true;
  }
}

/** A look at a job from the side, with an end. @throws StreamJobsError SOURCE_UNAVAILABLE when that took too long */
export function looking<T>(core: JobCore, look: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { lookDeadlineMs: ms, graceMs } = core.limits;
  const late = () => messages.lookLate(core.name, ms);
  return within({ clock: core.around.clock, ms, graceMs, late }, look);
}
