// One job: its queue of requests, its appointments, and what its pipeline tells it.
import type { PreviewPlan } from '../analysis/plan';
import type {
  DeadLetter,
  NextRecord,
  PeekRequest,
  RetryOutcome,
  StateRows,
  StreamLog,
} from '../engine/engine';
import type { StreamJobsError } from '../protocol/errors';
import type { JobDetails, JobSnapshot, JobState, PauseDepth } from '../protocol/jobs';
import type { PauseOptions, ResumeFrom, ResumeOptions } from '../protocol/rpc';
import { byTimer, JobCore, type JobSurroundings, type PlannedJob } from './jobCore';
import { deadLettersOf, retryDeadLetters } from './jobLetters';
import { asError, messages, type JobStanding } from './messages';
import { peek, queryState } from './jobLooks';
import { pauseRequest } from './pauseRequest';
import { PauseTimers } from './pauseTimers';
import { RequestQueue, Superseded, type RequestKind, type Submission, type Turn } from './requestQueue';
import { detailsOf, snapshotOf } from './snapshots';
import { Stepper } from './stepper';
import type { JobRecord, PauseRecord } from './store';
import { tidyVersions } from './turns/databases';
import { beginBeside, catchUp, swap, type Green } from './turns/blueGreen';
import { deploy, deployCanary, rollback } from './turns/deploy';
import { giveUp, type NewVersion } from './turns/replacement';
import { discard, drop } from './turns/drop';
import { completePause, goCold, pause, pauseOnError } from './turns/pause';
import { pauseForLoss, placeOf } from './turns/relocate';
import { resume } from './turns/resume';
import { recover, restart, start } from './turns/start';
import { finish, stop } from './turns/stop';
import { versionMessages } from './versionMessages';
import { WakeUp } from './wakeUp';

const byJob: Submission = { by: 'job' };

export class Job {
  private readonly core: JobCore;
  private readonly queue: RequestQueue<JobDetails>;
  private readonly stepper: Stepper;
  private readonly pauseTimers: PauseTimers;
  private readonly retryTimer: WakeUp;
  private retryMs: number;
  /** Counts deployments beside, which are never joined. */
  private deployments = 0;

  private constructor(
    private readonly around: JobSurroundings,
    stored: { record: JobRecord; pauses: PauseRecord[] },
    state: JobState,
    since: number,
  ) {
    const { name } = stored.record;
    const { clock, limits } = around;
    const events = {
      finished: () => this.quietly(finish),
      failed: (error: StreamJobsError) => this.pipelineFailed(error),
      pauseWanted: (reason: string) => this.pauseWanted(reason),
      trouble: (message: string | null) => this.inTrouble(message),
      reached: () => this.stepper.goOn(),
    };
    const removed = () => this.gone();
    this.core = new JobCore({ ...around, removed }, stored, events, state, since);
    this.queue = new RequestQueue({
      waitingMax: limits.requestsMax,
      full: () => messages.tooManyRequests(name, limits.requestsMax),
      stopped: () => messages.stoppedMeanwhile(name),
    });
    this.stepper = new Stepper(this.core, (act) => this.request('pause', act, byJob));
    this.pauseTimers = new PauseTimers(this.core, {
      resume: (pauses) => this.resumeByTimer(pauses),
      cool: (pauses) => this.cool(pauses),
    });
    this.retryTimer = new WakeUp(clock);
    this.retryMs = limits.retryFirstMs;
    this.core.recallCheckpoint();
  }

  /** A job that did not exist: begins with `start`. */
  static create(around: JobSurroundings, record: JobRecord): Job {
    return new Job(around, { record, pauses: [] }, 'starting', record.startedAt);
  }

  /** A job from the store, in its last journalled state; begins with `comeBack`. */
  static restore(around: JobSurroundings, stored: { record: JobRecord; pauses: PauseRecord[] }): Job {
    const { record, pauses } = stored;
    const { ended } = record;
    if (ended !== undefined) return new Job(around, stored, ended.state, ended.at);
    if (record.desired !== 'paused') return new Job(around, stored, 'starting', around.clock.now());
    const paused = pauses.at(-1)?.event.pausedAt;
    return new Job(around, stored, 'paused', paused === undefined ? around.clock.now() : Date.parse(paused));
  }

  /** Whether it goes on by itself once it comes back. */
  get isToRun(): boolean {
    return this.state === 'starting';
  }

