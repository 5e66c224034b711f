// The micro-batch loop of a job: takes records, computes a batch, delivers it, until stopped, finished or failed.
// Invariants: 1. State, source positions and sink positions are written in one transaction, so they never disagree.
// 2. Until a batch's rows have gone to a sink it may be interrupted and rolled back; its records stay for the next run.
//    Without state to wait for, a batch is computed while the one before it is delivered; they become durable in order.
// 3. After a failed delivery the sinks are cut back to the checkpoint before anything is written again.
import { StreamJobsError } from '../protocol/errors';
import type { BatchFeed } from './batchFeed';
import { hasReached } from './checkpoint';
import { kindOf } from './database';
import { Retry, RetryBatches } from './deadLetterRetry';
import type { TriedLetters } from './deadLetterRetry';
import { DeadLetters } from './deadLetters';
import type { Computed, Deliveries } from './deliveries';
import { asJobError } from './endings';
import type { JobPositions, PipelineEvents } from './engine';
import type { Slice } from './inputTable';
import { limits } from './limits';
import type { PreparedBatch } from './microBatch';
import type { ScanOperator } from './operators/scan';
import type { PipelineSpec, Session } from './session';

export class BatchLoop {
  /** Where the present run ends, if it does. */
  targets: JobPositions | undefined;
  readonly #deadLetters: DeadLetters;
  readonly #retries: RetryBatches;
  #retry: Retry | undefined;
  /** Taken and not durable yet, in order. */
  readonly #undone: PreparedBatch[] = [];
  /** The batch whose rows are on their way. */
  #delivering: Promise<void> = Promise.resolve();
  #computedMs = 0;
  #retryMs: number = limits.retryFirstMs;
  #running: Promise<void> | undefined;
  #stopping = false;
  /** How to end once everything is outside. */
  #ending: Ending | undefined;
  #computing = false;
  #wake = new AbortController();
  readonly #closing = new AbortController();

  /** @param tell tells the job's owner, unless the pipeline is closed */
  constructor(
    private readonly spec: PipelineSpec,
    private readonly session: Session,
    private readonly feed: BatchFeed,
    private readonly deliveries: Deliveries,
    private readonly tell: (what: (events: PipelineEvents) => void) => void,
  ) {
    this.#deadLetters = new DeadLetters(spec);
    this.#retries = new RetryBatches(spec, session, this.#deadLetters);
  }

  /** Resolves when it has come to an end; undefined when it does not run. */
  get running(): Promise<void> | undefined {
    return this.#running;
  }
  get isStopping(): boolean {
    return this.#stopping;
  }

