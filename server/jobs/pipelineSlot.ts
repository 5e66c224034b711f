// A job's hold on its pipeline. Invariants:
// 1. A pipeline that was let go of can change nothing: its events are dropped, a late one is closed.
// 2. Its calls come one at a time; whoever comes while one is left over from a missed deadline waits for it.
// 3. Every wait has a deadline.
import type { Clock } from '../connectors/connector';
import type { Engine, JobPositions, JobSpec, Pipeline, PipelineEvents } from '../engine/engine';
import type { StreamJobsError } from '../protocol/errors';
import { orAborted, within } from './deadline';
import type { JobLimits } from './limits';
import { asError, messages } from './messages';

/** What a slot tells its job; only of the pipeline it holds. */
export interface SlotEvents {
  finished(): void;
  failed(error: StreamJobsError): void;
  pauseWanted(reason: string): void;
  trouble(message: string | null): void;
  reached(): void;
}

/** A wait for a pipeline: how long, what it ends with when that is over, and what else ends it. */
export interface SlotWait {
  ms: number;
  late: () => Error;
  signal?: AbortSignal;
}

export class PipelineSlot {
  private pipeline: Pipeline | undefined;
  /** Counts pipelines opened and let go of: what a late callback compares. */
  private number = 0;
  /** The call that has not answered yet; settles, never rejects. */
  private calling: Promise<unknown> = Promise.resolve();
  private failure = new AbortController();
  private finishedUnheard = false;
  /** Whether everything it did is in its checkpoint and it does nothing. */
  private quiet = false;
  private busy = false;
  /** Where its reading ends, if it does. */
  private targets: JobPositions | undefined;

  constructor(
    private readonly name: string,
    private readonly engine: Engine,
    private readonly clock: Clock,
    private readonly limits: JobLimits,
    private readonly events: SlotEvents,
  ) {}

  get current(): Pipeline | undefined {
    return this.pipeline;
  }

  /** Whether the pipeline was told to read and has not come to the end of that. */
  get reading(): boolean {
    return this.busy;
  }

  /** What `number` must be for something that began now to still be about this pipeline. */
  get generation(): number {
    return this.number;
  }

  /** True once when the sources ended while nobody could act on it. */
  takeFinished(): boolean {
    const finished = this.finishedUnheard;
    this.finishedUnheard = false;
    return finished;
  }

  /** Opens the pipeline. One that opens too late is closed again, and one that never does is waited for no longer. */
  async open(spec: JobSpec, wait: SlotWait): Promise<void> {
    await this.settled(wait);
    this.number += 1;
    const { number } = this;
    this.failure = new AbortController();
    this.finishedUnheard = false;
    this.quiet = false;
    this.busy = false;
    try {
      await this.within(wait, (signal) => {
        const opening = this.engine.open(spec, this.eventsOf(number), signal);
        this.calling = opening
          .then(async (pipeline) => {
            if (this.number !== number) await pipeline.close();
            else this.pipeline = pipeline;
          })
          .catch(() => undefined);
        return opening;
      });
      // The pipeline is in place one step after it is open.
      await this.calling;
    } catch (error) {
      if (this.number === number) this.number += 1;
      // Time for what was opened to be closed. The engine sees to it that a file is not opened twice.
      this.calling = Promise.race([this.calling, this.clock.sleep(this.limits.closeDeadlineMs)]);
      throw error;
    }
  }

  /** Reads, or reads again. After a failure the pipeline is in no state to go on: close it. */
  run(wait: SlotWait): Promise<void> {
    return this.read(undefined, wait);
  }

  /** Reads up to these positions, then tells `reached`. */
  runTo(targets: JobPositions, wait: SlotWait): Promise<void> {
    return this.read(targets, wait);
  }

  private async read(targets: JobPositions | undefined, wait: SlotWait): Promise<void> {
    await this.call(wait, (pipeline, signal) => {
      this.quiet = false;
      this.busy = true;
      this.targets = targets;
      return targets === undefined ? pipeline.run(signal) : pipeline.runTo(targets, signal);
    });
  }

