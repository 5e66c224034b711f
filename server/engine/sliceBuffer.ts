// Records that were read and not taken yet, in order within each partition. Taking may be limited to positions: what
// stands at or behind them stays, and so does everything of partitions without one.
import { offsetAt, positionAfter } from '../connectors/connector';
import type { Positions } from '../connectors/connector';
import type { Slice } from './inputTable';

export class SliceBuffer {
  #slices: Slice[] = [];
  #limit: Positions | undefined;
  #records = 0;
  #bytes = 0;

  /** All records here, those behind the limit included. */
  get records(): number {
    return this.#records;
  }
  get bytes(): number {
    return this.#bytes;
  }
  get isEmpty(): boolean {
    return this.#slices.length === 0;
  }
  /** Records that can be taken. */
  get waiting(): number {
    if (!this.#limit) return this.#records;
    return this.#takeable().reduce((sum, { from, to }) => sum + to - from, 0);
  }
  /** There is something to take: records, or a position that moved without them. */
  get hasSome(): boolean {
    return this.#limit ? this.#takeable().length > 0 : !this.isEmpty;
  }

  /** Undefined ends the limit. */
  limitTo(limit: Positions | undefined): void {
    this.#limit = limit;
  }

  push(slice: Slice): void {
    this.#slices.push(slice);
    this.#count(slice, 1);
  }
  /** Puts slices back that were taken: the next ones to be taken. */
  giveBack(slices: readonly Slice[]): void {
    this.#slices.unshift(...slices);
    for (const slice of slices) this.#count(slice, 1);
  }

  /** Takes up to so many records and bytes, at least one record where there is one. */
  take(recordsMax: number, bytesMax: number): Slice[] {
    const taken: Slice[] = [];
    const kept: Slice[] = [];
    /** Partitions of which something stays: what comes after it stays as well. */
    const held = new Set<number>();
    let records = 0;
    let bytes = 0;
    for (const slice of this.#slices) {
      const { partition } = slice.batch;
      const room = records < recordsMax && bytes < bytesMax && !held.has(partition);
      const end = room ? this.#end(slice) : slice.from;
      const to = Math.min(
        end,
        slice.from + recordsMax - records,
        withinBytes({ ...slice, to: end }, bytesMax - bytes),
      );
      const got = { ...slice, to: Math.max(slice.from, to) };
      if (room && (got.to > got.from || slice.to === slice.from)) {
        taken.push(got);
        this.#count(got, -1);
        records += got.to - got.from;
        bytes += bytesOf(got);
        if (got.to === slice.to) continue;
      }
      kept.push({ ...slice, from: got.to });
      held.add(partition);
    }
    this.#slices = kept;
    return taken;
  }

  /** Forgets everything; returns where each partition would have gone on. */
  clear(): Positions {
    const positions: Positions = new Map();
    for (const { batch, from } of this.#slices)
      if (!positions.has(batch.partition)) positions.set(batch.partition, positionAfter(batch, from));
    this.#slices = [];
    this.#records = 0;
    this.#bytes = 0;
    return positions;
  }

  #takeable(): Slice[] {
    const held = new Set<number>();
    const found: Slice[] = [];
    for (const slice of this.#slices) {
      const { partition } = slice.batch;
      if (held.has(partition)) continue;
      const to = this.#end(slice);
      if (to > slice.from || slice.to === slice.from) found.push({ ...slice, to });
      if (to < slice.to) held.add(partition);
    }
    return found;
  }

  /** Index of the first record of a slice at or behind the limit. */
  #end({ batch, from, to }: Slice): number {
    if (!this.#limit) return to;
    const limit = this.#limit.get(batch.partition);
    if (limit === undefined) return from;
    let low = from;
    for (let high = to; low < high;) {
      const middle = Math.floor((low + high) / 2);
      if (offsetAt(batch, middle) < limit) low = middle + 1;
      else high = middle;
    }
    return low;
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

/** How far a slice may go within so many bytes: at least one record. */
function withinBytes(slice: Slice, bytesMax: number): number {
  if (bytesOf(slice) <= bytesMax) return slice.to;
  let to = slice.from + 1;
  while (to < slice.to && bytesOf({ ...slice, to: to + 1 }) <= bytesMax) to++;
  return to;
}
