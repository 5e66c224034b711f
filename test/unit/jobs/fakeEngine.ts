// An engine whose records are numbers that count up, and which misbehaves when told to.
import path from 'node:path';
import type { PreviewPlan } from '../../../server/analysis/plan';
import type { LogPlace } from '../../../server/connectors/connector';
import type {
  DeadLetter,
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
  Watch,
  Reposition,
  StreamLog,
} from '../../../server/engine/engine';
import { StreamJobsError } from '../../../server/protocol/errors';
import type { FakeClock } from './fakeClock';
import { FakePipeline } from './fakePipeline';
import { countersAt, positionsAt, stateRows, stream, type Call, type FakeWorld } from './fakeWorld';

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
    const pipeline = new FakePipeline(this, spec.name, events, keyOf(spec), spec.shadow);
    this.pipelines.push(pipeline);
    return pipeline;
  }

  async inspect(spec: JobSpec): Promise<{ positions: JobPositions; counters: PipelineCounters }> {
    this.inspections += 1;
    await this.clock.sleep(this.world.inspectMs);
    const position = this.world.committed.get(keyOf(spec)) ?? 0n;
    const counters = { ...countersAt(position), ...this.world.letterCounts(spec.name) };
    return { positions: positionsAt(position), counters };
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
    return positionsAt(world.committed.get(keyOf(spec)) ?? 0n);
  }

  async drop(spec: JobSpec): Promise<void> {
    await this.clock.sleep(1);
    if (!this.alive) await forever();
    this.world.forget(spec.name, keyOf(spec));
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
    const { log, unit } = this.world;
    const [start, end] = [log?.start ?? null, log?.end ?? null];
    return [{ stream, partition: 0, position, start, end, ...(unit === 'bytes' ? { unit } : {}) }];
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
    if (call === 'open' && this.world.isTopicAway)
      throw new StreamJobsError('SOURCE_FAILED', 'There is no topic.', { missing: true });
    if (behaviour === 'fail') throw new StreamJobsError('SINK_FAILED', 'The sink says no.');
    if (behaviour === 'unavailable') throw new StreamJobsError('SOURCE_UNAVAILABLE', 'The broker is away.');
    if (behaviour === 'dataLoss') throw new StreamJobsError('DATA_LOSS', 'Records are gone.');
  }
}

/** A job's first database goes by its name, those of other versions by their path. */
export function keyOf({ name, databasePath }: Pick<JobSpec, 'name' | 'databasePath'>): string {
  return /\/\d+\.db$/.test(databasePath) ? databasePath : name;
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
