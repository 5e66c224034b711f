// The micro-batch loop of a job.
// Invariants: 1. State, source positions and sink positions are written in one transaction, so they never disagree.
// 2. Until a batch's rows have gone to a sink it may be interrupted and rolled back; its records stay for the next run.
//    Without state to wait for, a batch is computed while the one before it is delivered; they become durable in order.
// 3. After a failed delivery the sinks are cut back to the checkpoint before anything is written again.
// 4. Rows for transactional writers are durable in the outbox first and published in the background, also while the
//    job is paused; a job has finished when they are outside.
import { StreamJobsError } from '../protocol/errors';
import { BatchFeed } from './batchFeed';
import { copyPositions, hasReached } from './checkpoint';
import type { Checkpoint } from './checkpoint';
import { kindOf } from './database';
import { Deliveries } from './deliveries';
import type { Computed } from './deliveries';
import { Retry, RetryBatches } from './deadLetterRetry';
import type { TriedLetters } from './deadLetterRetry';
import { DeadLetters } from './deadLetters';
import type {
  CommitHealth,
  JobPositions,
  Pipeline,
  PipelineCounters,
  PipelineEvents,
  RetryOutcome,
} from './engine';
import { asJobError, endsBefore } from './endings';
import type { Slice } from './inputTable';
import { limits } from './limits';
import { withUnpublished } from './outbox';
import type { PreparedBatch } from './microBatch';
import type { ScanOperator } from './operators/scan';
import { PipelineViews } from './pipelineViews';
import type { PipelineSpec, Session } from './session';

export class DuckPipeline extends PipelineViews implements Pipeline {
  readonly #feed: BatchFeed;
  readonly #deliveries: Deliveries;
  readonly #deadLetters: DeadLetters;
  readonly #retries: RetryBatches;
  #retry: Retry | undefined;
  /** Taken and not durable yet, in order. */
  readonly #undone: PreparedBatch[] = [];
  /** The batch whose rows are on their way. */
  #delivering: Promise<void> = Promise.resolve();
  #computedMs = 0;
  #retryMs: number = limits.retryFirstMs;
  #loop: Promise<void> | undefined;
  /** Where the present run ends, if it does. */
  #targets: JobPositions | undefined;
  #stopping = false;
  /** How to end once everything is outside. */
  #ending: Ending | undefined;
  /** Writes down what was published, while no batch is under way. */
  #noting: Promise<void> = Promise.resolve();
  #computing = false;
  #closed: Promise<void> | undefined;
  #wake = new AbortController();
  readonly #closing = new AbortController();

