// What a job wrote, compared with what it should have written up to a position: every row there, and there once.
import { open, stat } from 'node:fs/promises';

/** Partition -> next offset. */
export type Offsets = ReadonlyMap<number, number>;

export const partitions = 2;
/** Ids in one window. */
export const windowIds = 100;

/** A file of rows, verified piece by piece; what is verified must stay as it is. */
export abstract class Output {
  private bytes = 0;
  private rest = '';

  constructor(
    readonly file: string,
    private readonly prefix = '',
  ) {}

  /** Every row up to the offsets is there once, nothing else. @throws Error that says how it differs */
  async verify(offsets: Offsets, known: Known): Promise<void> {
    const { size } = await stat(this.file).catch(() => ({ size: 0 }));
    if (size < this.bytes) throw new Error(`${this.file} lost rows: ${size} bytes after ${this.bytes}`);
    this.rest += await this.newText(size);
    const lines = this.rest.split('\n');
    this.rest = lines.pop() ?? '';
    if (this.rest !== '') throw new Error(`${this.file} ends with half a row: ${this.rest}`);
    for (const line of lines)
      this.take(JSON.parse(line.slice(this.prefix.length)) as Record<string, unknown>);
    this.compare(offsets, known);
  }

  protected abstract take(row: Record<string, unknown>): void;
  protected abstract compare(offsets: Offsets, known: Known): void;

  private async newText(size: number): Promise<string> {
    if (size === this.bytes) return '';
    const handle = await open(this.file, 'r');
    try {
      const buffer = Buffer.alloc(size - this.bytes);
      await handle.read(buffer, 0, buffer.length, this.bytes);
      this.bytes = size;
      return buffer.toString();
    } finally {
      await handle.close();
    }
  }
}

/** What is known of a job at a position, besides its rows. */
export interface Known {
  /** Records it could not compute and keeps: partition -> offsets. */
  letters: ReadonlyMap<number, ReadonlySet<number>>;
  /** Versions that may have written rows since it was last compared. */
  versions: ReadonlySet<string>;
}

/** The ids themselves: none left out but the dead letters, none twice. */
export class Ids extends Output {
  /** Up to which offset they are there, by partition, and those missing below. */
  private readonly next = new Map<number, number>();
  private readonly missing = new Map<number, Set<number>>();
  private readonly writers = new Set<string>();

  /** @param inOrder of each partition in order too: neither shared by versions nor tried again */
  constructor(
    file: string,
    private readonly inOrder: boolean,
  ) {
    super(file);
  }

  override take({ id, v }: Record<string, unknown>): void {
    const number = Number(id);
    const partition = number % partitions;
    const offset = Math.floor(number / partitions);
    const expected = this.next.get(partition) ?? 0;
    const missing = this.missing.get(partition) ?? new Set();
    this.missing.set(partition, missing);
    if (offset !== expected && (this.inOrder || (offset < expected && !missing.has(offset))))
      throw new Error(`${this.file}: offset ${offset} of partition ${partition} where ${expected} was next`);
    for (let skipped = expected; skipped < offset; skipped++) missing.add(skipped);
    missing.delete(offset);
    this.next.set(partition, Math.max(expected, offset + 1));
    this.writers.add(String(v));
  }

  override compare(offsets: Offsets, { letters, versions }: Known): void {
    for (const [partition, offset] of offsets) {
      const missing = new Set(this.missing.get(partition));
      const next = this.next.get(partition) ?? 0;
      for (let absent = next; absent < offset; absent++) missing.add(absent);
      const kept = letters.get(partition) ?? new Set();
      const lost = [...missing].filter((absent) => !kept.has(absent));
      const both = [...kept].filter((letter) => !missing.has(letter));
      if (next > offset || lost.length + both.length > 0)
        throw new Error(
          `${this.file}: partition ${partition} has rows up to ${next} at position ${offset}, of which ` +
            `${lost.slice(0, 9).join(', ')} are missing and ${both.slice(0, 9).join(', ')} are dead letters too`,
        );
    }
    const wrong = [...this.writers].filter((version) => !versions.has(version));
    if (wrong.length > 0)
      throw new Error(
        `${this.file}: rows of version ${wrong.join(', ')} where ${[...versions].join(', ')} ran`,
      );
    this.writers.clear();
  }
}

/** Windows over the ids: each once, with the right count and sum, all of those up to the watermark. */
export class Windows extends Output {
  private readonly seen = new Set<number>();

  protected take({ start, n, s }: Record<string, unknown>): void {
    const first = Date.parse(String(start).replace(' ', 'T').replace(/Z?$/, 'Z'));
    const sum = first * windowIds + (windowIds * (windowIds - 1)) / 2;
    if (n !== windowIds || s !== sum || first % windowIds !== 0 || this.seen.has(first))
      throw new Error(
        `${this.file}: window ${first} has count ${String(n)} and sum ${String(s)}, or came twice`,
      );
    this.seen.add(first);
  }

  protected compare(offsets: Offsets): void {
    const latest = Math.min(
      ...[...offsets].map(([partition, offset]) => (offset - 1) * partitions + partition),
    );
    // The window that ends at the watermark may be due with the next record only.
    const due = [latest, latest + 1].map((time) => Math.max(0, Math.floor(time / windowIds)));
    const last = Math.max(-windowIds, ...this.seen) / windowIds + 1;
    if (last !== this.seen.size || !due.includes(last))
      throw new Error(
        `${this.file}: ${this.seen.size} windows, the last is ${last} where ${String(due[1])} were due`,
      );
  }
}