  start(): void {
    this.#stopping = false;
    this.#wake = new AbortController();
    this.session.times.resume();
    this.#running = this.#work().finally(() => {
      this.#running = undefined;
      this.#retry?.end();
      this.#retry = undefined;
    });
  }

  /** To end soon: what may be interrupted is. */
  requestStop(): void {
    this.#stopping = true;
    this.#wake.abort();
    this.hurry(true);
    if (this.#computing) this.session.database.interrupt();
  }

  /** Takes back `requestStop` where it has not ended meanwhile. */
  goOn(): void {
    this.#stopping = false;
    this.hurry(false);
    this.session.database.allow();
    if (this.#running) this.#wake = new AbortController();
  }

  hurry(on: boolean): void {
    for (const { sink } of this.spec.outputs) sink?.hurry?.(on);
  }

  /** Tries dead letters between two batches. */
  retry(number: number | undefined): Retry {
    const { jobName } = this.spec;
    if (!this.#running || this.#stopping)
      throw new StreamJobsError('JOB_NOT_RUNNING', `${jobName} does not process anything now.`);
    if (this.#retry)
      throw new StreamJobsError('BAD_REQUEST', `Dead letters of ${jobName} are being tried again already.`, {
        hint: 'Wait until that is answered.',
      });
    const retry = new Retry(number);
    this.#retry = retry;
    // The loop may be waiting for records.
    this.#wake.abort();
    this.#wake = new AbortController();
    return retry;
  }

  fail(error: StreamJobsError): void {
    this.#stopping = true;
    this.#wake.abort();
    this.tell((events) => events.failed(error));
  }

  /** For good; deliveries are called off. */
  close(): void {
    this.requestStop();
    this.#closing.abort();
  }

  /** Batches, until stopped, finished or failed. Never rejects. */
  async #work(): Promise<void> {
    this.#retryMs = limits.retryFirstMs;
    while (!this.#stopping) {
      try {
        await this.#batches();
        return;
      } catch (error) {
        if (this.#closing.signal.aborted) return;
        if (kindOf(error) === 'interrupt') continue;
        const known = asJobError(error);
        if (!known.retriable || kindOf(error) === 'invalidated') {
          this.fail(known);
          return;
        }
        this.tell((events) => events.trouble(known.message));
        await this.spec.clock.sleep(this.#retryMs, this.#wake.signal);
        this.#retryMs = Math.min(this.#retryMs * 2, limits.retryMaxMs);
      }
    }
  }

  /** When it ends, in whatever way, nothing is under way, and what is not durable comes again. */
  async #batches(): Promise<void> {
    let failure: { error: unknown } | undefined;
    try {
      await this.deliveries.recover();
      while (!this.#stopping && !this.#ending) {
        if (this.#retry) await this.#retryLetters(this.#retry);
        this.#ending = await this.#next();
      }
    } catch (error) {
      failure = { error };
    }
    try {
      await this.#delivering;
    } catch (error) {
      failure = { error };
    }
    this.#delivering = Promise.resolve();
    this.feed.giveBack(this.#undone.splice(0));
    this.session.times.restore();
    if (failure) throw failure.error;
    await this.#end();
  }

  async #end(): Promise<void> {
    const { publishing } = this.session.outgoing ?? {};
    const ending = this.#ending;
    if (!ending) return;
    const isOutside = async (): Promise<boolean> =>
      publishing === undefined || publishing.until(() => publishing.isDrained, this.#wake.signal);
    while (ending.whenPublished && !(await isOutside())) if (this.#stopping) return;
    this.#ending = undefined;
    ending.tell();
  }

  /** One batch. Returns how to end after it, if so. */
  async #next(): Promise<Ending | undefined> {
    const { program } = this.session;
    if (this.targets && hasReached(this.deliveries.checkpoint.positions, this.targets))
      return { whenPublished: false, tell: () => this.#arrived() };
    const batch = await this.feed.next(this.#wake.signal);
    if (!batch) return undefined;
    this.#undone.push(batch);
    const computed = await this.#compute(batch);
    const { stop } = computed.result;
    await this.#delivering;
    const waitedMs = await this.#room(computed);
    // Nothing of it is outside yet.
    if (this.#stopping && program.stateless) return undefined;
    const delivering = this.#deliver(computed, waitedMs);
    this.#delivering = delivering;
    // The next batch is computed meanwhile; the failure is met when that is done.
    delivering.catch(() => undefined);
    if (stop || batch.final || !program.stateless || !this.feed.isBehind) await delivering;
    if (stop) {
      this.feed.cut(batch, stop.cut);
      return { whenPublished: false, tell: () => this.#stopBefore(stop.reason) };
    }
    if (!batch.final) return undefined;
    return { whenPublished: true, tell: () => this.tell((events) => events.finished()) };
  }

  /** Waits until the outbox takes the batch; returns how long, in ms. Rejects with an interrupt when stopped before. */
  async #room(computed: Computed): Promise<number> {
    const { clock } = this.spec;
    const startedAt = clock.monotonic();
    if (await this.deliveries.room(computed, this.#wake.signal)) return clock.monotonic() - startedAt;
    await this.session.microBatch.rollBack();
    throw new Error('INTERRUPT: stopped while the batch waited for room in the outbox');
  }

  /** Leaves the transaction of its state open. */
  async #compute(batch: PreparedBatch): Promise<Computed> {
    const { session, spec } = this;
    const startedAt = spec.clock.monotonic();
    const first = this.deliveries.checkpoint.batch === 0;
    try {
      this.#computing = true;
      const result = await session.microBatch.compute(batch, session.times, first, spec.clock.now());
      this.#computedMs = spec.clock.monotonic() - startedAt;
      const processed = (scan: ScanOperator): Slice[] => this.feed.processed(batch, scan, result.stop?.cut);
      const letters = this.#deadLetters.keep(batch, result.bad);
      return { batch, result, processed, startedAt, stateBytes: this.feed.stateBytes, letters };
    } catch (error) {
      await session.microBatch.rollBack();
      throw error;
    } finally {
      this.#computing = false;
      session.database.allow();
    }
  }

  async #deliver(computed: Computed, waitedMs: number): Promise<void> {
    const computedMs = this.#computedMs;
    const rowsMs = await this.deliveries.deliver(computed, this.#closing.signal);
    this.#undone.shift();
    this.feed.committed(this.deliveries.checkpoint.positions);
    this.feed.done(computed.batch, { computedMs, waitedMs, rowsMs });
    this.#recovered();
  }

  #recovered(): void {
    if (this.#retryMs > limits.retryFirstMs) this.tell((events) => events.trouble(null));
    this.#retryMs = limits.retryFirstMs;
  }

  /** All letters of a retry, in batches, unless stopped before. A delivery that fails is met as any other's. */
  async #retryLetters(retry: Retry): Promise<void> {
    await this.#delivering;
    await this.feed.settled();
    while (!this.#stopping) {
      const { after } = retry;
      try {
        const tried = await this.#computeLetters(retry);
        if (!tried) break;
        await this.#room(tried.computed);
        await this.deliveries.deliver(tried.computed, this.#closing.signal);
        retry.count(tried);
        this.#recovered();
      } catch (error) {
        // Not durable: the same letters are tried again.
        retry.after = after;
        throw error;
      }
    }
    await this.#retries.clear();
    if (this.#stopping) return;
    this.#retry = undefined;
    retry.end();
  }

  /** Undefined when no letters are left, or when they cannot be computed: the job goes on without them. */
  async #computeLetters(retry: Retry): Promise<TriedLetters | undefined> {
    try {
      this.#computing = true;
      const letters = await this.#retries.next(retry);
      return letters && (await this.#retries.compute(letters));
    } catch (error) {
      await this.session.microBatch.rollBack();
      if (kindOf(error) === 'interrupt') throw error;
      retry.fail(asJobError(error));
      return undefined;
    } finally {
      this.#computing = false;
      this.session.database.allow();
    }
  }

  #arrived(): void {
    this.#stopping = true;
    this.tell((events) => events.reached());
  }

  #stopBefore(reason: string): void {
    if (this.spec.options.onError === 'pause') this.tell((events) => events.pauseWanted(reason));
    else
      this.fail(
        new StreamJobsError('BAD_RECORD', reason, {
          hint: "Set 'on.error' to 'dead-letter' or 'skip' to go on without such records.",
        }),
      );
  }
}

/** How a job's loop ends by itself. */
interface Ending {
  /** Not before all its rows are outside. */
  whenPublished: boolean;
  tell: () => void;
}