  constructor(
    spec: PipelineSpec,
    session: Session,
    private readonly events: PipelineEvents,
  ) {
    super(spec, session);
    this.#deliveries = new Deliveries(spec, session);
    this.#deadLetters = new DeadLetters(spec);
    this.#retries = new RetryBatches(spec, session, this.#deadLetters);
    this.#feed = new BatchFeed(
      session,
      spec,
      {
        trouble: (message) => this.#emit(() => events.trouble(message)),
        failed: (error) => this.#fail(error),
      },
      () => void this.#noteOutside(),
    );
    session.outgoing?.publishing.start({
      trouble: (message) => this.#emit(() => events.trouble(message)),
      failed: (error) => this.#fail(error),
      drained: () => this.#published(),
    });
  }

  protected get checkpoint(): Checkpoint {
    return this.#deliveries.checkpoint;
  }

  run(signal: AbortSignal): Promise<void> {
    return this.#run(undefined, signal);
  }
  runTo(targets: JobPositions, signal: AbortSignal): Promise<void> {
    return this.#run(copyPositions(targets), signal);
  }
  get ended(): boolean {
    return this.#feed.ended;
  }

  async #run(targets: JobPositions | undefined, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#closed) throw new StreamJobsError('CANCELLED', 'The job is closed.');
    if (this.#loop && this.#stopping) await this.#loop;
    if (!this.#loop) {
      this.#targets = targets;
      await this.#feed.limitTo(targets);
    } else if (targets && targets !== this.#targets)
      throw new StreamJobsError('INTERNAL', `${this.spec.jobName} reads already.`);
    await this.#noting;
    this.#hurry(false);
    this.#feed.start();
    if (this.#loop) return;
    this.#stopping = false;
    this.#wake = new AbortController();
    this.session.times.resume();
    this.#loop = this.#work().finally(() => {
      this.#loop = undefined;
      this.#retry?.end();
      this.#retry = undefined;
    });
  }

  async quiesce(signal: AbortSignal): Promise<JobPositions> {
    const loop = this.#loop;
    if (loop) {
      this.#requestStop();
      if (!(await endsBefore(Promise.all([loop, this.#feed.stop()]), signal))) {
        // Going on as before; a loop that ended in this very moment is started again.
        this.#stopping = false;
        this.#hurry(false);
        this.session.database.allow();
        const ended = this.#loop === undefined;
        if (!ended) this.#wake = new AbortController();
        await this.#run(this.#targets, new AbortController().signal);
        throw new StreamJobsError(
          'PAUSE_TIMEOUT',
          `${this.spec.jobName} did not come to rest in time and goes on running.`,
          {
            hint: 'A sink may not be taking rows. Try again later, or STOP JOB with FORCE.',
          },
        );
      }
    }
    await this.#feed.stop();
    await this.session.outgoing?.publishing.settle(signal);
    await this.#noteOutside();
    return this.positions();
  }

  positions(): JobPositions {
    return copyPositions(this.checkpoint.positions);
  }
  counters(): PipelineCounters {
    const { counters } = this.checkpoint;
    const copy = { ...counters, out: { ...counters.out } };
    const { publishing } = this.session.outgoing ?? {};
    // Of a running job rows are always on their way; they wait when it is quiet or cannot publish.
    if (!publishing || (this.#loop && !publishing.isTroubled)) return copy;
    return withUnpublished(
      copy,
      publishing.rowsWaiting(),
      this.spec.outputs.map(({ name }) => name),
    );
  }
  commits(): CommitHealth[] {
    return this.#feed.commits;
  }
  retryDeadLetters(number: number | undefined): Promise<RetryOutcome> {
    const { jobName } = this.spec;
    if (!this.#loop || this.#stopping)
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
    return retry.done;
  }

  tell(): void {
    this.#feed.tell(this.checkpoint.positions);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }
  async #close(): Promise<void> {
    this.#requestStop();
    this.#closing.abort();
    this.#feed.close();
    const ended = Promise.all([this.#loop, this.#feed.stop()]);
    const waited = new AbortController();
    await Promise.race([ended, this.spec.clock.sleep(limits.closeWaitMs, waited.signal)]);
    waited.abort();
    await this.session.outgoing?.publishing.settle(new AbortController().signal);
    await this.#noteOutside();
    await this.session.close();
  }

  #requestStop(): void {
    this.#stopping = true;
    this.#wake.abort();
    this.#hurry(true);
    if (this.#computing) this.session.database.interrupt();
  }
  #hurry(on: boolean): void {
    for (const { sink } of this.spec.outputs) sink?.hurry?.(on);
  }
  /** Positions are told in the transactions of the rows. */
  #published(): void {
    const { told, outgoing } = this.session;
    const { positions } = this.checkpoint;
    for (const stream of outgoing?.publishing.commits ?? []) told.set(stream, new Map(positions.get(stream)));
    void this.#noteOutside();
  }
  /** Batches under way do it themselves. */
  #noteOutside(): Promise<void> {
    const note = (): Promise<void> | undefined => (this.#loop ? undefined : this.#deliveries.noteOutside());
    // Not written, it is found out again when the job is opened.
    this.#noting = this.#noting.then(note).catch(() => undefined);
    return this.#noting;
  }

  /** Batches, until stopped, finished or failed. Never rejects. */
  async #work(): Promise<void> {
    this.#retryMs = limits.retryFirstMs;
    while (!this.#stopping) {
      try {
        await this.#batches();
        return;
      } catch (error) {
        if (this.#closed) return;
        if (kindOf(error) === 'interrupt') continue;
        const known = asJobError(error);
        if (!known.retriable || kindOf(error) === 'invalidated') {
          this.#fail(known);
          return;
        }
        this.#emit(() => this.events.trouble(known.message));
        await this.spec.clock.sleep(this.#retryMs, this.#wake.signal);
        this.#retryMs = Math.min(this.#retryMs * 2, limits.retryMaxMs);
      }
    }
  }

  /** When it ends, in whatever way, nothing is under way, and what is not durable comes again. */
  async #batches(): Promise<void> {
    let failure: { error: unknown } | undefined;
    try {
      await this.#deliveries.recover();
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
    this.#feed.giveBack(this.#undone.splice(0));
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
    if (this.#targets && hasReached(this.checkpoint.positions, this.#targets))
      return { whenPublished: false, tell: () => this.#arrived() };
    const batch = await this.#feed.next(this.#wake.signal);
    if (!batch) return undefined;
    this.#undone.push(batch);
    const computed = await this.#compute(batch);
    const { stop } = computed.result;
    await this.#delivering;
    await this.#room(computed);
    // Nothing of it is outside yet.
    if (this.#stopping && program.stateless) return undefined;
    const delivering = this.#deliver(computed);
    this.#delivering = delivering;
    // The next batch is computed meanwhile; the failure is met when that is done.
    delivering.catch(() => undefined);
    if (stop || batch.final || !program.stateless || !this.#feed.isBehind) await delivering;
    if (stop) {
      this.#feed.cut(batch, stop.cut);
      return { whenPublished: false, tell: () => this.#stopBefore(stop.reason) };
    }
    if (!batch.final) return undefined;
    return { whenPublished: true, tell: () => this.#emit(() => this.events.finished()) };
  }

  /** Waits until the outbox takes the batch. Rejects with an interrupt when the job is stopped before. */
  async #room(computed: Computed): Promise<void> {
    if (await this.#deliveries.room(computed, this.#wake.signal)) return;
    await this.session.microBatch.rollBack();
    throw new Error('INTERRUPT: stopped while the batch waited for room in the outbox');
  }

  /** Leaves the transaction of its state open. */
  async #compute(batch: PreparedBatch): Promise<Computed> {
    const { session, spec } = this;
    const startedAt = spec.clock.monotonic();
    const first = this.checkpoint.batch === 0;
    try {
      this.#computing = true;
      const result = await session.microBatch.compute(batch, session.times, first, spec.clock.now());
      this.#computedMs = spec.clock.monotonic() - startedAt;
      const processed = (scan: ScanOperator): Slice[] => this.#feed.processed(batch, scan, result.stop?.cut);
      const letters = this.#deadLetters.keep(batch, result.bad);
      return { batch, result, processed, startedAt, stateBytes: this.#feed.stateBytes, letters };
    } catch (error) {
      await session.microBatch.rollBack();
      throw error;
    } finally {
      this.#computing = false;
      session.database.allow();
    }
  }

  async #deliver(computed: Computed): Promise<void> {
    const { session, spec } = this;
    const computedMs = this.#computedMs;
    const startedAt = spec.clock.monotonic();
    await this.#deliveries.deliver(computed, this.#closing.signal);
    this.#undone.shift();
    const deliveredMs = spec.clock.monotonic() - startedAt;
    this.#feed.committed(this.checkpoint.positions);
    this.#feed.done(
      computed.batch,
      session.program.stateless ? Math.max(computedMs, deliveredMs) : computedMs + deliveredMs,
    );
    this.#recovered();
  }

  #recovered(): void {
    if (this.#retryMs > limits.retryFirstMs) this.#emit(() => this.events.trouble(null));
    this.#retryMs = limits.retryFirstMs;
  }

  /** All letters of a retry, in batches, unless stopped before. A delivery that fails is met as any other's. */
  async #retryLetters(retry: Retry): Promise<void> {
    await this.#delivering;
    await this.#feed.settled();
    while (!this.#stopping) {
      const { after } = retry;
      try {
        const tried = await this.#computeLetters(retry);
        if (!tried) break;
        await this.#room(tried.computed);
        await this.#deliveries.deliver(tried.computed, this.#closing.signal);
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
    this.#emit(() => this.events.reached());
  }

  #stopBefore(reason: string): void {
    if (this.spec.options.onError === 'pause') this.#emit(() => this.events.pauseWanted(reason));
    else
      this.#fail(
        new StreamJobsError('BAD_RECORD', reason, {
          hint: "Set 'on.error' to 'dead-letter' or 'skip' to go on without such records.",
        }),
      );
  }

  #fail(error: StreamJobsError): void {
    this.#stopping = true;
    this.#wake.abort();
    this.#emit(() => this.events.failed(error));
  }
  /** Never after `close` began. */
  #emit(event: () => void): void {
    if (!this.#closed) event();
  }
}

/** How a job's loop ends by itself. */
interface Ending {
  /** Not before all its rows are outside. */
  whenPublished: boolean;
  tell: () => void;
}
