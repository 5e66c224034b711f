// An engine whose records are numbers that count up, and which misbehaves when told to.
import path from 'node:path';
import type { LogPlace } from '../../../server/connectors/connector';
import { StreamJobsError } from '../../../server/protocol/errors';
import type {
  DeadLetter,
  DeadLetterCounts,
  CommitHealth,
  Engine,
  JobPositions,
  JobSpec,
  NextRecord,
  PartitionProgress,
  PeekRequest,
  Pipeline,
  PipelineCounters,
  PipelineEvents,
  Preview,
  PreviewSink,
  StateRows,
  RetryOutcome,
  Watch,
  Reposition,
  StreamLog,
} from '../../../server/engine/engine';
import type { JobPlan, PreviewPlan } from '../../../server/analysis/plan';
import type { FakeClock } from './fakeClock';

export type Call =
  'open' | 'run' | 'quiesce' | 'close' | 'retry' | 'carryOver' | 'stepForward' | 'forget' | 'reposition';
/** How a call goes: `hang` never answers, `heed` and `late` answer once the signal fired, with an error or after all. */
export type Behaviour = 'ok' | 'fail' | 'unavailable' | 'dataLoss' | 'hang' | 'heed' | 'late';

export const stream = 'orders';

/** What the jobs' databases and the log hold: it survives crashes. */
export class FakeWorld {
  /** How long reading the checkpoint of a closed job takes. */
  inspectMs = 1;
  readonly committed = new Map<string, bigint>();
  /** A run to a position takes its records only by `process`. */
  holdSteps = false;
  /** Start and end of the log, null while nobody can ask it. */
  log: { start: bigint; end: bigint } | null = { start: 0n, end: 1_000n };
  /** Which log there is, and which one the positions are of. */
  identity = 'first';
  known = 'first';
  /** Where the group of the job is said to be; undefined where nobody knows. */
  group: { told: bigint; committed: bigint | null } | undefined;
  /** How often the outside was told again. */
  told = 0;
  oldestAt: number | null = null;
  horizon: number | null = null;
  readonly repositioned = new Map<string, number>();
  /** Telling the group fails. */
  failingCommits: CommitHealth['failing'];
  dropped: string[] = [];
  /** Dead letters by job, the newest first. */
  readonly letters = new Map<string, DeadLetter[]>();
  private readonly next = new Map<Call, Behaviour>();

  /** The next call of this kind goes like this, the ones after it well. */
  misbehave(call: Call, behaviour: Behaviour): void {
    this.next.set(call, behaviour);
  }
  letterCounts(job: string): { deadLetters: DeadLetterCounts } {
    return { deadLetters: { kept: this.lettersOf(job).length, dropped: 0, retried: 0 } };
  }
  lettersOf(job: string): DeadLetter[] {
    return this.letters.get(job) ?? [];
  }
  behaveWell(): void {
    this.next.clear();
  }
  /** The log as a job at `position` meets it; a moment is the offset it stands for. */
  logs(position: bigint, place?: LogPlace): StreamLog[] {
    const { log, identity, known, group } = this;
    if (log === null) throw new StreamJobsError('SOURCE_UNAVAILABLE', 'The broker is away.');
    const { start, end } = log;
    const targets = { earliest: start, latest: end, timestamp: 0n };
    const target = place?.kind === 'timestamp' ? BigInt(place.at) : targets[place?.kind ?? 'earliest'];
    const at = { partition: 0, position, start, end, ...(place === undefined ? {} : { target }), ...group };
    return [{ stream, unit: 'records', recreated: identity !== known, identity, known, partitions: [at] }];
  }

  take(call: Call): Behaviour {
    const behaviour = this.next.get(call) ?? 'ok';
    this.next.delete(call);
    return behaviour;
  }
}

/** One server's engine; `cut` is its crash: nothing it began ever answers. */
export class FakeEngine implements Engine {
  readonly pipelines: FakePipeline[] = [];
  /** Those not closed. */
  readonly watches = new Set<Watch>();
  /** How often a database was opened only to be read. */
  inspections = 0;
  private alive = true;

  constructor(
    readonly world: FakeWorld,
    readonly clock: FakeClock,
  ) {}

  async open(spec: JobSpec, events: PipelineEvents, signal: AbortSignal): Promise<Pipeline> {
    await this.act('open', signal);
    if (this.openPipelines.some(({ name, key }) => name === spec.name && key === keyOf(spec))) {
      throw new StreamJobsError('STORAGE', `${spec.name} is open already.`);
    }
    const pipeline = new FakePipeline(this, spec.name, events, keyOf(spec));
    this.pipelines.push(pipeline);
    return pipeline;
  }

  async inspect(spec: JobSpec): Promise<{ positions: JobPositions; counters: PipelineCounters }> {
    this.inspections += 1;
    await this.clock.sleep(this.world.inspectMs);
    const position = this.world.committed.get(keyOf(spec)) ?? 0n;
    const counters = { ...countersAt(position), ...this.world.letterCounts(spec.name) };
    return { positions: at(position), counters };
  }

