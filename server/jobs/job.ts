// One job: what can be asked of it.
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
import { within } from './deadline';
import { JobCore, type JobSurroundings, type PlannedJob } from './jobCore';
import { deadLettersOf, retryDeadLetters } from './jobLetters';
import { asError, messages, type JobStanding } from './messages';
import { peek, queryState } from './jobLooks';
import { JobRequests } from './jobRequests';
import { JobSupervisor } from './jobSupervisor';
import { pauseRequest } from './pauseRequest';
import type { Turn } from './requestQueue';
import { detailsOf, snapshotOf } from './snapshots';
import type { JobRecord, PauseRecord } from './store';
import { beginBeside, catchUp, swap, type Green } from './turns/blueGreen';
import { deploy, deployCanary, rollback } from './turns/deploy';
import { giveUp, type NewVersion } from './turns/replacement';
import { drop } from './turns/drop';
import { goCold, pause } from './turns/pause';
import { placeOf } from './turns/relocate';
import { resume } from './turns/resume';
import { restart, start } from './turns/start';
import { stop } from './turns/stop';
import { versionMessages } from './versionMessages';

export class Job {
  private readonly core: JobCore;
  private readonly requests: JobRequests;
  private readonly supervisor: JobSupervisor;
  /** Counts deployments beside, which are never joined. */
  private deployments = 0;

