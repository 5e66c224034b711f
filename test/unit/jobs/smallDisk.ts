// A file system of a few megabytes, to be filled: needs root on Linux, as in CI.
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Why there can be no small disk here; undefined where there can. */
export function missingForSmallDisk(): string | undefined {
  if (process.platform !== 'linux') return 'not Linux';
  if (process.getuid?.() !== 0) return 'not root';
  try {
    SmallDisk.make(1).dispose();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export class SmallDisk {
  private constructor(readonly folder: string) {}

  static make(mebibytes: number): SmallDisk {
    const folder = mkdtempSync(path.join(tmpdir(), 'stream-jobs-disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=0700`, 'tmpfs', folder], {
      stdio: 'pipe',
    });
    return new SmallDisk(folder);
  }

  private get filler(): string {
    return path.join(this.folder, 'filler');
  }

  /** Takes every byte that is left. */
  fill(): void {
    const file = openSync(this.filler, 'a');
    try {
      for (const size of [1 << 20, 1 << 12]) {
        const block = Buffer.alloc(size);
        for (let isRoom = true; isRoom;) isRoom = tryWrite(file, block);
      }
    } finally {
      closeSync(file);
    }
  }

  free(): void {
    rmSync(this.filler, { force: true });
  }

  dispose(): void {
    execFileSync('umount', ['-l', this.folder], { stdio: 'pipe' });
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function tryWrite(file: number, block: Buffer): boolean {
  try {
    return writeSync(file, block) === block.length;
  } catch {
    return false;
  }
}
