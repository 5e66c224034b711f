// What a job is made of, and the one way its state changes. The turns (turns/*.ts) act on it, one at a time.
import type { Clock, LogPlace } from '../connectors/connector';
import type {
  Engine,
  JobSpec,
  PartitionProgress,
  PipelineCounters,
  StreamLog,
  Watch,
} from '../engine/engine';
import type { StreamJobsError } from '../protocol/errors';
import type { JobErrorInfo, JobState, PauseDepth, PauseEvent } from '../protocol/jobs';
import { within } from './deadline';
import { JobJournal } from './jobJournal';
import { JobReadings } from './jobReadings';
import type { JobLimits } from './limits';
import type { Warning } from './health';
import { asError, messages, type JobStanding } from './messages';
import { PipelineSlot, type SlotEvents, type SlotWait } from './pipelineSlot';
import { transitions } from './states';
import {
  positionsOf,
  type JobRecord,
  type PauseRecord,
  type PauseRequest,
  type RestingPoint,
  type Step,
  type Store,
} from './store';
import type { Turn } from './requestQueue';
import type { Turnstile } from './turnstile';

/** A job's statement, understood: what the engine runs and what the views show of it. */
export interface PlannedJob {
  spec: JobSpec;
  pauseTimeoutMs: number;
  /** How long a pause keeps it warm, in place of the server's limit. */
  warmMs?: number;
  query: string;
  options: Record<string, string>;
  consumerGroup?: string;
  sinks: PlannedSink[];
  /** Tables and views it reads and writes. */
  reads: string[];
  writes: string[];
}

/** Where rows of a job go. */
export interface PlannedSink {
  table: string;
  connector: string;
  target: string;
  /** See Connector.singleWriter. */
  singleWriter: boolean;
}

/** Counts what happens to jobs, for the metrics. */
export interface JobMeter {
  paused(): void;
  resumed(pausedMs: number): void;
  refused(operation: 'pause' | 'resume', code: string): void;
}

/** What a job needs from the server it lives in. */
export interface JobSurroundings {
  engine: Engine;
  clock: Clock;
  store: Store;
  limits: JobLimits;
  meter: JobMeter;
  /** For opening databases only to read them. */
  checkpointReads: Turnstile;
  log(level: 'info' | 'warn' | 'error', message: string): void;
  /** @throws StreamJobsError when the statement cannot run (any more) */
  plan(record: JobRecord): PlannedJob;
  /** Names what a job kept, without its plan: for dropping it. `database` is the number of one of its databases. */
  bareSpec(name: string, database?: number): JobSpec;
  /** What all jobs of the server should know of. */
  warnings(): Warning[];
  /** The job's snapshot is another one now. */
  changed(name: string): void;
  /** The job is gone for good. */
  removed(name: string): void;
}

/** `by` of what a job does by itself. */
export const byTimer = 'timer';
export const byOnError = 'on.error';
export const byDataLoss = 'data loss';

export class JobCore {
  readonly journal: JobJournal;
  readonly slot: PipelineSlot;
  readonly readings: JobReadings;
  /** What the sources or sinks last complained about; undefined when all is well. */
  trouble: string | undefined;
  /** Why the last attempt to start or resume failed. */
  lastError: JobErrorInfo | undefined;
  /** What the resume under way found, for the history. */
  notes: string[] = [];
  /** What it found of its consumer groups when it last began to run by itself: until its next transition, which takes
   *  it into the history where that is a pause. */
  groupNotes: string[] = [];
  /** Since when a job that is to go on finds something missing, on the clock that never jumps. */
  missingSince: number | undefined;
  /** A version that is watched until then, epoch ms. */
  probation: { version: string; until: number } | undefined;
  /** On the clock that never jumps; unknown for a pause that began before this process. */
  pausedMonotonic: number | undefined;
  private plannedJob: PlannedJob | undefined;
  private triedToPlan = false;
  /** While it is paused without pipeline. */
  private watch: Watch | undefined;

  constructor(
    readonly around: JobSurroundings,
    stored: { record: JobRecord; pauses: PauseRecord[] },
    events: SlotEvents,
    public state: JobState,
    public since: number,
  ) {
    const { engine, clock, store, limits } = around;
    const { name } = stored.record;
    this.journal = new JobJournal(store, clock, limits, stored);
    this.slot = new PipelineSlot(name, engine, clock, limits, events);
    this.readings = new JobReadings(clock, limits.lagDeadlineMs);
  }

