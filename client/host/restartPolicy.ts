// When a server that crashed is started again: soon at first, later and later, and not for ever.

/** Waits before each restart in a row, in ms. After the last one it is given up. */
const delaysMs = [500, 2000, 5000, 15_000, 30_000];
/** A server that ran this long starts with a clean record, in ms. */
const forgivenAfterMs = 5 * 60_000;

export class RestartPolicy {
  private restarts = 0;
  private lastCrash = Number.NEGATIVE_INFINITY;

  /** The wait before the next start, or undefined when it crashed too often. `now` is epoch ms. */
  afterCrash(now: number): number | undefined {
    if (now - this.lastCrash > forgivenAfterMs) this.restarts = 0;
    this.lastCrash = now;
    return delaysMs[this.restarts++];
  }

  /** The user asked for a start: the record is clean. */
  forgive(): void {
    this.restarts = 0;
  }
}