  get name(): string {
    return this.core.name;
  }
  get state(): JobState {
    return this.core.state;
  }
  /** Of a paused job. */
  get depth(): PauseDepth | undefined {
    return this.core.depth;
  }
  get standing(): JobStanding {
    return this.core.standing();
  }
  /** The statement as last understood; undefined when it cannot be, or was not yet. */
  get planned(): PlannedJob | undefined {
    return this.core.planned;
  }
  /** What `planned` is once it was tried. */
  understood(): PlannedJob | undefined {
    this.core.understand();
    return this.core.planned;
  }
  get record(): JobRecord {
    return this.core.journal.record;
  }

  /** Starts it for the first time. @throws StreamJobsError: then nothing of it is left */
  start(): Promise<JobDetails> {
    return this.request('start', (turn) => start(this.core, turn));
  }

  /** Goes on where the store says it was, in the background. */
  comeBack(): void {
    const { record } = this.core.journal;
    this.core.understand();
    if ((record.spareDatabases ?? []).length > 0) this.quietly(tidyVersions);
    if (record.dropping === true) this.quietly((core, turn) => discard(core, turn));
    else if (this.state === 'starting') this.attemptToRecover();
    else if (record.checkpoint === undefined) this.comeBackReading();
    else this.quietly((core, turn) => this.comeBackQuiet(core, turn));
  }

  pause(options: PauseOptions): Promise<JobDetails> {
    const { cold = false, reason, forMs, until } = options;
    const act = async (turn: Turn) => {
      const { core } = this;
      const request = pauseRequest(options, this.around.clock.now(), core.limits);
      const onlyCold = cold && (reason ?? forMs ?? until) === undefined;
      if (onlyCold && core.depth === 'warm') await goCold(core);
      else await pause(core, turn, request, cold);
    };
    return this.request('pause', act, { sameAs: JSON.stringify([cold, forMs, until]) });
  }

  /** With `records`: answers when they are processed and it is paused again, or lacks some of them after a while. */
  async resume(options: ResumeOptions): Promise<JobDetails> {
    const { from, acceptDataLoss, records } = options;
    const act = (turn: Turn) => resume(this.core, turn, options);
    const sameAs = JSON.stringify([from, acceptDataLoss, records]);
    const resumed = await this.request('resume', act, { sameAs });
    const { step } = this.record;
    if (records === undefined || step === undefined) return resumed;
    const answered = new AbortController();
    const late = this.around.clock.sleep(this.core.limits.stepAnswerMs, answered.signal);
    await Promise.race([this.stepper.over(step), late]);
    answered.abort();
    return this.details();
  }

  /** What it would process next. Changes nothing, in any state of the job. */
  peek(request: PeekRequest): Promise<NextRecord[]> {
    if (this.core.slot.current !== undefined) return peek(this.core, request);
    return this.aside(() => peek(this.core, request));
  }

  /** The logs of a job that does not read, and where `from` would be in them. Changes nothing. @throws StreamJobsError */
  logs(from?: ResumeFrom): Promise<StreamLog[]> {
    const { lagDeadlineMs: ms } = this.core.limits;
    const wait = { ms, late: () => messages.startTimeout(this.name, ms) };
    return this.aside(() => this.core.logs(wait, from === undefined ? undefined : placeOf(from)));
  }

  restart(): Promise<JobDetails> {
    const restarting = this.request('restart', (turn) => restart(this.core, turn));
    restarting.catch((error: unknown) => this.tryAgain(error));
    return restarting;
  }

  /** @throws StreamJobsError see turns/deploy.ts; what became of the old version is said in it */
  deploy(wanted: NewVersion): Promise<JobDetails> {
    const { version, statement } = wanted;
    const sameAs = JSON.stringify([version, statement]);
    const { canaryPercent } = wanted;
    if (canaryPercent === undefined) return this.replaced((turn) => deploy(this.core, turn, wanted), sameAs);
    return this.replaced((turn) => deployCanary(this.core, turn, { ...wanted, canaryPercent }), sameAs);
  }