  async deadLetters(spec: JobSpec, max: number): Promise<DeadLetter[]> {
    await this.clock.sleep(1);
    return this.world.lettersOf(spec.name).slice(0, max);
  }

  watch(): Watch {
    const watch = {
      progress: async (positions: JobPositions) => {
        await this.clock.sleep(1);
        return this.progressAt(positions.get(stream)?.get(0) ?? 0n);
      },
      horizon: () => Promise.resolve(this.world.horizon),
      close: () => {
        this.watches.delete(watch);
        return Promise.resolve();
      },
    };
    this.watches.add(watch);
    return watch;
  }

  async queryState(_spec: JobSpec, plan: PreviewPlan): Promise<StateRows> {
    await this.clock.sleep(1);
    return stateRows(plan, 'closed');
  }

  async peek(_spec: JobSpec, positions: JobPositions, request: PeekRequest): Promise<NextRecord[]> {
    await this.clock.sleep(1);
    return this.nextAt(positions.get(stream)?.get(0) ?? 0n, request);
  }

  async carryOver(from: JobSpec, to: JobSpec): Promise<void> {
    await this.act('carryOver', undefined);
    this.world.committed.set(keyOf(to), this.world.committed.get(keyOf(from)) ?? 0n);
  }

  async stepForward(): Promise<void> {
    await this.act('stepForward', undefined);
  }

  async forget(databasePath: string): Promise<void> {
    await this.act('forget', undefined);
    this.world.committed.delete(keyOf({ name: path.basename(databasePath, '.db'), databasePath }));
  }

  async logs(spec: JobSpec, place?: LogPlace): Promise<StreamLog[]> {
    await this.clock.sleep(1);
    return this.world.logs(this.world.committed.get(keyOf(spec)) ?? 0n, place);
  }

  async writtenAt(): Promise<number | null> {
    await this.clock.sleep(1);
    return this.world.oldestAt;
  }

  async reposition(spec: JobSpec, to: Reposition): Promise<JobPositions> {
    await this.act('reposition', undefined);
    const { world } = this;
    if (to.number > (world.repositioned.get(spec.name) ?? 0)) {
      world.repositioned.set(spec.name, to.number);
      const [moved] = to.streams;
      world.committed.set(keyOf(spec), BigInt(moved?.positions[0]?.[1] ?? 0));
      if (moved?.identity !== undefined) world.known = moved.identity;
    }
    return at(world.committed.get(keyOf(spec)) ?? 0n);
  }

  async drop(spec: JobSpec): Promise<void> {
    await this.clock.sleep(1);
    if (!this.alive) await forever();
    this.world.committed.delete(keyOf(spec));
    this.world.dropped.push(spec.name);
  }

  preview(_plan: PreviewPlan, sink: PreviewSink): Promise<Preview> {
    sink.rows([[1], [2]]);
    return Promise.resolve({ columns: [{ name: 'n', type: 'INT' }], close: () => Promise.resolve() });
  }

  get openPipelines(): FakePipeline[] {
    return this.pipelines.filter((pipeline) => !pipeline.closed);
  }
  /** The pipeline of a job opened last. */
  last(name = stream): FakePipeline {
    const pipeline = this.pipelines.filter((candidate) => candidate.name === name).at(-1);
    if (pipeline === undefined) throw new Error(`${name} was never opened.`);
    return pipeline;
  }
  cut(): void {
    this.alive = false;
    for (const pipeline of this.pipelines) pipeline.reading = false;
  }

  progressAt(position: bigint): PartitionProgress[] {
    const { log } = this.world;
    return [{ stream, partition: 0, position, start: log?.start ?? null, end: log?.end ?? null }];
  }

  nextAt(position: bigint, { records }: PeekRequest): NextRecord[] {
    const there = Number((this.world.log?.end ?? position) - position);
    return Array.from({ length: Math.max(0, Math.min(records, there)) }, (_, i) => {
      const offset = position + BigInt(i);
      return {
        stream,
        partition: 0,
        offset,
        timestamp: Number(offset),
        key: null,
        value: Buffer.from(`${offset}`),
      };
    });
  }

  /** Takes a millisecond, then goes as the world says. */
  async act(call: Call, signal: AbortSignal | undefined): Promise<void> {
    const behaviour = this.world.take(call);
    await this.clock.sleep(1);
    if (!this.alive || behaviour === 'hang') await forever();
    if (behaviour === 'heed' || behaviour === 'late') await fired(signal);
    if (behaviour === 'heed') throw new StreamJobsError('PAUSE_TIMEOUT', 'The engine heeded its signal.');
    if (behaviour === 'fail') throw new StreamJobsError('SINK_FAILED', 'The sink says no.');
    if (behaviour === 'unavailable') throw new StreamJobsError('SOURCE_UNAVAILABLE', 'The broker is away.');
    if (behaviour === 'dataLoss') throw new StreamJobsError('DATA_LOSS', 'Records are gone.');
  }
}

