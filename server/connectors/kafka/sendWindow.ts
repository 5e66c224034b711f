// Keeps several sends in the air without letting rows of a partition change places.
//
// Invariants: a partition has at most one send in the air (kafkajs lets overlapping ones overtake each other), and its
// chunks are sent in the order they came; a chunk leaves the window when it is acknowledged; after a failure the chunk
// is sent again, before any later one of its partition. Rows may then be there twice, never missing or out of order.
import { StreamJobsError } from '../../protocol/errors';
import type { Clock } from '../connector';
import { ChangeNotifier } from '../waiting';
import type { Chunk } from './partitioner';

export interface WindowOptions {
  send(chunk: Chunk): Promise<void>;
  /** The error to show for one of a send: retriable, or for good. */
  explain(error: unknown, chunk: Chunk): Promise<StreamJobsError>;
  /** Whether the broker found the request too large: it is then cut in halves. */
  isTooLarge(error: unknown): boolean;
  clock: Clock;
}

interface Entry {
  chunk: Chunk;
  sending: boolean;
}

const inFlightMax = 4;
/** Rows that may wait in the window before `add` blocks; one batch more is let in. */
const rowsMax = 40_000;
const retryMsMin = 100;
const retryMsMax = 2000;
/** After failing for this long those who wait are told, while sending goes on. */
const outageMsMax = 5_000;
const checkMs = 1000;

export class SendWindow {
  private entries: Entry[] = [];
  private rows = 0;
  private inFlight = 0;
  private lastFailure: { error: unknown; chunk: Chunk } | undefined;
  private failingSince: number | undefined;
  private retryMs = retryMsMin;
  private outage: StreamJobsError | undefined;
  /** What the last attempts failed with, from the first one on. */
  private trouble: StreamJobsError | undefined;
  private hurried = false;
  private failure: StreamJobsError | undefined;
  private readonly changes = new ChangeNotifier();
  private readonly closing = new AbortController();

  constructor(private readonly options: WindowOptions) {}

  /** Takes the chunks once there is room: all of them, or none when it throws. */
  async add(chunks: Chunk[], signal: AbortSignal): Promise<void> {
    await this.until(() => this.rows < rowsMax, signal);
    for (const chunk of chunks) {
      this.entries.push({ chunk, sending: false });
      this.rows += chunk.indexes.length;
    }
    this.pump();
  }

  /** Resolves when everything is acknowledged. Throws SINK_FAILED, or SINK_UNAVAILABLE while sending goes on. */
  async drained(signal: AbortSignal): Promise<void> {
    await this.until(() => this.entries.length === 0, signal);
  }

  /** On: whoever waits is told of a failure at once, instead of after `outageMsMax`. */
  hurry(on: boolean): void {
    this.hurried = on;
    this.changes.notify();
  }

  /** Stops sending; what is in the air ends by itself. */
  close(): void {
    this.closing.abort();
  }

  private async until(done: () => boolean, signal: AbortSignal): Promise<void> {
    for (let looks = 0; ; looks++) {
      if (this.failure) throw this.failure;
      if (done()) return;
      if (this.outage && looks > 0) throw this.outage;
      if (this.hurried && this.trouble) throw this.trouble;
      if (signal.aborted)
        throw new StreamJobsError('SINK_UNAVAILABLE', 'Kafka takes too long to accept the rows.');
      if (this.closing.signal.aborted) throw new StreamJobsError('CANCELLED', 'The sink was closed.');
      await this.changes.within(checkMs, this.options.clock, signal);
    }
  }

  private pump(): void {
    if (this.lastFailure || this.failure || this.closing.signal.aborted) return;
    const busy = new Set<number>();
    for (const entry of this.entries) {
      if (this.inFlight >= inFlightMax) return;
      const { partition } = entry.chunk;
      if (!entry.sending && !busy.has(partition)) void this.send(entry);
      busy.add(partition);
    }
  }

  private async send(entry: Entry): Promise<void> {
    entry.sending = true;
    this.inFlight += 1;
    try {
      await this.options.send(entry.chunk);
      this.entries.splice(this.entries.indexOf(entry), 1);
      this.rows -= entry.chunk.indexes.length;
      if (!this.lastFailure) this.recovered();
    } catch (error) {
      entry.sending = false;
      this.lastFailure ??= { error, chunk: entry.chunk };
    }
    this.inFlight -= 1;
    if (this.lastFailure && this.inFlight === 0) await this.recover();
    this.pump();
    this.changes.notify();
  }

  private recovered(): void {
    this.failingSince = undefined;
    this.outage = undefined;
    this.trouble = undefined;
    this.retryMs = retryMsMin;
  }

  /** Nothing is in the air: waits a little before sending goes on. */
  private async recover(): Promise<void> {
    const { clock } = this.options;
    const { error, chunk } = this.lastFailure ?? {};
    if (!chunk) return;
    if (this.options.isTooLarge(error) && chunk.indexes.length > 1) this.halve(chunk);
    else {
      const shown = await this.options.explain(error, chunk);
      if (!shown.retriable) {
        this.failure = shown;
        return;
      }
      this.trouble = shown;
      this.failingSince ??= clock.monotonic();
      if (clock.monotonic() - this.failingSince >= outageMsMax) this.outage = shown;
      this.changes.notify();
      await clock.sleep(this.retryMs, this.closing.signal);
      this.retryMs = Math.min(this.retryMs * 2, retryMsMax);
    }
    this.lastFailure = undefined;
  }

  private halve(chunk: Chunk): void {
    const at = this.entries.findIndex((entry) => entry.chunk === chunk);
    const middle = chunk.indexes.length >> 1;
    const halves = [chunk.indexes.slice(0, middle), chunk.indexes.slice(middle)];
    this.entries.splice(
      at,
      1,
      ...halves.map((indexes): Entry => ({ chunk: { ...chunk, indexes }, sending: false })),
    );
  }
}