  /** Has the new version catch up beside the old one before it takes over; PAUSE, STOP and others end that. */
  async deployBeside(wanted: NewVersion): Promise<JobDetails> {
    let green: Green | undefined;
    const only = { sameAs: `beside ${(this.deployments += 1)}` };
    try {
      await this.request(
        'deploy',
        async (turn) => void (green = await beginBeside(this.core, turn, wanted)),
        only,
      );
      const beside = green;
      if (beside === undefined) throw messages.internal(this.name, 'there is no version beside it');
      await this.request('catchUp', (turn) => catchUp(this.core, turn, beside), only);
      return await this.replaced((turn) => swap(this.core, turn, beside), only.sameAs);
    } catch (error) {
      await green?.close();
      const cause = asError(error, this.name);
      const given =
        cause.code === 'STOPPED_MEANWHILE' ? versionMessages.givenUp(this.name, wanted.version) : cause;
      if (green !== undefined) this.quietly((core) => giveUp(core, given.message));
      throw given;
    }
  }

  /** Without a version, to the one that ran before. */
  rollback(by: string, version: string | undefined): Promise<JobDetails> {
    return this.replaced((turn) => rollback(this.core, turn, by, version), JSON.stringify([version]));
  }

  stop(by: string, force: boolean): Promise<JobDetails> {
    return this.request('stop', (turn) => stop(this.core, turn, by, force));
  }

  /** Its newest dead letters, the newest first; `bytesMax` of each key and value. Changes nothing. */
  deadLetters(max: number, bytesMax: number): Promise<DeadLetter[]> {
    return this.aside(() => deadLettersOf(this.core, max, bytesMax));
  }

  /** Tries dead letters again, all or one. Not in the queue: a pause does not wait for it, it ends it. */
  retryDeadLetters(number: number | undefined): Promise<RetryOutcome> {
    return retryDeadLetters(this.core, number);
  }

  /** Removes it with everything it kept. */
  drop(): Promise<JobDetails> {
    return this.request('drop', (turn) => drop(this.core, turn));
  }

  snapshot(): JobSnapshot {
    return snapshotOf(this.core);
  }

  details(): JobDetails {
    return detailsOf(this.core);
  }

  /** Reads lag and counters. Never rejects. */
  readLag(): Promise<void> {
    const { state } = this;
    return state === 'stopped' || state === 'failed' ? Promise.resolve() : this.core.readLag();
  }

  /** Checkpoints and lets go; the journal keeps what the job is to be. */
  async shutDown(): Promise<void> {
    this.endTimers();
    await this.queue.end(() => messages.serverClosing());
    const { core } = this;
    if (core.slot.current !== undefined && core.state !== 'paused') {
      const { pauseDeadlineMs: ms } = core.limits;
      const late = () => messages.pauseTimeout(this.name, ms);
      await core.slot.quiesce({ ms, late }).catch((error: unknown) => {
        this.around.log(
          'warn',
          `${this.name}: not checkpointed at the end: ${asError(error, 'engine').message}`,
        );
      });
    }
    await core.slot.close();
    await core.unwatch();
    core.journal.end();
  }

  /** Dropped, or never begun: whatever waits finds no job. */
  private gone(): void {
    this.queue.endAfter(() => messages.jobNotFound(this.name, []));
    this.endTimers();
    this.around.removed(this.name);
  }

  private request(
    kind: RequestKind,
    act: (turn: Turn) => Promise<void>,
    submission: Submission = {},
  ): Promise<JobDetails> {
    const turn = async (own: Turn) => {
      try {
        await act(own);
      } finally {
        this.turnEnded();
      }
      return this.details();
    };
    return this.queue.submit(kind, turn, submission);
  }

  private replaced(act: (turn: Turn) => Promise<void>, sameAs: string): Promise<JobDetails> {
    const replace = async (turn: Turn) => {
      try {
        await act(turn);
      } finally {
        // The old version is tried again until it can go on.
        if (this.core.state === 'starting')
          this.retryTimer.after(this.retryMs, () => this.attemptToRecover());
      }
    };
    return this.request('deploy', replace, { sameAs });
  }

  /** Runs a query of what it keeps, over what is committed; in any state of the job. */
  queryState(plan: PreviewPlan): Promise<StateRows> {
    if (this.core.slot.current !== undefined) return queryState(this.core, plan);
    return this.aside(() => queryState(this.core, plan));
  }

