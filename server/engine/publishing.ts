// Publishes what is in the outbox, in the background: for each transactional writer a lane of its own.
//
// Invariants: 1. A lane publishes batches in their order, all that wait in one transaction. 2. After a failure, and at
// the beginning, it asks its writer what is outside before it publishes anything. 3. What waits is bounded by the
// outbox; batches without rows are told together with the next one.
import type { Clock, OutgoingBatch, TransactionalWriter } from '../connectors/connector';
import { ChangeNotifier } from '../connectors/waiting';
import { StreamJobsError } from '../protocol/errors';
import { limits } from './limits';

export interface PublishingEvents {
  trouble(message: string | null): void;
  failed(error: StreamJobsError): void;
  /** Nothing waits any more. */
  drained(): void;
}

class Lane {
  waiting: OutgoingBatch[] = [];
  published = 0;
  /** The last batch there is. */
  last = 0;
  trouble: string | undefined;
  /** Counts failures. */
  failures = 0;
  #again = new AbortController();
  #isOpen = false;
  #loop: Promise<void> | undefined;

  constructor(
    readonly writer: TransactionalWriter,
    private readonly clock: Clock,
    private readonly changed: () => void,
    private readonly events: () => Omit<PublishingEvents, 'drained'> | undefined,
    private readonly warn: (message: string) => void,
    private readonly closing: AbortSignal,
  ) {}

  /** Finds out what of the waiting batches is outside already. */
  async open(): Promise<void> {
    const { published, last, waiting } = this;
    const outside = await this.writer.open(published, waiting.at(-1)?.number ?? published);
    if (waiting.length > 0 && (outside === undefined || outside < published))
      this.warn('It is no longer known which of the last rows were published; they are published again.');
    if (outside !== undefined && outside > last)
      throw new StreamJobsError(
        'SINK_FAILED',
        `Batch ${outside} was published, but only ${last} are known here: the job's state is older than what it wrote.`,
        { hint: 'Its data folder may be a copy. DROP JOB and start it again to go on from here.' },
      );
    this.#passed(Math.max(published, outside ?? 0));
    this.#isOpen = true;
  }

  add(batch: OutgoingBatch): void {
    const rows = this.writer.outputs.some((output) => batch.rows[output] !== undefined);
    const last = this.waiting.at(-1);
    const own = rows ? batch : { ...batch, rows: [] };
    if (last && !rows && last.rows.length === 0) this.waiting.splice(-1, 1, own);
    else this.waiting.push(own);
    this.last = batch.number;
    this.start();
  }

  start(): void {
    if (this.waiting.length === 0) return;
    this.#loop ??= this.#run().finally(() => {
      this.#loop = undefined;
    });
  }

  async ended(): Promise<void> {
    await this.#loop;
  }

  /** Tries again now what failed before. */
  hurry(): void {
    this.#again.abort();
  }

  async #run(): Promise<void> {
    let retryMs = 0;
    while (this.waiting.length > 0 && !this.closing.aborted)
      try {
        await this.#publish();
        retryMs = 0;
      } catch (error) {
        this.#isOpen = false;
        const known = asSinkError(error);
        if (!known.retriable) {
          this.#troubled(known);
          this.events()?.failed(known);
          return;
        }
        // A connection that broke while nobody needed it is no trouble.
        if (retryMs > 0) {
          this.#troubled(known);
          this.events()?.trouble(known.message);
          await this.#sleep(retryMs);
        }
        retryMs = Math.min(Math.max(retryMs * 2, limits.retryFirstMs), limits.publishRetryMaxMs);
      }
  }

  async #publish(): Promise<void> {
    if (!this.#isOpen) await this.open();
    const batches = [...this.waiting];
    const last = batches.at(-1);
    if (!last) return;
    await this.writer.publish(batches);
    this.#passed(last.number);
  }

  async #sleep(ms: number): Promise<void> {
    this.#again = new AbortController();
    const stop = (): void => this.#again.abort();
    this.closing.addEventListener('abort', stop, { once: true });
    if (this.closing.aborted) stop();
    await this.clock.sleep(ms, this.#again.signal);
    this.closing.removeEventListener('abort', stop);
  }

  #troubled({ message }: StreamJobsError): void {
    this.trouble = message;
    this.failures += 1;
    this.changed();
  }

  #passed(number: number): void {
    this.published = number;
    this.waiting = this.waiting.filter((batch) => batch.number > number);
    if (this.trouble !== undefined) this.events()?.trouble(null);
    this.trouble = undefined;
    this.changed();
  }
}

