// Reads a file of one record a line; the position is a byte offset. A growing file is followed.
//
// Nothing is read twice or skipped: a line counts once it has its line end, or, when the file is not followed, once the
// file has ended. A file that became shorter or was replaced is refused, because its positions mean something else.
import { open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { TableDefinition } from '../../analysis/catalog';
import { fileOptions } from '../../analysis/options/localConnectors';
import { readOption } from '../../analysis/options/table';
import { StreamJobsError } from '../../protocol/errors';
import type {
  ConnectorContext,
  LogPlace,
  PartitionRange,
  Peeked,
  Positions,
  RecordBatch,
  Source,
} from '../connector';
import { peeked } from '../peeked';
import { csvCharacter, hasHeader } from './csvHeader';
import { findCsvRecords, findLines } from './records';
import type { FindRecords } from './records';
import { codeOf } from './recoverableFile';

const chunkBytes = 1024 * 1024;
const chunkBytesMin = 64 * 1024;
/** A record longer than this is given on as failed, with its beginning. */
const recordBytesMaxDefault = 16 * 1024 * 1024;
const shownOfFailedBytes = 1024;
/** How often a file at its end is looked at again. */
const pollMs = 25;
/** How often it is checked whether the path still means the same file. */
const identityCheckMs = 1000;
const newline = 0x0a;
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

export class FileSource implements Source {
  readonly unit = 'bytes';
  private readonly follow: boolean;
  private readonly skipHeader: boolean;
  private readonly find: FindRecords;
  private handle: FileHandle | undefined;
  private position = 0;
  /** Where a file that is not followed ends. */
  private bound = Infinity;
  private checkedAt = -Infinity;
  private chunk = chunkBytes;
  private bytesPerRecord = chunkBytes;
  /** Up to here there was no whole record: not worth reading again until the file is longer. */
  private scannedTo = -1;

  /** Throws BAD_OPTION. */
  constructor(
    private readonly table: TableDefinition,
    private readonly file: string,
    private readonly context: ConnectorContext,
    private readonly recordBytesMax = recordBytesMaxDefault,
  ) {
    this.follow = readOption('follow', fileOptions.follow, table.options.follow) ?? true;
    const csv = table.options.format?.toLowerCase() === 'csv';
    this.skipHeader = hasHeader(table);
    this.find = csv
      ? findCsvRecords(csvCharacter(table, 'csv.field-delimiter'), csvCharacter(table, 'csv.quote-character'))
      : findLines;
  }

  async open(positions: Positions): Promise<Positions> {
    this.position = Number(positions.get(0) ?? 0n);
    const handle = await this.openFile();
    this.handle = handle;
    const size = await this.sizeOf(handle);
    if (this.position > 0 && this.position < size) {
      const before = Buffer.alloc(1);
      await handle.read(before, 0, 1, this.position - 1);
      if (before[0] !== newline) throw this.replaced(`no line begins at byte ${this.position}`);
    }
    if (!this.follow) this.bound = size;
    return new Map([[0, BigInt(this.position)]]);
  }

  async read(recordsMax: number, waitMs: number, signal: AbortSignal): Promise<RecordBatch | undefined> {
    const { clock } = this.context;
    const deadline = clock.monotonic() + waitMs;
    while (!signal.aborted && !this.finished) {
      const handle = this.theHandle();
      const end = Math.min(await this.sizeOf(handle), this.bound);
      const before = this.position;
      const batch =
        end > this.position && end !== this.scannedTo
          ? await this.readChunk(handle, end, recordsMax)
          : undefined;
      if (batch) return batch;
      if (this.position > before) continue;
      const left = deadline - clock.monotonic();
      if (left <= 0) return undefined;
      await this.checkIdentity(handle);
      await clock.sleep(Math.min(left, pollMs), signal);
    }
    return undefined;
  }

  get finished(): boolean {
    return this.position >= this.bound;
  }

  async ranges(): Promise<PartitionRange[]> {
    const end = Math.min(this.bound, (await this.statFile()).size);
    return [{ partition: 0, start: 0n, end: BigInt(end) }];
  }

  /** A reader of its own looks, and is gone. */
  async peek(positions: Positions, limit: number, bytesMax: number): Promise<Peeked[]> {
    const other = new FileSource(this.table, this.file, this.context, this.recordBytesMax);
    try {
      await other.open(positions);
      other.bound = Math.min(other.bound, this.bound);
      const batch = await other.read(limit, 0, new AbortController().signal);
      if (!batch) return [];
      const [range] = await this.ranges();
      return [peeked(batch, limit, bytesMax, batch.nextOffset < (range?.end ?? 0n))];
    } finally {
      await other.close();
    }
  }

  async offsetsAt(place: LogPlace): Promise<Positions> {
    if (place.kind === 'timestamp')
      throw new StreamJobsError('BAD_REQUEST', `The lines of ${this.file} have no times.`, {
        hint: 'Resume FROM EARLIEST or FROM LATEST.',
      });
    const end = place.kind === 'earliest' ? 0 : await this.lastLineEnd();
    return new Map([[0, BigInt(end)]]);
  }

  async close(): Promise<void> {
    const { handle } = this;
    this.handle = undefined;
    await handle?.close();
  }

  /** The records in the next bytes; undefined when no whole record is there, or only blank lines. */
  private async readChunk(
    handle: FileHandle,
    end: number,
    recordsMax: number,
  ): Promise<RecordBatch | undefined> {
    const base = this.position;
    const length = Math.min(this.chunkFor(recordsMax), end - base);
    const buffer = Buffer.allocUnsafe(length);
    const bytes = await readFully(handle, buffer, base);
    const last = base + bytes === this.bound;
    const starts = new Uint32Array(recordsMax + 1);
    const ends = new Uint32Array(recordsMax + 1);
    const from = base === 0 && buffer.subarray(0, 3).equals(byteOrderMark) ? 3 : 0;
    const header = base === 0 && this.skipHeader ? 1 : 0;
    const room = recordsMax + header;
    const found = this.find(buffer, from, bytes, last, starts.subarray(0, room), ends.subarray(0, room));
    if (found.consumed === from) return this.longer(handle, end, buffer);
    this.chunk = chunkBytes;
    this.position = base + found.consumed;
    const count = found.count - Math.min(header, found.count);
    if (count === 0) return undefined;
    this.bytesPerRecord = found.consumed / count;
    const values = { buffer, starts: starts.subarray(header), ends: ends.subarray(header) };
    return {
      partition: 0,
      count,
      values,
      baseOffset: BigInt(base),
      offsetDeltas: Float64Array.from(values.starts.subarray(0, count)),
      nextOffset: BigInt(this.position),
    };
  }

  /** About the bytes of the records wanted, so that little is read in vain. */
  private chunkFor(recordsMax: number): number {
    if (this.chunk > chunkBytes) return this.chunk;
    return Math.min(this.chunk, Math.max(chunkBytesMin, Math.ceil(recordsMax * this.bytesPerRecord * 1.1)));
  }

  /** The record goes on after the bytes at hand: next time read more, up to the limit; beyond it, give it up. */
  private async longer(handle: FileHandle, end: number, buffer: Buffer): Promise<RecordBatch | undefined> {
    if (this.position + buffer.length >= end && buffer.length < this.recordBytesMax) {
      this.scannedTo = end;
      return undefined;
    }
    if (buffer.length < this.recordBytesMax) {
      this.chunk = Math.min(this.chunk * 4, this.recordBytesMax);
      return this.readChunk(handle, end, 1);
    }
    const next = await this.endOfLine(handle, this.position + buffer.length, end);
    if (next === undefined) return undefined;
    const base = this.position;
    this.position = next;
    this.chunk = chunkBytes;
    const shown = Math.min(shownOfFailedBytes, buffer.length);
    const why = `The line at byte ${base} of ${this.file} has ${next - base} bytes, more than ${this.recordBytesMax}.`;
    return {
      partition: 0,
      count: 1,
      values: {
        buffer: Buffer.from(buffer.subarray(0, shown)),
        starts: Uint32Array.of(0),
        ends: Uint32Array.of(shown),
      },
      failed: new Map([[0, why]]),
      baseOffset: BigInt(base),
      nextOffset: BigInt(next),
    };
  }

  /** The byte after the last line end of the file: a line that is still being written is not passed over. */
  private async lastLineEnd(): Promise<number> {
    const handle = await this.openFile();
    try {
      const buffer = Buffer.allocUnsafe(chunkBytes);
      for (let end = (await handle.stat()).size; end > 0; end -= Math.min(chunkBytes, end)) {
        const from = Math.max(0, end - chunkBytes);
        const bytes = await readFully(handle, buffer.subarray(0, end - from), from);
        const found = buffer.subarray(0, bytes).lastIndexOf(newline);
        if (found >= 0) return from + found + 1;
      }
      return 0;
    } finally {
      await handle.close();
    }
  }

  /** The byte after the next line end at or after `from`; undefined when there is none yet. */
  private async endOfLine(handle: FileHandle, from: number, end: number): Promise<number | undefined> {
    const buffer = Buffer.allocUnsafe(chunkBytes);
    for (let at = from; at < end;) {
      const bytes = await readFully(handle, buffer.subarray(0, Math.min(chunkBytes, end - at)), at);
      const found = buffer.subarray(0, bytes).indexOf(newline);
      if (found >= 0) return at + found + 1;
      if (bytes === 0) break;
      at += bytes;
    }
    return end === this.bound ? end : undefined;
  }

  private theHandle(): FileHandle {
    if (!this.handle) throw new StreamJobsError('INTERNAL', `The file source ${this.file} is not open.`);
    return this.handle;
  }

  private async openFile(): Promise<FileHandle> {
    try {
      return await open(this.file, 'r');
    } catch (error) {
      throw this.unreadable(error);
    }
  }

  private async statFile(): Promise<{ size: number; ino: number; dev: number }> {
    try {
      return await stat(this.file);
    } catch (error) {
      throw this.unreadable(error);
    }
  }

  /** Throws DATA_LOSS when the file is shorter than what was read of it. */
  private async sizeOf(handle: FileHandle): Promise<number> {
    const found = await handle.stat();
    if (found.isDirectory())
      throw new StreamJobsError('SOURCE_FAILED', `${this.file} is a folder, not a file.`);
    if (found.size < this.position)
      throw this.replaced(`it has ${found.size} bytes, and ${this.position} were already read`);
    return found.size;
  }

  /** Throws DATA_LOSS when the path now leads to another file, SOURCE_UNAVAILABLE when to none. */
  private async checkIdentity(handle: FileHandle): Promise<void> {
    const now = this.context.clock.monotonic();
    if (now - this.checkedAt < identityCheckMs) return;
    this.checkedAt = now;
    const [ours, there] = await Promise.all([handle.stat(), this.statFile()]);
    if (ours.ino !== there.ino || ours.dev !== there.dev) throw this.replaced('another file is in its place');
  }

  private replaced(how: string): StreamJobsError {
    return new StreamJobsError('DATA_LOSS', `The file ${this.file} was truncated or replaced: ${how}.`, {
      hint: 'Put the file back, or RESUME JOB ... FROM EARLIEST to read the new file from its beginning.',
    });
  }

  private unreadable(error: unknown): StreamJobsError {
    if (codeOf(error) === 'ENOENT')
      return new StreamJobsError('SOURCE_UNAVAILABLE', `The file ${this.file} does not exist.`, {
        hint: "Check 'path'; a relative path stands for the folder the job server was started for.",
        cause: error,
      });
    const message = error instanceof Error ? error.message : String(error);
    return new StreamJobsError('SOURCE_FAILED', `The file ${this.file} cannot be read: ${message}.`, {
      cause: error,
    });
  }
}

/** Fills the buffer from `position`; fewer bytes only at the end of the file. */
async function readFully(handle: FileHandle, buffer: Buffer, position: number): Promise<number> {
  let done = 0;
  while (done < buffer.length) {
    const { bytesRead } = await handle.read(buffer, done, buffer.length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done;
}
