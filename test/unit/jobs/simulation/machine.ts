// What a simulated job server runs on: a clock, a disk and an engine that behave as a seed has them behave. Each life of
// the server has its own; what survives a crash is the disk and the engine's world.
import type { Clock } from '../../../../server/connectors/connector';
import { StreamJobsError } from '../../../../server/protocol/errors';
import type { Store, StoreChange, StoreContents } from '../../../../server/jobs/store';
import type { Random } from '../../../random';
import type { FakeClock } from '../fakeClock';
import { FakeEngine, keyOf } from '../fakeEngine';
import type { Behaviour, Call } from '../fakeWorld';
import type { JobSpec } from '../../../../server/engine/engine';
import type { FakeDisk } from '../fakeStore';
import type { SimulatedWorld } from './output';

/** How often things go wrong, from 0 to 1. */
export interface Faults {
  engine: number;
  disk: number;
  /** How often something takes long: seconds instead of milliseconds. */
  slow: number;
}

const engineBehaviours: readonly Behaviour[] = ['fail', 'unavailable', 'dataLoss', 'hang', 'heed', 'late'];
const shortMs = 20;
const longMs = 8_000;
/** Beyond every deadline. */
const hangMs = 200_000;
const closeMsMax = 3_000;

export const noFaults: Faults = { engine: 0, disk: 0, slow: 0 };

function latencyMs(random: Random, { slow }: Faults): number {
  return 1 + random.integer(random.chance(slow) ? longMs : shortMs);
}

/** Nothing of a server that crashed wakes up again. */
export class LifeClock implements Clock {
  alive = true;

  constructor(private readonly clock: FakeClock) {}

  now(): number {
    return this.clock.now();
  }
  monotonic(): number {
    return this.clock.monotonic();
  }
  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await this.clock.sleep(ms, signal);
    if (!this.alive) await new Promise(() => undefined);
  }
}

/** Writes one transaction after the other, each with what came while the one before it ran. */
export class SimulatedStore implements Store {
  private pending: { changes: StoreChange[]; resolve: () => void; reject: (error: Error) => void }[] = [];
  private writing: StoreChange[] | undefined;

  constructor(
    readonly disk: FakeDisk,
    private readonly clock: LifeClock,
    private readonly random: Random,
    private readonly faults: () => Faults,
  ) {}

  load(): Promise<StoreContents> {
    const jobs = [...this.disk.jobs.values()].map((record) => ({
      record: structuredClone(record),
      pauses: structuredClone(this.disk.history(record.name)),
    }));
    return Promise.resolve({ jobs, relations: [...this.disk.relations.values()] });
  }

  write(changes: StoreChange[]): Promise<void> {
    const copies = structuredClone(changes);
    return new Promise((resolve, reject) => {
      this.pending.push({ changes: copies, resolve, reject });
      if (this.writing === undefined) void this.work();
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** The crash: what was being written may be there, whole, or not. */
  cut(): void {
    if (this.writing !== undefined && this.random.chance(0.5)) this.apply(this.writing);
    this.writing = [];
  }

  private async work(): Promise<void> {
    while (this.pending.length > 0) {
      const together = this.pending.splice(0);
      this.writing = together.flatMap(({ changes }) => changes);
      await this.clock.sleep(latencyMs(this.random, this.faults()));
      if (this.random.chance(this.faults().disk)) {
        for (const { reject } of together) reject(new StreamJobsError('STORAGE', 'The disk is full.'));
      } else {
        this.apply(this.writing);
        for (const { resolve } of together) resolve();
      }
    }
    this.writing = undefined;
  }

  private apply(changes: StoreChange[]): void {
    for (const change of changes) this.disk.apply(change);
  }
}

/** Deadlines shorter than `hangMs` where the server's own are longer; a probation in which something can happen. */
export const simulatedLimits = {
  catchUpDeadlineMs: 60_000,
  carryOverDeadlineMs: 30_000,
  probationBatches: 40,
};

/** An engine whose calls take their time, and fail, hang or come late. */
export class SimulatedEngine extends FakeEngine {
  constructor(
    override readonly world: SimulatedWorld,
    clock: FakeClock,
    private readonly life: LifeClock,
    private readonly random: Random,
    private readonly faults: () => Faults,
  ) {
    super(world, clock);
  }

  override carryOver(from: JobSpec, to: JobSpec): Promise<void> {
    const position = this.world.committed.get(keyOf(from)) ?? 0n;
    return this.world.carrying(from.name, position, () => super.carryOver(from, to));
  }

  override async act(call: Call, signal: AbortSignal | undefined): Promise<void> {
    const latency = latencyMs(this.random, this.faults());
    // Closing has an end of its own in the engine.
    await this.life.sleep(call === 'close' ? Math.min(latency, closeMsMax) : latency);
    const isAtFault = call !== 'close' && this.random.chance(this.faults().engine);
    const behaviour = isAtFault ? this.random.pick(engineBehaviours) : 'ok';
    if (behaviour === 'hang') await this.life.sleep(hangMs);
    this.world.misbehave(call, behaviour === 'hang' ? 'unavailable' : behaviour);
    await super.act(call, signal);
  }
}