function asSinkError(error: unknown): StreamJobsError {
  if (error instanceof StreamJobsError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new StreamJobsError('SINK_FAILED', `Publishing failed: ${message}`, { cause: error });
}

export class Publishing {
  readonly #lanes: Lane[];
  readonly #changes = new ChangeNotifier();
  readonly #closing = new AbortController();
  #events: PublishingEvents | undefined;

  constructor(
    writers: readonly TransactionalWriter[],
    private readonly clock: Clock,
    warn: (message: string) => void,
  ) {
    const changed = (): void => this.#changed();
    this.#lanes = writers.map(
      (writer) => new Lane(writer, clock, changed, () => this.#events, warn, this.#closing.signal),
    );
  }

  /** Opens the writers. Nothing is published before `start`. Throws SINK_UNAVAILABLE, SINK_FAILED. */
  async open(published: number, stored: readonly OutgoingBatch[], last: number): Promise<void> {
    for (const lane of this.#lanes) {
      lane.published = published;
      lane.last = last;
      lane.waiting = [...stored];
      await lane.open();
    }
  }

  /** Publishes what was found in the outbox. */
  start(events: PublishingEvents): void {
    this.#events = events;
    for (const lane of this.#lanes) lane.start();
  }

  /** A batch that is durable. */
  add(batch: OutgoingBatch): void {
    for (const lane of this.#lanes) lane.add(batch);
  }

  /** The last batch of which everything is outside. */
  get published(): number {
    return Math.min(...this.#lanes.map(({ published }) => published));
  }
  get isDrained(): boolean {
    return this.#lanes.every(({ waiting }) => waiting.length === 0);
  }
  /** Something cannot be published at the moment. */
  get isTroubled(): boolean {
    return this.#lanes.some(({ trouble }) => trouble !== undefined);
  }
  /** Source tables whose positions are told in the transactions. */
  get commits(): Set<string> {
    return new Set(this.#lanes.flatMap(({ writer }) => writer.commits));
  }
  /** Rows that wait, by output. */
  rowsWaiting(): Map<number, number> {
    const waiting = new Map<number, number>();
    for (const { writer, waiting: batches } of this.#lanes)
      for (const output of writer.outputs) {
        const rows = batches.reduce((sum, batch) => sum + (batch.rows[output]?.count ?? 0), 0);
        if (rows > 0) waiting.set(output, rows);
      }
    return waiting;
  }

  /** See Sink.check. */
  async check(): Promise<void> {
    for (const { writer } of this.#lanes) await writer.check?.();
  }

  /** Resolves when `done`, or with false when the signal fired first. */
  async until(done: () => boolean, signal: AbortSignal): Promise<boolean> {
    while (!done()) {
      if (signal.aborted || this.#closing.signal.aborted) return false;
      await this.#changes.within(limits.publishAtPauseMs, this.clock, signal);
    }
    return true;
  }

  /** For a pause: waits a moment for what is on its way, not for a sink that is away. */
  async settle(signal: AbortSignal): Promise<void> {
    const due = this.clock.monotonic() + limits.publishAtPauseMs;
    const failures = this.#failures;
    for (const lane of this.#lanes) lane.hurry();
    for (;;) {
      const left = due - this.clock.monotonic();
      if (this.isDrained || this.#failures > failures || left <= 0) return;
      if (signal.aborted || this.#closing.signal.aborted) return;
      await this.#changes.within(left, this.clock, signal);
    }
  }

  /** What is on its way may end, but not take long; nothing more is published. Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#changes.notify();
    const ended = Promise.all(this.#lanes.map((lane) => lane.ended()));
    const waited = new AbortController();
    await Promise.race([ended, this.clock.sleep(limits.publishAtPauseMs, waited.signal)]);
    waited.abort();
    await Promise.all(this.#lanes.map(({ writer }) => writer.close()));
  }

  get #failures(): number {
    return this.#lanes.reduce((sum, { failures }) => sum + failures, 0);
  }

  #changed(): void {
    this.#changes.notify();
    if (this.isDrained) this.#events?.drained();
  }
}
