// An open job: what is asked of it, around its micro-batch loop.
// Invariant: rows for transactional writers are durable in the outbox first and published in the background, also while
// the job is paused; a job has finished when they are outside.
import { StreamJobsError } from '../protocol/errors';
import { BatchFeed } from './batchFeed';
import { BatchLoop } from './batchLoop';
import { copyPositions } from './checkpoint';
import type { Checkpoint } from './checkpoint';
import { Deliveries } from './deliveries';
import { endsBefore } from './endings';
import type {
  CommitHealth,
  JobPositions,
  Pipeline,
  PipelineCounters,
  PipelineEvents,
  RetryOutcome,
} from './engine';
import { limits } from './limits';
import { withUnpublished } from './outbox';
import { PipelineViews } from './pipelineViews';
import type { PipelineSpec, Session } from './session';

export class DuckPipeline extends PipelineViews implements Pipeline {
  readonly #feed: BatchFeed;
  readonly #deliveries: Deliveries;
  readonly #loop: BatchLoop;
  /** Writes down what was published, while no batch is under way. */
  #noting: Promise<void> = Promise.resolve();
  #closed: Promise<void> | undefined;

  constructor(
    spec: PipelineSpec,
    session: Session,
    private readonly events: PipelineEvents,
  ) {
    super(spec, session);
    const tell = (what: (events: PipelineEvents) => void): void => this.#tell(what);
    const troubles = {
      trouble: (message: string | null) => tell((told) => told.trouble(message)),
      failed: (error: StreamJobsError) => this.#loop.fail(error),
    };
    this.#deliveries = new Deliveries(spec, session);
    this.#feed = new BatchFeed(session, spec, troubles, () => void this.#noteOutside());
    this.#loop = new BatchLoop(spec, session, this.#feed, this.#deliveries, tell);
    session.outgoing?.publishing.start({ ...troubles, drained: () => this.#published() });
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
    const loop = this.#loop;
    signal.throwIfAborted();
    if (this.#closed) throw new StreamJobsError('CANCELLED', 'The job is closed.');
    if (loop.isStopping) await loop.running;
    if (!loop.running) {
      loop.targets = targets;
      await this.#feed.limitTo(targets);
    } else if (targets && targets !== loop.targets)
      throw new StreamJobsError('INTERNAL', `${this.spec.jobName} reads already.`);
    await this.#noting;
    loop.hurry(false);
    this.#feed.start();
    if (!loop.running) loop.start();
  }

  async quiesce(signal: AbortSignal): Promise<JobPositions> {
    const { running } = this.#loop;
    if (running) {
      this.#loop.requestStop();
      if (!(await endsBefore(Promise.all([running, this.#feed.stop()]), signal))) {
        // Going on as before; a loop that ended in this very moment is started again.
        this.#loop.goOn();
        await this.#run(this.#loop.targets, new AbortController().signal);
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
    // Not waited for: it can be found out again, and whoever runs or closes it next waits.
    void this.#noteOutside();
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
    if (!publishing || (this.#loop.running && !publishing.isTroubled)) return copy;
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
    return this.#loop.retry(number).done;
  }

  tell(): void {
    const { batch, positions } = this.checkpoint;
    this.#feed.tell(positions);
    // Where rows are published, positions are told in their transactions: one without rows.
    this.session.outgoing?.publishing.add({ number: batch, rows: [], positions });
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }
  async #close(): Promise<void> {
    this.#loop.close();
    this.#feed.close();
    const ended = Promise.all([this.#loop.running, this.#feed.stop()]);
    const waited = new AbortController();
    await Promise.race([ended, this.spec.clock.sleep(limits.closeWaitMs, waited.signal)]);
    waited.abort();
    await this.session.outgoing?.publishing.settle(new AbortController().signal);
    await this.#noteOutside();
    await this.session.close();
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
    const note = (): Promise<void> | undefined =>
      this.#loop.running ? undefined : this.#deliveries.noteOutside();
    // Not written, it is found out again when the job is opened.
    this.#noting = this.#noting.then(note).catch(() => undefined);
    return this.#noting;
  }
  /** Never after `close` began. */
  #tell(what: (events: PipelineEvents) => void): void {
    if (!this.#closed) what(this.events);
  }
}
