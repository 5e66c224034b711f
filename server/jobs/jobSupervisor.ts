// What a job does by itself: comes back with the server, tries again what may come right, keeps the appointments of a
// pause, goes on with a step, and answers what its pipeline tells.
import type { StreamJobsError } from '../protocol/errors';
import { byTimer, type JobCore } from './jobCore';
import { byJob, type JobRequests } from './jobRequests';
import { PauseTimers } from './pauseTimers';
import type { SlotEvents } from './pipelineSlot';
import { Superseded, type Turn } from './requestQueue';
import { Stepper } from './stepper';
import type { Step } from './store';
import { tidyVersions } from './turns/databases';
import { discard } from './turns/drop';
import { completePause, goCold, pause, pauseOnError } from './turns/pause';
import { pauseForLoss } from './turns/relocate';
import { resume } from './turns/resume';
import { recover } from './turns/start';
import { finish } from './turns/stop';
import { onItsWay } from './versions';
import { WakeUp } from './wakeUp';

export class JobSupervisor implements SlotEvents {
  private readonly stepper: Stepper;
  private readonly pauseTimers: PauseTimers;
  private readonly retryTimer: WakeUp;
  private retryMs: number;

  constructor(
    private readonly core: JobCore,
    private readonly requests: JobRequests,
  ) {
    this.stepper = new Stepper(core, {
      inTurn: (act) => requests.submit('pause', act, byJob),
      failed: (error) => this.failed(error),
    });
    this.pauseTimers = new PauseTimers(core, {
      resume: (pauses) => this.resumeByTimer(pauses),
      cool: (pauses) => this.cool(pauses),
    });
    this.retryTimer = new WakeUp(core.around.clock);
    this.retryMs = core.limits.retryFirstMs;
  }

  /** Goes on where the store says it was, in the background. */
  comeBack(): void {
    const { record } = this.core.journal;
    this.core.understand();
    if ((record.spareDatabases ?? []).length > 0 || onItsWay(record)) this.requests.quietly(tidyVersions);
    if (record.dropping === true) this.requests.quietly((core, turn) => discard(core, turn));
    else if (this.core.state === 'starting') this.attemptToRecover();
    else if (record.checkpoint === undefined) this.comeBackReading();
    else this.requests.quietly((core, turn) => this.comeBackQuiet(core, turn));
  }

  /** Makes the appointments that fit the state the turn ended in. */
  turnEnded(): void {
    const { core } = this;
    this.stepper.goOn();
    if (core.state === 'paused') {
      this.pauseTimers.set();
      if (core.readings.partitions === undefined) void core.readLag();
      return;
    }
    this.pauseTimers.cancel();
    if (core.state !== 'starting') this.retryTimer.cancel();
    // Whatever left it so: it is tried until it can go on.
    else if (!this.retryTimer.isSet) this.retryTimer.after(this.retryMs, () => this.attemptToRecover());
    if (core.state === 'running') {
      this.retryMs = core.limits.retryFirstMs;
      void core.readLag();
      if (core.slot.takeFinished()) this.requests.quietly(finish);
    }
  }

  /** Resolves when this step is over, however that came. */
  stepOver(step: Step): Promise<void> {
    return this.stepper.over(step);
  }

  /** No appointment is kept any more. */
  end(): void {
    this.pauseTimers.end();
    this.retryTimer.end();
    this.stepper.end();
  }

  finished(): void {
    this.requests.quietly(finish);
  }

  reached(): void {
    this.stepper.goOn();
  }

  /**
   * Only while running is a failure of the pipeline one of the job, and only one that does not pass: a paused job stays
   * paused, cold. A position that is gone is a question to the user: the job waits for the answer, paused.
   */
  failed(error: StreamJobsError): void {
    const { generation } = this.core.slot;
    this.requests.quietly(async (core, turn) => {
      if (core.slot.generation !== generation) return;
      if (core.state === 'running' && error.code === 'DATA_LOSS') {
        await pauseForLoss(core, turn, error);
        return;
      }
      if (core.state === 'running' && error.retriable) await this.openAgain(error);
      else if (core.state === 'running') await core.fail(error);
      if (core.state !== 'paused') return;
      await core.letGo();
      core.trouble = error.message;
      this.core.around.changed(this.core.name);
    });
  }

