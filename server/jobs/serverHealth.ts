// Looks after what all jobs of a server share: the machine's clock and the disk of the data directory.
import { statfs } from 'node:fs/promises';
import type { Clock } from '../connectors/connector';
import { clockJump, serverWarnings, type ClockJump, type DiskSpace, type Warning } from './health';

/** The disk is looked at this often. */
const diskEveryMs = 5_000;

export class ServerHealth {
  private disk: DiskSpace | undefined;
  private diskAt = -Infinity;
  private jump: ClockJump | undefined;
  private last: { wall: number; monotonic: number };
  private told = '';

  constructor(
    private readonly clock: Clock,
    /** Undefined when nobody knows. */
    private readonly diskSpace: () => Promise<DiskSpace | undefined>,
    /** The warnings are others now. */
    private readonly changed: () => void,
  ) {
    this.last = this.moment();
  }

  warnings(): Warning[] {
    return serverWarnings(this.disk, this.jump, this.clock.monotonic());
  }

  /** To be called now and then. Never rejects. */
  async look(): Promise<void> {
    const now = this.moment();
    this.jump = clockJump(this.last, now) ?? this.jump;
    this.last = now;
    if (now.monotonic - this.diskAt >= diskEveryMs) {
      this.diskAt = now.monotonic;
      this.disk = await this.diskSpace().catch(() => undefined);
    }
    const warnings = this.warnings()
      .map(({ text }) => text)
      .join('\n');
    if (warnings !== this.told) this.changed();
    this.told = warnings;
  }

  private moment(): { wall: number; monotonic: number } {
    return { wall: this.clock.now(), monotonic: this.clock.monotonic() };
  }
}

/** Of the disk a folder is on. */
export async function diskSpaceOf(folder: string): Promise<DiskSpace> {
  const { bavail, blocks, bsize } = await statfs(folder);
  return { path: folder, freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}
