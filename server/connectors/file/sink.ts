// Writes rows to a file, a line each; after a crash the file is cut back to the last checkpoint, so that each row is
// there exactly once.
//
// The position is the file's length. Before the first checkpoint there is none; the length the file had at the first
// start is kept in a note in the data folder until then.
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { TableDefinition } from '../../analysis/catalog';
import { StreamJobsError } from '../../protocol/errors';
import type { ConnectorContext, RowBatch, Sink } from '../connector';
import { fileNameOf } from '../fileNames';
import { unlessAborted } from '../waiting';
import { hasHeader, headerLine } from './csvHeader';
import { linesOf } from './lines';
import { RecoverableFile } from './recoverableFile';

export class FileSink implements Sink {
  private readonly file: string;
  private readonly note: string;
  private readonly header: string | undefined;
  private opened: RecoverableFile | undefined;
  /** Writes go one after the other, also when somebody no longer waits for the last one. */
  private last: Promise<unknown> = Promise.resolve();
  private noteThere = false;

  /** Throws BAD_OPTION. */
  constructor(
    table: TableDefinition,
    file: string,
    private readonly context: ConnectorContext,
  ) {
    this.file = file;
    this.note = path.join(context.jobDir, 'file', `${fileNameOf(context.jobName, table.name)}.json`);
    this.header = hasHeader(table) ? headerLine(table) : undefined;
  }

  async open(position: string | undefined): Promise<void> {
    const length = position === undefined ? await this.readNote() : Number(position);
    this.opened = await RecoverableFile.open(this.file, length, this.context.fileMode);
    if (length !== undefined && this.opened.length < length)
      this.context.log(
        'warn',
        `${this.file} is shorter than what was written to it (${length} bytes): rows go on at its end.`,
      );
    if (position === undefined && length === undefined) await this.writeNote(this.opened.length);
    this.noteThere = true;
    if (this.header !== undefined && this.opened.length === 0)
      await this.opened.append(Buffer.from(this.header));
  }

  async write(rows: RowBatch, signal: AbortSignal): Promise<void> {
    const file = this.theFile();
    await unlessAborted(
      this.inTurn(() => file.append(linesOf(rows))),
      signal,
      () => new StreamJobsError('SINK_UNAVAILABLE', `Writing to ${this.file} takes too long.`),
    );
  }

  async flush(signal: AbortSignal): Promise<string> {
    const file = this.theFile();
    await unlessAborted(
      this.inTurn(() => file.sync()),
      signal,
      () => new StreamJobsError('SINK_UNAVAILABLE', `Writing to ${this.file} takes too long.`),
    );
    return String(file.length);
  }

  committed(): void {
    if (!this.noteThere) return;
    this.noteThere = false;
    void this.inTurn(() => rm(this.note, { force: true })).catch(() => (this.noteThere = true));
  }

  async close(): Promise<void> {
    const file = this.opened;
    this.opened = undefined;
    if (file) await this.inTurn(() => file.close());
  }

  private theFile(): RecoverableFile {
    if (!this.opened) throw new StreamJobsError('INTERNAL', `The file sink ${this.file} is not open.`);
    return this.opened;
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.last.then(work, work);
    this.last = mine.catch(() => undefined);
    return mine;
  }

  private async readNote(): Promise<number | undefined> {
    try {
      const note = JSON.parse(await readFile(this.note, 'utf8')) as { file?: unknown; length?: unknown };
      return note.file === this.file && typeof note.length === 'number' ? note.length : undefined;
    } catch {
      return undefined; // The usual case: a first start.
    }
  }

  private async writeNote(length: number): Promise<void> {
    try {
      await mkdir(path.dirname(this.note), { recursive: true });
      await writeFile(`${this.note}.new`, JSON.stringify({ file: this.file, length }));
      await rename(`${this.note}.new`, this.note);
    } catch (cause) {
      throw new StreamJobsError('STORAGE', `The file ${this.note} cannot be written: ${String(cause)}.`, {
        cause,
      });
    }
  }
}