export class FakePipeline implements Pipeline {
  reading = false;
  closed = false;
  ended = false;
  position: bigint;
  private target: bigint | undefined;
  private closing = false;

  constructor(
    private readonly engine: FakeEngine,
    readonly name: string,
    readonly events: PipelineEvents,
    /** Its place in what the world holds as committed. */
    readonly key = name,
  ) {
    this.position = engine.world.committed.get(key) ?? 0n;
  }

  /** Reads some records if it reads at all. */
  process(records: number): void {
    if (!this.reading) return;
    this.position += BigInt(records);
    if (this.target === undefined || this.position < this.target) return;
    this.position = this.target;
    this.target = undefined;
    this.reading = false;
    this.engine.world.committed.set(this.name, this.position);
    this.events.reached();
  }

  async run(signal: AbortSignal): Promise<void> {
    this.mustBeOpen();
    await this.engine.act('run', signal);
    this.target = undefined;
    if (!this.closing) this.reading = true;
  }

  /** Reads what is there up to the target, and says so. */
  async runTo(targets: JobPositions, signal: AbortSignal): Promise<void> {
    this.mustBeOpen();
    await this.engine.act('run', signal);
    if (this.closing) return;
    this.target = targets.get(stream)?.get(0) ?? this.position;
    this.reading = true;
    if (this.engine.world.holdSteps) return;
    void this.engine.clock.sleep(1).then(() => this.process(Number((this.target ?? 0n) - this.position)));
  }

  async quiesce(signal: AbortSignal): Promise<JobPositions> {
    this.mustBeOpen();
    await this.engine.act('quiesce', signal);
    this.reading = false;
    if (!this.closing) this.engine.world.committed.set(this.key, this.position);
    return this.positions();
  }

  async queryState(_job: JobPlan, plan: PreviewPlan): Promise<StateRows> {
    await this.engine.clock.sleep(1);
    return stateRows(plan, 'open');
  }

  async peek(request: PeekRequest): Promise<NextRecord[]> {
    await this.engine.clock.sleep(1);
    return this.engine.nextAt(this.position, request);
  }

  positions(): JobPositions {
    return at(this.position);
  }
  commits(): CommitHealth[] {
    return this.engine.world.failingCommits === undefined
      ? []
      : [{ stream, failed: 3, failing: this.engine.world.failingCommits }];
  }
  counters(): PipelineCounters {
    return { ...countersAt(this.position), ...this.engine.world.letterCounts(this.name) };
  }
  async logs(place?: LogPlace): Promise<StreamLog[]> {
    await this.engine.clock.sleep(1);
    return this.engine.world.logs(this.position, place);
  }
  horizon(): Promise<number | null> {
    return Promise.resolve(this.engine.world.horizon);
  }
  tell(): void {
    this.engine.world.told += 1;
  }
  async progress(): Promise<PartitionProgress[]> {
    await this.engine.clock.sleep(1);
    return this.engine.progressAt(this.position);
  }

  deadLetters(max: number): Promise<DeadLetter[]> {
    return Promise.resolve(this.engine.world.lettersOf(this.name).slice(0, max));
  }

  async retryDeadLetters(number: number | undefined): Promise<RetryOutcome> {
    await this.engine.act('retry', undefined);
    const { world } = this.engine;
    const all = world.lettersOf(this.name);
    const kept = number === undefined ? [] : all.filter((letter) => letter.number !== number);
    world.letters.set(this.name, kept);
    return { succeeded: all.length - kept.length, failed: 0, unfit: 0, left: 0 };
  }

  async close(): Promise<void> {
    this.closing = true;
    this.reading = false;
    try {
      await this.engine.act('close', undefined);
    } finally {
      this.closed = true;
    }
  }

  private mustBeOpen(): void {
    if (this.closed) throw new StreamJobsError('INTERNAL', 'The pipeline is closed.');
  }
}

/** A job's first database goes by its name, those of other versions by their path. */
function keyOf({ name, databasePath }: Pick<JobSpec, 'name' | 'databasePath'>): string {
  return /\/\d+\.db$/.test(databasePath) ? databasePath : name;
}

/** One row that says where it is from. */
function stateRows({ input, state }: PreviewPlan, from: string): StateRows {
  const columns = input.columns.slice(0, state?.shown).map(({ name }) => ({ name, type: 'STRING' }));
  return { columns, rows: [columns.map(() => from)], more: false };
}

function at(position: bigint): JobPositions {
  return new Map([[stream, new Map([[0, position]])]]);
}

function countersAt(position: bigint): PipelineCounters {
  return {
    recordsIn: Number(position),
    recordsOut: Number(position),
    recordsFailed: 0,
    recordsLate: 0,
    batches: 1 + Number(position),
    lastBatchMs: 2,
    lastCheckpointMs: 1,
    stateBytes: 0,
    watermark: null,
    out: { big_orders: Number(position) },
  };
}

function forever(): Promise<never> {
  return new Promise(() => undefined);
}

function fired(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal === undefined || signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