  /** `on.error` = pause: tried again until it is done, the pipeline waits before the record meanwhile. */
  pauseWanted(reason: string): void {
    const { generation } = this.core.slot;
    const stale = () => this.core.slot.generation !== generation || this.core.state !== 'running';
    const { retryFirstMs } = this.core.limits;
    const act = async (turn: Turn) => {
      if (stale()) return;
      await pause(this.core, turn, pauseOnError(this.core.around.clock.now(), reason));
    };
    this.requests.submit('pause', act, byJob).catch((error: unknown) => {
      this.requests.log(error);
      this.retryTimer.after(retryFirstMs, () => {
        if (!stale()) this.pauseWanted(reason);
      });
    });
  }

  trouble(message: string | null): void {
    this.core.trouble = message ?? undefined;
    if (message !== null) this.core.around.log('warn', `${this.core.name}: ${message}`);
    this.core.around.changed(this.core.name);
  }

  /** Later, and again and again, where what failed may come right by itself. */
  tryAgain(error: unknown): void {
    if (this.core.state !== 'starting' || error instanceof Superseded) return;
    this.requests.log(error);
    this.core.around.changed(this.core.name);
    this.retryTimer.after(this.retryMs, () => this.attemptToRecover());
    this.retryMs = Math.min(this.retryMs * 2, this.core.limits.retryMaxMs);
  }

  /** Tries to go on after the server came back. */
  private attemptToRecover(): void {
    const attempt = this.requests.submit('recover', (turn) => recover(this.core, turn), byJob);
    attempt.catch((error: unknown) => this.tryAgain(error));
  }

  /** Its checkpoint has to be read: opening a database takes memory and time, so only a few at once. */
  private comeBackReading(): void {
    const reading = this.core.around.checkpointReads.run(() =>
      this.requests.submit('internal', (turn) => this.comeBackQuiet(this.core, turn), byJob),
    );
    this.requests.unheard(reading);
  }

  /** A job that is not running comes back: its numbers are read, a pause that a crash cut short is completed. */
  private async comeBackQuiet(core: JobCore, turn: Turn): Promise<void> {
    const isQuiet = core.state === 'paused' || core.state === 'stopped' || core.state === 'failed';
    if (isQuiet && core.journal.record.checkpoint === undefined) await core.readCheckpoint();
    turn.check();
    const { record, openPause } = core.journal;
    if (core.state !== 'paused') return;
    if (openPause === undefined) {
      const request = record.pauseRequest ?? { at: core.since, by: 'unknown' };
      await completePause(core, request);
      turn.check();
    }
    void core.readLag();
  }

  /** The pipeline is of no use any more, as after a full disk, and its next one may be. */
  private async openAgain(error: StreamJobsError): Promise<void> {
    const { core } = this;
    core.enter('starting');
    await core.letGo();
    core.trouble = error.message;
    this.retryTimer.after(core.limits.retryFirstMs, () => this.attemptToRecover());
  }

  /** The end of PAUSE ... FOR and UNTIL: only of the pause it was made for. */
  private resumeByTimer(pauses: number): void {
    const act = async (turn: Turn) => {
      if (this.core.state !== 'paused' || this.core.journal.record.pauses !== pauses) return;
      await resume(this.core, turn, { by: byTimer });
    };
    this.requests.unheard(this.requests.submit('resume', act, byJob));
  }

  private cool(pauses: number): void {
    this.requests.quietly(async (core) => {
      if (core.state !== 'paused' || this.core.journal.record.pauses !== pauses) return;
      await goCold(core);
    });
  }
}
