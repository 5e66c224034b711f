// A fake pipeline: reads its log when told, and misbehaves as its world says.
import type { JobPlan, PreviewPlan } from '../../../server/analysis/plan';
import type { LogPlace } from '../../../server/connectors/connector';
import type {
  DeadLetter,
  CommitHealth,
  JobPositions,
  NextRecord,
  PartitionProgress,
  PeekRequest,
  Pipeline,
  PipelineCounters,
  PipelineEvents,
  StateRows,
  RetryOutcome,
  StreamLog,
} from '../../../server/engine/engine';
import { StreamJobsError } from '../../../server/protocol/errors';
import type { FakeEngine } from './fakeEngine';
import { countersAt, positionsAt, stateRows, stream } from './fakeWorld';

export class FakePipeline implements Pipeline {
  reading = false;
  closed = false;
  ended = false;
  position: bigint;
  /** Where it began. */
  readonly opened: bigint;
  private target: bigint | undefined;
  private closing = false;

  constructor(
    private readonly engine: FakeEngine,
    readonly name: string,
    readonly events: PipelineEvents,
    /** Its place in what the world holds as committed. */
    readonly key = name,
    /** Whether it writes nothing outside. */
    readonly shadow = false,
  ) {
    this.position = this.opened = engine.world.committed.get(key) ?? 0n;
  }

  /** Reads some records if it reads at all. */
  process(records: number): void {
    if (!this.reading) return;
    this.position += BigInt(records);
    if (this.target === undefined || this.position < this.target) return;
    this.position = this.target;
    this.target = undefined;
    this.reading = false;
    this.engine.world.commit(this);
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
    if (!this.closing) this.engine.world.commit(this);
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
    return positionsAt(this.position);
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
  horizon(coming = false): Promise<number | null> {
    const { horizon, comingHorizon } = this.engine.world;
    return Promise.resolve(coming ? comingHorizon : horizon);
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
    if (!this.reading) return { succeeded: 0, failed: 0, unfit: 0, left: all.length };
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