  /**
   * Makes the pipeline quiet and durable. When the deadline passed it goes on reading as before, also when it
   * becomes quiet later than that.
   */
  async quiesce(wait: SlotWait): Promise<JobPositions> {
    await this.settled(wait);
    const { number, pipeline } = this;
    if (this.quiet && pipeline !== undefined) return pipeline.positions();
    let quieting: Promise<JobPositions> | undefined;
    try {
      return await this.call(wait, (held, signal) => {
        quieting = held.quiesce(signal);
        return quieting.then((positions) => this.becameQuiet(number, positions));
      });
    } catch (error) {
      if (wait.signal?.aborted !== true && quieting !== undefined) {
        this.calling = quieting.then(
          () => this.wake(number),
          () => undefined,
        );
      }
      throw error;
    }
  }

  /**
   * Looks at the running pipeline every `everyMs` until `isDone`, its sources ended, or `ms` have passed. Rejects with
   * its failure, or with the reason of `signal`.
   */
  async watch(
    { ms, everyMs, signal }: { ms: number; everyMs: number; signal: AbortSignal },
    isDone: (pipeline: Pipeline) => boolean,
  ): Promise<void> {
    const end = this.clock.monotonic() + ms;
    while (this.clock.monotonic() < end && !this.finishedUnheard) {
      if (this.pipeline !== undefined && isDone(this.pipeline)) return;
      await orAborted(this.clock.sleep(everyMs, signal), this.failure.signal);
      signal.throwIfAborted();
    }
    this.failure.signal.throwIfAborted();
  }

  /** Lets go of the pipeline and closes it. Never rejects: what does not close in time is left to itself. */
  async close(): Promise<void> {
    const { pipeline } = this;
    this.number += 1;
    this.pipeline = undefined;
    const { closeDeadlineMs: ms } = this.limits;
    const late = () => messages.closeTimeout(this.name, ms);
    // A closed pipeline holds nothing any more, whatever its calls still wait for.
    const closed = pipeline === undefined ? this.calling : pipeline.close().catch(() => undefined);
    this.calling = closed;
    await this.within({ ms, late }, () => closed).catch(() => undefined);
  }

  private async call<T>(
    wait: SlotWait,
    work: (pipeline: Pipeline, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    await this.settled(wait);
    const { pipeline } = this;
    if (pipeline === undefined) throw messages.internal(`${this.name} has no pipeline`, 'it was closed');
    return this.within(wait, (signal) => {
      const result = work(pipeline, signal);
      this.calling = result.catch(() => undefined);
      return orAborted(result, this.failure.signal);
    });
  }

  /** Waits for a call that was left over. */
  private async settled(wait: SlotWait): Promise<void> {
    await this.within(wait, () => this.calling);
  }

  private within<T>(wait: SlotWait, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return within({ clock: this.clock, graceMs: this.limits.graceMs, ...wait }, work);
  }

  private becameQuiet(number: number, positions: JobPositions): JobPositions {
    if (this.number === number) {
      this.quiet = true;
      this.busy = false;
    }
    return positions;
  }

  /** Sets a pipeline going again that became quiet after its job had gone on. */
  private async wake(number: number): Promise<void> {
    const { pipeline } = this;
    if (this.number !== number || pipeline === undefined || this.failure.signal.aborted) return;
    const { resumeDeadlineMs: ms } = this.limits;
    const late = () => messages.startTimeout(this.name, ms);
    this.quiet = false;
    this.busy = true;
    try {
      const { targets } = this;
      await this.within({ ms, late }, (signal) =>
        targets === undefined ? pipeline.run(signal) : pipeline.runTo(targets, signal),
      );
    } catch (error) {
      if (this.number === number) this.events.failed(asError(error, `${this.name} could not go on`));
    }
  }

  private eventsOf(number: number): PipelineEvents {
    const current = () => this.number === number;
    return {
      finished: () => {
        if (!current()) return;
        this.finishedUnheard = true;
        this.events.finished();
      },
      failed: (error) => {
        if (!current()) return;
        this.failure.abort(error);
        this.events.failed(error);
      },
      pauseWanted: (reason) => {
        if (current()) this.events.pauseWanted(reason);
      },
      trouble: (message) => {
        if (current()) this.events.trouble(message);
      },
      reached: () => {
        if (!current()) return;
        this.busy = false;
        this.events.reached();
      },
    };
  }
}
