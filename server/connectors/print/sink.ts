// Shows rows to whoever looks, after they are committed, and keeps the last of them in files of a bounded size.
//
// A position is `generation:length`: rows go to one file until it is full, then to the next; the one before it is kept
// too, older ones are deleted once a checkpoint no longer needs them.
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { TableDefinition } from '../../analysis/catalog';
import { printOptions } from '../../analysis/options/localConnectors';
import { readOptions } from '../../analysis/options/table';
import { StreamJobsError } from '../../protocol/errors';
import { absent } from '../connector';
import type { ConnectorContext, RowBatch, Sink } from '../connector';
import { linesOf } from '../file/lines';
import { RecoverableFile } from '../file/recoverableFile';
import { fileNameOf } from '../fileNames';

/** A file is full with this many bytes; two are kept. */
const fileBytesMax = 8 * 1024 * 1024;
/** Rows shown at once; the others of that checkpoint are only in the file. */
const shownRowsMax = 1000;
/** Of a row that is shown. */
const shownCharactersMax = 10_000;

export class PrintSink implements Sink {
  private readonly folder: string;
  private readonly fileName: string;
  private readonly prefix: string;
  private generation = 0;
  private file: RecoverableFile | undefined;
  private unseen: string[] = [];
  private unseenMore = 0;
  /** Files of older generations than this are deleted. */
  private oldestKept = 0;
  private deletion: Promise<void> = Promise.resolve();

  /** Throws BAD_OPTION. */
  constructor(
    table: TableDefinition,
    private readonly context: ConnectorContext,
    private readonly bytesMax = fileBytesMax,
  ) {
    this.folder = path.join(context.jobDir, 'print');
    this.fileName = fileNameOf(context.jobName, table.name);
    this.prefix = `${readOptions(printOptions, table.options)['print-identifier'] ?? table.name}> `;
  }

  async open(position: string | undefined): Promise<void> {
    const [generation = 0, length = 0] = (position ?? '0:0').split(':').map(Number);
    this.generation = generation;
    await this.deleteWhere((found) => found > generation || (position === undefined && found !== generation));
    this.file = await RecoverableFile.open(this.pathOf(generation), length);
  }

  async write(rows: RowBatch): Promise<void> {
    let file = this.theFile();
    if (file.length >= this.bytesMax) file = await this.nextFile(file);
    await file.append(linesOf(rows));
    this.remember(rows);
  }

  async flush(): Promise<string> {
    const file = this.theFile();
    await file.sync();
    return `${this.generation}:${file.length}`;
  }

  committed(): void {
    if (this.unseenMore > 0)
      this.unseen.push(`${this.prefix}... ${this.unseenMore} more rows in ${this.pathOf(this.generation)}`);
    if (this.unseen.length > 0) this.context.print(this.unseen);
    this.unseen = [];
    this.unseenMore = 0;
    const oldest = this.generation - 1;
    if (oldest <= this.oldestKept) return;
    this.oldestKept = oldest;
    this.deletion = this.deletion.then(() => this.deleteWhere((found) => found < oldest));
  }

  async close(): Promise<void> {
    const { file } = this;
    this.file = undefined;
    await this.deletion;
    await file?.close();
  }

  private theFile(): RecoverableFile {
    if (!this.file) throw new StreamJobsError('INTERNAL', 'The print sink is not open.');
    return this.file;
  }

  /** The full file is made durable first: a position in the next one stands for all of it. */
  private async nextFile(full: RecoverableFile): Promise<RecoverableFile> {
    await full.sync();
    const next = await RecoverableFile.open(this.pathOf(this.generation + 1), 0);
    this.file = next;
    this.generation += 1;
    await full.close();
    return next;
  }

  private pathOf(generation: number): string {
    return path.join(this.folder, `${this.fileName}.${generation}.log`);
  }

  private remember({ count, values: { buffer, starts, ends } }: RowBatch): void {
    const shown = Math.min(count, shownRowsMax - this.unseen.length);
    for (let i = 0; i < shown; i++) {
      const row = starts[i] === absent ? 'null' : buffer.toString('utf8', starts[i], ends[i]);
      this.unseen.push(
        this.prefix + (row.length > shownCharactersMax ? `${row.slice(0, shownCharactersMax)}...` : row),
      );
    }
    this.unseenMore += count - shown;
  }

  private async deleteWhere(unneeded: (generation: number) => boolean): Promise<void> {
    const names = await readdir(this.folder).catch(() => []);
    for (const name of names) {
      if (!name.startsWith(`${this.fileName}.`) || !name.endsWith('.log')) continue;
      const generation = Number(name.slice(this.fileName.length + 1, -'.log'.length));
      if (Number.isInteger(generation) && unneeded(generation))
        await rm(path.join(this.folder, name), { force: true }).catch(() => undefined);
    }
  }
}
