// When a job's datagen log began. It is kept in a file beside the job, so that after a restart the same record still
// stands at the same position with the same event time; without the file the positions themselves give an epoch.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { StreamJobsError } from '../../protocol/errors';
import { fileNameOf } from '../fileNames';

interface KeptEpoch {
  epoch: number;
  /** The pace it was kept for: another one would move the records. */
  rowsPerSecond: number;
}

export class EpochFile {
  private readonly file: string;

  constructor(dataDir: string, jobName: string, table: string) {
    this.file = path.join(dataDir, 'datagen', `${fileNameOf(jobName, table)}.json`);
  }

  /** The kept epoch, or undefined where there is none for this pace. */
  async read(rowsPerSecond: number): Promise<number | undefined> {
    let kept: Partial<KeptEpoch>;
    try {
      kept = JSON.parse(await readFile(this.file, 'utf8')) as Partial<KeptEpoch>;
    } catch {
      return undefined; // Absent or torn: the positions give one.
    }
    return typeof kept.epoch === 'number' && kept.rowsPerSecond === paceOf(rowsPerSecond)
      ? kept.epoch
      : undefined;
  }

  /** Throws STORAGE. */
  async write(epoch: number, rowsPerSecond: number): Promise<void> {
    const kept: KeptEpoch = { epoch, rowsPerSecond: paceOf(rowsPerSecond) };
    try {
      await mkdir(path.dirname(this.file), { recursive: true });
      await writeFile(`${this.file}.new`, JSON.stringify(kept));
      await rename(`${this.file}.new`, this.file);
    } catch (cause) {
      throw new StreamJobsError('STORAGE', `The file ${this.file} cannot be written: ${String(cause)}.`, {
        cause,
      });
    }
  }
}

/** JSON has no Infinity; 0 stands for it, as in the option. */
function paceOf(rowsPerSecond: number): number {
  return rowsPerSecond === Infinity ? 0 : rowsPerSecond;
}
