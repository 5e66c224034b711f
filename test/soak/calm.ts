// How long the surroundings of the jobs have been left in peace: what a job may be blamed for.

/** A clock that stands still while something is done to broker, connections or server, and until all are back. */
export class CalmClock {
  private calmSince: number | undefined = performance.now();
  private passed = 0;

  /** Calm time so far, in ms. */
  get ms(): number {
    return this.passed + (this.calmSince === undefined ? 0 : performance.now() - this.calmSince);
  }

  /** Stands still while `act` runs. One at a time. */
  async stopped(act: () => Promise<void>): Promise<void> {
    this.passed = this.ms;
    this.calmSince = undefined;
    try {
      await act();
    } finally {
      this.calmSince = performance.now();
    }
  }
}
