// How much memory the open databases of the process may take together, where it is limited: each gets a share of what
// is left when it opens, down to a floor, below which no further job opens. What a share has no room for goes to disk.
import { StreamJobsError } from '../protocol/errors';
import { limits } from './limits';

const mebibyte = 1024 * 1024;

/** Given back when its database is closed. */
export interface MemoryShare {
  bytes: number;
  /** Idempotent. */
  release(): void;
}

export class MemoryBudget {
  private totalBytes: number | undefined;
  private takenBytes = 0;
  private shares = 0;

  /** From now on; undefined: no limit for all of them together. */
  limitTo(totalBytes: number | undefined): void {
    this.totalBytes = totalBytes;
  }

  /** Of a database that is only looked into for a moment. */
  glimpse(): MemoryShare {
    const bytes = this.totalBytes === undefined ? limits.databaseBytesMax : limits.databaseBytesMin;
    return { bytes, release: () => undefined };
  }

  /** @throws StreamJobsError MEMORY_LIMIT when not even the floor is left */
  take(): MemoryShare {
    const bytes = this.nextShare();
    this.takenBytes += bytes;
    this.shares += 1;
    let released = false;
    return {
      bytes,
      release: () => {
        if (released) return;
        released = true;
        this.takenBytes -= bytes;
        this.shares -= 1;
      },
    };
  }

  private nextShare(): number {
    const { databaseBytesMin, databaseBytesMax, databaseShares } = limits;
    if (this.totalBytes === undefined) return databaseBytesMax;
    const left = this.totalBytes - this.takenBytes;
    if (left < databaseBytesMin) throw noRoom(this.shares, this.totalBytes);
    return Math.max(databaseBytesMin, Math.min(databaseBytesMax, Math.floor(left / databaseShares)));
  }
}

function noRoom(open: number, totalBytes: number): StreamJobsError {
  const jobs = open === 1 ? '1 job is' : `${open} jobs are`;
  return new StreamJobsError(
    'MEMORY_LIMIT',
    `${jobs} open, and there is no memory for another one under the server's limit (${Math.floor(totalBytes / mebibyte)} MB for their state).`,
    {
      hint: "PAUSE JOB ... COLD frees a job's memory; or raise the limit of the server (--memory-limit, streamJobs.memoryLimit).",
    },
  );
}

/** The process's own. */
export const memoryBudget = new MemoryBudget();