  private constructor(
    private readonly around: JobSurroundings,
    stored: { record: JobRecord; pauses: PauseRecord[] },
    state: JobState,
    since: number,
  ) {
    const events = {
      finished: () => this.supervisor.finished(),
      failed: (error: StreamJobsError) => this.supervisor.failed(error),
      pauseWanted: (reason: string) => this.supervisor.pauseWanted(reason),
      trouble: (message: string | null) => this.supervisor.trouble(message),
      reached: () => this.supervisor.reached(),
    };
    const removed = () => this.gone();
    this.core = new JobCore({ ...around, removed }, stored, events, state, since);
    this.requests = new JobRequests(this.core, () => this.supervisor.turnEnded());
    this.supervisor = new JobSupervisor(this.core, this.requests);
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
  /** How long a pause would keep it warm; 0 for not at all. */
  get warmMs(): number {
    return this.core.warmMs;
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
    return this.requests.submit('start', (turn) => start(this.core, turn));
  }

  /** Goes on where the store says it was, in the background. */
  comeBack(): void {
    this.supervisor.comeBack();
  }

  pause(options: PauseOptions): Promise<JobDetails> {
    const { cold = false, reason, forMs, until } = options;
    const act = async (turn: Turn) => {
      const { core } = this;
      const request = pauseRequest(options, this.around.clock.now());
      const onlyCold = cold && (reason ?? forMs ?? until) === undefined;
      if (onlyCold && core.depth === 'warm') await goCold(core);
      else await pause(core, turn, request, cold);
    };
    return this.requests.submit('pause', act, { sameAs: JSON.stringify([cold, forMs, until]) });
  }

  /** With `records`: answers when they are processed and it is paused again, or lacks some of them after a while. */
  async resume(options: ResumeOptions): Promise<JobDetails> {
    const { from, acceptDataLoss, records } = options;
    const act = (turn: Turn) => resume(this.core, turn, options);
    const sameAs = JSON.stringify([from, acceptDataLoss, records]);
    const resumed = await this.requests.submit('resume', act, { sameAs });
    const { step } = this.record;
    if (records === undefined || step === undefined) return resumed;
    const answered = new AbortController();
    const late = this.around.clock.sleep(this.core.limits.stepAnswerMs, answered.signal);
    await Promise.race([this.supervisor.stepOver(step), late]);
    answered.abort();
    return this.details();
  }

  /** What it would process next. Changes nothing, in any state of the job. */
  peek(request: PeekRequest): Promise<NextRecord[]> {
    if (this.core.slot.current !== undefined) return peek(this.core, request);
    return this.requests.aside(() => peek(this.core, request));
  }

  /** The retention horizon it would have were it paused now, epoch ms; null as for Watch.horizon. Never rejects. */
  horizonIfPaused(): Promise<number | null> {
    const { core } = this;
    const { lagDeadlineMs: ms } = core.limits;
    const wait = {
      clock: this.around.clock,
      ms,
      graceMs: 1,
      late: () => messages.startTimeout(this.name, ms),
    };
    const ask = () => core.slot.current?.horizon(true) ?? Promise.resolve(null);
    return within(wait, ask).catch(() => null);
  }

  /** The logs of a job that does not read, and where `from` would be in them. Changes nothing. @throws StreamJobsError */
  logs(from?: ResumeFrom): Promise<StreamLog[]> {
    const { lagDeadlineMs: ms } = this.core.limits;
    const wait = { ms, late: () => messages.startTimeout(this.name, ms) };
    return this.requests.aside(() => this.core.logs(wait, from === undefined ? undefined : placeOf(from)));
  }

  restart(): Promise<JobDetails> {
    const restarting = this.requests.submit('restart', (turn) => restart(this.core, turn));
    restarting.catch((error: unknown) => this.supervisor.tryAgain(error));
    return restarting;
  }

  /** @throws StreamJobsError see turns/deploy.ts; what became of the old version is said in it */
  deploy(wanted: NewVersion): Promise<JobDetails> {
    const { version, statement } = wanted;
    const { canaryPercent } = wanted;
    const act = (turn: Turn) =>
      canaryPercent === undefined
        ? deploy(this.core, turn, wanted)
        : deployCanary(this.core, turn, { ...wanted, canaryPercent });
    return this.requests.submit('deploy', act, { sameAs: JSON.stringify([version, statement]) });
  }

  /** Has the new version catch up beside the old one before it takes over; PAUSE, STOP and others end that. */
  async deployBeside(wanted: NewVersion): Promise<JobDetails> {
    let green: Green | undefined;
    const only = { sameAs: `beside ${(this.deployments += 1)}` };
    try {
      await this.requests.submit(
        'deploy',
        async (turn) => void (green = await beginBeside(this.core, turn, wanted)),
        only,
      );
      const beside = green;
      if (beside === undefined) throw messages.internal(this.name, 'there is no version beside it');
      await this.requests.submit('catchUp', (turn) => catchUp(this.core, turn, beside), only);
      return await this.requests.submit('deploy', (turn) => swap(this.core, turn, beside), only);
    } catch (error) {
      await green?.close();
      const cause = asError(error, this.name);
      const given =
        cause.code === 'STOPPED_MEANWHILE' ? versionMessages.givenUp(this.name, wanted.version) : cause;
      if (green !== undefined) this.requests.quietly((core) => giveUp(core, given.message));
      throw given;
    }
  }

  /** Without a version, to the one that ran before. */
  rollback(by: string, version: string | undefined): Promise<JobDetails> {
    const act = (turn: Turn) => rollback(this.core, turn, by, version);
    return this.requests.submit('deploy', act, { sameAs: JSON.stringify([version]) });
  }

  stop(by: string, force: boolean): Promise<JobDetails> {
    return this.requests.submit('stop', (turn) => stop(this.core, turn, by, force));
  }

  /** Its newest dead letters, the newest first; `bytesMax` of each key and value. Changes nothing. */
  deadLetters(max: number, bytesMax: number): Promise<DeadLetter[]> {
    return this.requests.aside(() => deadLettersOf(this.core, max, bytesMax));
  }

  /** Tries dead letters again, all or one. Not in the queue: a pause does not wait for it, it ends it. */
  retryDeadLetters(number: number | undefined): Promise<RetryOutcome> {
    return retryDeadLetters(this.core, number);
  }

  /** Removes it with everything it kept. */
  drop(): Promise<JobDetails> {
    return this.requests.submit('drop', (turn) => drop(this.core, turn));
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
    this.supervisor.end();
    await this.requests.end(() => messages.serverClosing());
    const { core } = this;
    if (core.slot.current !== undefined && core.state !== 'paused') {
      const { leaveDeadlineMs: ms } = core.limits;
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

  /** Runs a query of what it keeps, over what is committed; in any state of the job. */
  queryState(plan: PreviewPlan): Promise<StateRows> {
    if (this.core.slot.current !== undefined) return queryState(this.core, plan);
    return this.requests.aside(() => queryState(this.core, plan));
  }

  /** Dropped, or never begun: whatever waits finds no job. */
  private gone(): void {
    this.requests.endAfter(() => messages.jobNotFound(this.name, []));
    this.supervisor.end();
    this.around.removed(this.name);
  }
}