  get name(): string {
    return this.journal.record.name;
  }
  get limits(): JobLimits {
    return this.around.limits;
  }
  /** The statement as last understood; undefined when it never was. */
  get planned(): PlannedJob | undefined {
    return this.plannedJob;
  }
  get depth(): PauseDepth | undefined {
    if (this.state !== 'paused') return undefined;
    return this.slot.current === undefined ? 'cold' : 'warm';
  }
  /** How long a pause keeps it warm; 0 for not at all. */
  get warmMs(): number {
    return this.planned?.warmMs ?? this.limits.warmMs;
  }
  /** The pause that runs or is being made. */
  get pause(): PauseRequest | undefined {
    if (this.state !== 'pausing' && this.state !== 'paused' && this.state !== 'resuming') return undefined;
    const event = this.journal.openPause?.event;
    if (event === undefined) return this.journal.record.pauseRequest;
    const { pausedAt, by, reason, until } = event;
    return {
      at: Date.parse(pausedAt),
      by,
      ...(reason === undefined ? {} : { reason }),
      ...(until === undefined ? {} : { until: Date.parse(until) }),
    };
  }

  /** The only way from state to state: checks it against the table, logs and tells. */
  enter(state: JobState): void {
    if (!transitions[this.state].includes(state)) {
      throw messages.internal(
        `${this.name} cannot go from ${this.state} to ${state}`,
        'a mistake in the server',
      );
    }
    const { clock } = this.around;
    this.around.log('info', `${this.name}: ${this.state} -> ${state}`);
    if (state !== 'pausing' && this.state !== 'pausing') this.groupNotes = [];
    if (state === 'paused') this.groupNotes = [];
    if (state !== 'starting') this.missingSince = undefined;
    this.state = state;
    // A pause lasts from its beginning, as its history says, also when a resume failed meanwhile.
    this.since = (state === 'paused' ? this.pause?.at : undefined) ?? clock.now();
    if (state === 'paused' || state === 'running') this.readings.history.restart(clock.monotonic());
    if (state === 'running') this.readings.progressAt = clock.monotonic();
    if (state === 'paused' || state === 'running') this.readings.forgetHorizon();
    if (state === 'paused') this.pausedMonotonic ??= clock.monotonic();
    if (state === 'running' || state === 'stopped') this.pausedMonotonic = undefined;
    // The pipeline shares the watch's connection by now.
    if (state !== 'paused' && state !== 'resuming') void this.unwatch();
    this.around.changed(this.name);
  }

  standing(): JobStanding {
    const { pause } = this;
    const { ended, step } = this.journal.record;
    return {
      name: this.name,
      state: this.state,
      since: this.since,
      ...(pause === undefined ? {} : { pause }),
      ...(ended?.reason === undefined ? {} : { stopReason: ended.reason }),
      ...(ended?.error === undefined ? {} : { error: ended.error }),
      ...(step === undefined ? {} : { stepLeft: this.leftOf(step) }),
    };
  }

  /** Records that a step has still to process. */
  leftOf({ target }: Step): number {
    return Math.max(0, target - this.counters().recordsIn);
  }

  /** Understands the statement again: placeholders and tables may have changed. */
  plan(): PlannedJob {
    this.triedToPlan = true;
    this.plannedJob = this.around.plan(this.journal.record);
    return this.plannedJob;
  }

  /** Understands it for the views, once, where opening it is not due or not possible now. */
  understand(): void {
    if (this.triedToPlan) return;
    try {
      this.plan();
    } catch (error) {
      this.around.log('warn', `${this.name}: ${asError(error, 'its statement').message}`);
    }
  }

  /** Understands another statement than the one it had. */
  understandAnew(): void {
    this.triedToPlan = false;
    this.understand();
  }

  /** Live counters of an open pipeline, else the last known. */
  counters(): PipelineCounters {
    const { current } = this.slot;
    if (current !== undefined) this.readings.counters = current.counters();
    return this.readings.counters;
  }

  /** Reads lag, of a closed job through the engine's side door. Never rejects. */
  async readLag(): Promise<void> {
    const { current, generation } = this.slot;
    if (current !== undefined) this.readings.positions = current.positions();
    // Where a job that came back stands is unknown until its checkpoint was read; its lag would be its whole log.
    if (this.readings.positions.size === 0) return;
    const isNews = await this.readings.refresh(async () => {
      const partitions = await (current?.progress() ?? this.progressWithoutPipeline());
      // Of the same moment as the partitions, so that rates fit.
      this.counters();
      return partitions;
    });
    if (generation === this.slot.generation && (isNews || this.state === 'running'))
      this.around.changed(this.name);
    if (this.state === 'paused') await this.readHorizon();
  }

  /** When retention reaches the first unread record of a paused job: asked now and then. Never rejects. */
  private async readHorizon(): Promise<void> {
    const { readings, slot, watch } = this;
    const { horizon: before } = readings;
    await readings.refreshHorizon(
      this.limits.horizonMs,
      async () => (await (slot.current?.horizon() ?? watch?.horizon(readings.positions))) ?? null,
    );
    if (readings.horizon !== before) this.around.changed(this.name);
  }

  /** What is known of a job that does not read: exact right after its pipeline became quiet or was read. */
  restingPoint(): RestingPoint {
    const positions = [...this.readings.positions].flatMap(([stream, partitions]) =>
      [...partitions].map(([partition, position]): [string, number, string] => [
        stream,
        partition,
        String(position),
      ]),
    );
    return { positions, counters: this.counters() };
  }