  /** Between two turns, so that nobody opens or closes what is looked at. */
  private aside<T>(look: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const act = async () => resolve(await look());
      this.request('internal', act, byJob).catch(reject);
    });
  }

  /** A turn nobody waits for. */
  private quietly(act: (core: JobCore, turn: Turn) => Promise<void>): void {
    this.unheard(this.request('internal', (turn) => act(this.core, turn), byJob));
  }

  private unheard(turn: Promise<unknown>): void {
    turn.catch((error: unknown) => this.logUnlessSuperseded(error));
  }

  /** Makes the appointments that fit the state the turn ended in. */
  private turnEnded(): void {
    const { core } = this;
    this.stepper.goOn();
    if (core.state === 'paused') {
      this.pauseTimers.set();
      if (core.readings.partitions === undefined) void core.readLag();
      return;
    }
    this.pauseTimers.cancel();
    if (core.state !== 'starting') this.retryTimer.cancel();
    if (core.state === 'running') {
      this.retryMs = core.limits.retryFirstMs;
      void core.readLag();
      if (core.slot.takeFinished()) this.quietly(finish);
    }
  }

  private endTimers(): void {
    this.pauseTimers.end();
    this.retryTimer.end();
    this.stepper.end();
  }

  /** The end of PAUSE ... FOR and UNTIL: only of the pause it was made for. */
  private resumeByTimer(pauses: number): void {
    const act = async (turn: Turn) => {
      if (this.core.state !== 'paused' || this.record.pauses !== pauses) return;
      await resume(this.core, turn, { by: byTimer });
    };
    this.unheard(this.request('resume', act, byJob));
  }

  private cool(pauses: number): void {
    this.quietly(async (core) => {
      if (core.state !== 'paused' || this.record.pauses !== pauses) return;
      await goCold(core);
    });
  }

  /**
   * Only while running is a failure of the pipeline one of the job, and only one that does not pass: a paused job stays
   * paused, cold. A position that is gone is a question to the user: the job waits for the answer, paused.
   */
  private pipelineFailed(error: StreamJobsError): void {
    const { generation } = this.core.slot;
    this.quietly(async (core, turn) => {
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
      this.around.changed(this.name);
    });
  }

  /** The pipeline is of no use any more, as after a full disk, and its next one may be. */
  private async openAgain(error: StreamJobsError): Promise<void> {
    const { core } = this;
    core.enter('starting');
    await core.letGo();
    core.trouble = error.message;
    this.retryTimer.after(core.limits.retryFirstMs, () => this.attemptToRecover());
  }

  /** `on.error` = pause: tried again until it is done, the pipeline waits before the record meanwhile. */
  private pauseWanted(reason: string): void {
    const { generation } = this.core.slot;
    const stale = () => this.core.slot.generation !== generation || this.core.state !== 'running';
    const { reasonCharsMax, retryFirstMs } = this.core.limits;
    const act = async (turn: Turn) => {
      if (stale()) return;
      await pause(this.core, turn, pauseOnError(this.around.clock.now(), reason, reasonCharsMax));
    };
    this.request('pause', act, byJob).catch((error: unknown) => {
      this.logUnlessSuperseded(error);
      this.retryTimer.after(retryFirstMs, () => {
        if (!stale()) this.pauseWanted(reason);
      });
    });
  }

  private inTrouble(message: string | null): void {
    this.core.trouble = message ?? undefined;
    if (message !== null) this.around.log('warn', `${this.name}: ${message}`);
    this.around.changed(this.name);
  }

  /** Tries to go on after the server came back. */
  private attemptToRecover(): void {
    const attempt = this.request('recover', (turn) => recover(this.core, turn), byJob);
    attempt.catch((error: unknown) => this.tryAgain(error));
  }

  /** Later, and again and again, where what failed may come right by itself. */
  private tryAgain(error: unknown): void {
    if (this.core.state !== 'starting' || error instanceof Superseded) return;
    this.logUnlessSuperseded(error);
    this.around.changed(this.name);
    this.retryTimer.after(this.retryMs, () => this.attemptToRecover());
    this.retryMs = Math.min(this.retryMs * 2, this.core.limits.retryMaxMs);
  }

  /** Its checkpoint has to be read: opening a database takes memory and time, so only a few at once. */
  private comeBackReading(): void {
    const reading = this.around.checkpointReads.run(() =>
      this.request('internal', (turn) => this.comeBackQuiet(this.core, turn), byJob),
    );
    this.unheard(reading);
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

  private logUnlessSuperseded(error: unknown): void {
    if (error instanceof Superseded) return;
    const { code, message } = asError(error, this.name);
    if (code !== 'STOPPED_MEANWHILE' && code !== 'CANCELLED') this.around.log('warn', message);
  }
}
