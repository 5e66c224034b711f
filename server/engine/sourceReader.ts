// Reads one source ahead of the pipeline into a bounded buffer. Pull only: while it is stopped nothing is read, and
// what was read and not taken waits in the buffer.
import type { Clock, RecordBatch, Source } from '../connectors/connector';
import { StreamJobsError } from '../protocol/errors';
import type { Slice } from './inputTable';
import { limits } from './limits';

export interface ReaderEvents {
  /** There are records, or the source ended. */
  available(): void;
  /** The source went away, or (null) came back. */
  trouble(message: string | null): void;
  failed(error: StreamJobsError): void;
}

export class SourceReader {
  #buffer: Slice[] = [];
  #records = 0;
  #bytes = 0;
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

  /** Records waiting in the buffer. */
  get waiting(): number {
    return this.#records;
  }
  /** There is something to take: records, or a position that moved without them. */
  get hasSome(): boolean {
    return this.#buffer.length > 0;
  }
  /** Everything was read and taken. */
  get finished(): boolean {
    return this.source.finished && !this.#reading && !this.hasSome;
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
      if (this.#records >= limits.bufferRecordsMax || this.#bytes >= limits.bufferBytesMax) {
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
    const slice = { batch, from: 0, to: batch.count };
    this.#buffer.push(slice);
    this.#count(slice, 1);
    this.events.available();
  }

  /** Takes up to so many records and bytes, at least one record where there is one. */
  take(recordsMax: number, bytesMax: number): Slice[] {
    const taken: Slice[] = [];
    let records = 0;
    let bytes = 0;
    while (records < recordsMax && bytes < bytesMax) {
      const [next] = this.#buffer;
      if (!next) break;
      const to = Math.min(next.to, next.from + recordsMax - records, withinBytes(next, bytesMax - bytes));
      const slice = {
        ...next,
        to: Math.max(to, Math.min(next.to, records === 0 ? next.from + 1 : next.from)),
      };
      if (slice.to === slice.from && slice.to < next.to) break;
      if (slice.to === next.to) this.#buffer.shift();
      else this.#buffer[0] = { ...next, from: slice.to };
      taken.push(slice);
      records += slice.to - slice.from;
      bytes += bytesOf(slice);
      this.#count(slice, -1);
    }
    this.#roomWanted?.();
    return taken;
  }

  /** Gives records back that were taken and not processed: the next ones to be taken. */
  giveBack(slices: Slice[]): void {
    this.#buffer.unshift(...slices);
    for (const slice of slices) this.#count(slice, 1);
  }

  #count(slice: Slice, sign: 1 | -1): void {
    this.#records += sign * (slice.to - slice.from);
    this.#bytes += sign * bytesOf(slice);
  }
}

function bytesOf({ batch, from, to }: Slice): number {
  const last = batch.values.ends[to - 1] ?? 0;
  const before = from === 0 ? 0 : (batch.values.ends[from - 1] ?? 0);
  return Math.max(0, last - before);
}

/** How far a slice may go within so many bytes. */
function withinBytes(slice: Slice, bytesMax: number): number {
  if (bytesOf(slice) <= bytesMax) return slice.to;
  let to = slice.from + 1;
  while (to < slice.to && bytesOf({ ...slice, to: to + 1 }) <= bytesMax) to++;
  return to;
}

function asSourceError(error: unknown): StreamJobsError {
  if (error instanceof StreamJobsError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new StreamJobsError('SOURCE_FAILED', `Reading failed: ${message}`, { cause: error });
}