  /** To be journalled of a job whose pipeline is open and quiet: from now on its database is there, this far at least. */
  begun(): Required<Pick<JobRecord, 'begun'>> {
    return { begun: { batches: this.counters().batches } };
  }

  /** Takes over what the journal knows of its checkpoint. */
  recallCheckpoint(): void {
    const { checkpoint } = this.journal.record;
    if (checkpoint === undefined) return;
    this.readings.counters = checkpoint.counters;
    this.readings.stand(positionsOf(checkpoint));
  }

  /**
   * Positions and counters of a job that is not open, from its checkpoint, which the journal then knows too.
   * Never rejects.
   */
  async readCheckpoint(): Promise<void> {
    try {
      const { spec } = this.plannedJob ?? this.plan();
      const { closeDeadlineMs: ms, graceMs } = this.limits;
      const late = () => messages.closeTimeout(this.name, ms);
      const deadline = { clock: this.around.clock, ms, graceMs, late };
      const { positions, counters } = await within(deadline, () => this.around.engine.inspect(spec));
      if (this.slot.current !== undefined) return;
      this.readings.counters = counters;
      this.readings.stand(positions);
      await this.journal.keep({ checkpoint: this.restingPoint() });
      this.around.changed(this.name);
    } catch (error) {
      this.around.log(
        'warn',
        `${this.name}: its checkpoint cannot be read: ${asError(error, 'engine').message}`,
      );
    }
  }

  /** Closes the pipeline, keeping what it last said. */
  async letGo(): Promise<void> {
    const { current } = this.slot;
    if (current !== undefined) {
      this.readings.stand(current.positions());
      this.counters();
    }
    this.trouble = undefined;
    await this.slot.close();
  }

  /** Ends what asks for the lag of a job without pipeline. */
  async unwatch(): Promise<void> {
    const { watch } = this;
    this.watch = undefined;
    await watch?.close();
  }

  /** Ends as failed; what was committed stays. */
  async fail(error: StreamJobsError): Promise<void> {
    const at = this.around.clock.now();
    this.enter('failed');
    this.around.log('error', `${this.name} failed: ${error.message}`);
    const ended = { state: 'failed', at, error: errorInfo(error) } as const;
    await this.journal.keep({ ended, step: undefined }, this.pauseEnded(at));
    await this.letGo();
    this.around.changed(this.name);
  }

  /** The open pause's event as it is when it ends at `at`; undefined when none is open. */
  pauseEnded(at: number): PauseEvent | undefined {
    const event = this.journal.openPause?.event;
    if (event === undefined) return undefined;
    const durationMs =
      this.pausedMonotonic === undefined
        ? Math.max(0, at - Date.parse(event.pausedAt))
        : this.around.clock.monotonic() - this.pausedMonotonic;
    const { moved = [], notes = [] } = this.journal.record.move ?? {};
    const said = [...(event.notes ?? []), ...notes, ...this.notes];
    return {
      ...event,
      ...(moved.length === 0 ? {} : { moved }),
      ...(said.length === 0 ? {} : { notes: said }),
      resumedAt: new Date(at).toISOString(),
      durationMs: Math.round(durationMs),
      lagAtResume: this.readings.lag,
    };
  }

  /** What to journal where a resume ends the open pause, with its event as it is then; nothing where none is open. */
  pauseOver(): { change: Partial<JobRecord>; closed?: PauseEvent } {
    const closed = this.pauseEnded(this.around.clock.now());
    if (closed === undefined) return { change: {} };
    return { change: { resumes: this.journal.record.resumes + 1, pauseRequest: undefined }, closed };
  }

  /** The logs it reads, of a closed job through the engine's side door. Throws what its sources say. */
  logs(wait: SlotWait, place?: LogPlace): Promise<StreamLog[]> {
    const { current } = this.slot;
    const ask = () => current?.logs(place) ?? this.around.engine.logs(this.plan().spec, place);
    return within({ clock: this.around.clock, graceMs: 1, ...wait }, ask);
  }

  /** A wait for the pipeline that ends with `late()`, and with the turn. */
  wait(turn: Turn, ms: number, late: () => Error): SlotWait {
    return { ms, late, signal: turn.signal };
  }

  /** What answers nothing is given up: it is asked anew with the connection as it is by then. */
  private async progressWithoutPipeline(): Promise<PartitionProgress[]> {
    this.watch ??= this.around.engine.watch((this.plannedJob ?? this.plan()).spec);
    const { watch } = this;
    const partitions = await watch.progress(this.readings.positions);
    if (watch === this.watch && partitions.every(({ end }) => end === null)) await this.unwatch();
    return partitions;
  }
}

export function errorInfo(error: StreamJobsError): JobErrorInfo {
  const { code, message, hint } = error;
  return { code, message, ...(hint === undefined ? {} : { hint }) };
}
