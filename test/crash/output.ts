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
  async verify(offsets: Offsets): Promise<void> {
    const { size } = await stat(this.file).catch(() => ({ size: 0 }));
    if (size < this.bytes) throw new Error(`${this.file} lost rows: ${size} bytes after ${this.bytes}`);
    this.rest += await this.newText(size);
    const lines = this.rest.split('\n');
    this.rest = lines.pop() ?? '';
    if (this.rest !== '') throw new Error(`${this.file} ends with half a row: ${this.rest}`);
    for (const line of lines)
      this.take(JSON.parse(line.slice(this.prefix.length)) as Record<string, unknown>);
    this.compare(offsets);
  }

  protected abstract take(row: Record<string, unknown>): void;
  protected abstract compare(offsets: Offsets): void;

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

/** The ids themselves: of each partition in order, none left out, none twice. */
export class Ids extends Output {
  private readonly next = new Map<number, number>();

  protected take({ id }: Record<string, unknown>): void {
    const number = Number(id);
    const partition = number % partitions;
    const expected = this.next.get(partition) ?? 0;
    const offset = Math.floor(number / partitions);
    if (offset !== expected)
      throw new Error(`${this.file}: offset ${offset} of partition ${partition} where ${expected} was next`);
    this.next.set(partition, expected + 1);
  }

  protected compare(offsets: Offsets): void {
    for (const [partition, offset] of offsets) {
      const written = this.next.get(partition) ?? 0;
      if (written !== offset)
        throw new Error(`${this.file}: partition ${partition} has ${written} rows at position ${offset}`);
    }
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
