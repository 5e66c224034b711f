// What simulated jobs have written: each record once, over crashes and from version to version.
import { FakeWorld } from '../fakeWorld';
import type { FakePipeline } from '../fakePipeline';

export class SimulatedWorld extends FakeWorld {
  /** Up to which record each job has written. */
  private readonly written = new Map<string, bigint>();
  private readonly from = new WeakMap<FakePipeline, bigint>();
  /** Where the present version of a job began. */
  private readonly handedOver = new Map<string, bigint>();
  /** Jobs of which carrying over the state failed: one goes back to an older state, as its answer says. */
  private readonly torn = new Set<string>();

  constructor(private readonly violated: (what: string) => void) {
    super();
    this.log = { start: 0n, end: 1_000_000_000n };
    this.holdSteps = true;
  }

  override commit(pipeline: FakePipeline): void {
    const { name, position, opened, shadow } = pipeline;
    const from = this.from.get(pipeline) ?? opened;
    if (!shadow && position > from) {
      const next = this.written.get(name) ?? 0n;
      const mayRepeat = this.torn.has(name) && this.handedOver.get(name) === from;
      if (from !== next && !mayRepeat) this.violated(`${name} wrote from ${from} on, and ${next} was next`);
      if (from !== next) this.torn.delete(name);
      this.written.set(name, position);
    }
    this.from.set(pipeline, position);
    super.commit(pipeline);
  }

  override forget(name: string, key: string): void {
    this.written.delete(name);
    super.forget(name, key);
  }

  /** Around the making of a database from the job's present one, at `position`. */
  async carrying(name: string, position: bigint, carry: () => Promise<void>): Promise<void> {
    const wasTorn = this.torn.has(name);
    this.torn.add(name);
    await carry();
    // Carried on from the older state, the repetition is still to come.
    if (!wasTorn) this.torn.delete(name);
    this.handedOver.set(name, position);
  }

  /** One more record that could not be computed. */
  addLetter(job: string): void {
    const letters = this.lettersOf(job);
    const number = (letters[0]?.number ?? 0) + 1;
    const nothing = { stream: null, place: null, partition: null, offset: null, timestamp: null };
    const letter = { number, ...nothing, key: null, value: null, headers: {}, error: 'no JSON' };
    this.letters.set(job, [{ ...letter, failedAt: 0, attempts: 1, whole: true }, ...letters]);
  }
}
