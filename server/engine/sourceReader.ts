// Reads one source ahead of the pipeline into a bounded buffer. Pull only: while it is stopped nothing is read, and
// what was read and not taken waits in the buffer.
import type { Clock, Positions, RecordBatch, Source } from '../connectors/connector';
import { StreamJobsError } from '../protocol/errors';
import type { Slice } from './inputTable';
import { limits } from './limits';
import { SliceBuffer } from './sliceBuffer';

export interface ReaderEvents {
  /** There are records, or the source ended. */
  available(): void;
  /** The source went away, or (null) came back. */
  trouble(message: string | null): void;
  failed(error: StreamJobsError): void;
}

export class SourceReader {
  readonly #buffer = new SliceBuffer();
  #limit: Positions | undefined;
  /** Behind the last record that was read, of each partition. */
  readonly #readTo: Positions = new Map();
  /** Of partitions that are not read while the limit holds: where they go on. */
  readonly #held: Positions = new Map();
  #loop: Promise<void> | undefined;
  #wanted = false;
  /** A read is under way: the source may already say that it is at its end. */
  #reading = false;
  #stop: AbortController | undefined;
  #roomWanted: (() => void) | undefined;

  constructor(
    readonly source: Source,
    private readonly recordsMax: number,
    private readonly clock: Clock,
    private readonly events: ReaderEvents,
  ) {}

  /** Records in the buffer that can be taken. */
  get waiting(): number {
    return this.#buffer.waiting;
  }
  /** There is something to take: records, or a position that moved without them. */
  get hasSome(): boolean {
    return this.#buffer.hasSome;
  }
  /** Everything was read and taken. */
  get finished(): boolean {
    return this.source.finished && !this.#reading && this.#buffer.isEmpty;
  }

  /** From now on gives nothing at or behind these positions, and nothing of other partitions; undefined ends that. */
  limitTo(limit: Positions | undefined): void {
    this.#limit = limit;
    this.#buffer.limitTo(limit);
    if (this.#held.size > 0) this.source.hold?.(new Map());
    this.#held.clear();
    this.#roomWanted?.();
  }

  /** Starts or goes on reading: a read is asked of the source before this returns, unless an aborted one still ends. */
  start(): void {
    this.#wanted = true;
    if (this.#loop) return;
    const stop = new AbortController();
    this.#stop = stop;
    this.#loop = this.#read(stop.signal).finally(() => {
      this.#loop = undefined;
      // Started again while the last read was ending.
      if (this.#wanted && stop.signal.aborted) this.start();
    });
  }

  /** Ends reading; a read under way is told to give up. Resolves when it has. */
  async stop(): Promise<void> {
    this.#wanted = false;
    this.#stop?.abort();
    this.#roomWanted?.();
    await this.#loop;
  }

  async #read(signal: AbortSignal): Promise<void> {
    let retryMs: number = limits.retryFirstMs;
    const isOver = (): boolean => signal.aborted || this.source.finished;
    while (!isOver()) {
      const { records, bytes } = this.#buffer;
      if (records >= limits.bufferRecordsMax || bytes >= limits.bufferBytesMax) {
        if (this.#madeRoom()) continue;
        await new Promise<void>((resolve) => (this.#roomWanted = resolve));
        this.#roomWanted = undefined;
        continue;
      }
      try {
        this.#reading = true;
        const batch = await this.source.read(this.recordsMax, limits.readWaitMs, signal);
        this.#reading = false;
        if (retryMs > limits.retryFirstMs) this.events.trouble(null);
        retryMs = limits.retryFirstMs;
        if (batch) this.#add(batch);
        if (isOver()) this.events.available();
      } catch (error) {
        this.#reading = false;
        if (isOver()) return;
        const known = asSourceError(error);
        if (!known.retriable) {
          this.events.failed(known);
          return;
        }
        this.events.trouble(known.message);
        await this.clock.sleep(retryMs, signal);
        retryMs = Math.min(retryMs * 2, limits.retryMaxMs);
      }
    }
  }

  #add(batch: RecordBatch): void {
    this.#buffer.push({ batch, from: 0, to: batch.count });
    this.#readTo.set(batch.partition, batch.nextOffset);
    this.events.available();
  }

  /** A buffer full of what may not be taken keeps out what may: it is emptied, and read again when its turn comes. */
  #madeRoom(): boolean {
    const wanted = [...(this.#limit ?? [])].some(
      ([partition, end]) => (this.#readTo.get(partition) ?? -1n) < end,
    );
    if (!wanted || this.hasSome || !this.source.hold) return false;
    for (const [partition, position] of this.#buffer.clear()) {
      this.#readTo.set(partition, position);
      this.#held.set(partition, position);
    }
    this.source.hold(new Map(this.#held));
    return true;
  }

  /** Takes up to so many records and bytes, at least one record where there is one. */
  take(recordsMax: number, bytesMax: number): Slice[] {
    const taken = this.#buffer.take(recordsMax, bytesMax);
    this.#roomWanted?.();
    return taken;
  }

  /** Gives records back that were taken and not processed: the next ones to be taken. */
  giveBack(slices: readonly Slice[]): void {
    this.#buffer.giveBack(slices);
  }
}

function asSourceError(error: unknown): StreamJobsError {
  if (error instanceof StreamJobsError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new StreamJobsError('SOURCE_FAILED', `Reading failed: ${message}`, { cause: error });
}
