// The appointments of a pause: when it ends by itself, and when a warm one goes cold.
import type { JobCore } from './jobCore';
import { WakeUp } from './wakeUp';

/** What is due; `pauses` says of which pause, so that one that is over is left alone. */
export interface PauseAppointments {
  /** PAUSE ... FOR or UNTIL has come to its end. */
  resume(pauses: number): void;
  cool(pauses: number): void;
}

export class PauseTimers {
  private readonly until: WakeUp;
  private readonly cooling: WakeUp;
  /** Which pause they are set for. */
  private timedPause = 0;

  constructor(
    private readonly core: JobCore,
    private readonly due: PauseAppointments,
  ) {
    const { clock } = core.around;
    this.until = new WakeUp(clock);
    this.cooling = new WakeUp(clock);
  }

  /** Once for each pause: a request refused meanwhile does not set them back. */
  set(): void {
    const { core, due } = this;
    const { pauses, pauseRequest } = core.journal.record;
    if (this.timedPause === pauses) return;
    this.timedPause = pauses;
    const until = core.pause?.until;
    const wake = () => due.resume(pauses);
    const madeHere = core.pausedMonotonic !== undefined;
    if (madeHere && pauseRequest?.forMs !== undefined) this.until.after(pauseRequest.forMs, wake);
    else if (until !== undefined) this.until.at(until, wake);
    if (core.depth === 'warm') this.cooling.after(core.warmMs, () => due.cool(pauses));
  }

  cancel(): void {
    this.until.cancel();
    this.cooling.cancel();
  }

  /** For good. */
  end(): void {
    this.until.end();
    this.cooling.end();
  }
}
