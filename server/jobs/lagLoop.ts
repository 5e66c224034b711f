// Refreshes every job's lag: each second while anyone looks, every ten seconds otherwise.
import type { Clock } from '../connectors/connector';
import type { ServerLimits } from './limits';

export class LagLoop {
  private watchers = 0;
  private attendedUntil = -Infinity;
  private readonly stopped = new AbortController();
  private waiting = new AbortController();
  private readonly ended: Promise<void>;

  constructor(
    private readonly clock: Clock,
    private readonly limits: ServerLimits,
    /** Begins a refresh of every job; one that is slow holds up none. */
    private readonly refresh: () => void,
  ) {
    this.ended = this.loop();
  }

  /** How many look all the time. */
  setWatched(count: number): void {
    const more = count > this.watchers;
    this.watchers = count;
    if (more) this.waiting.abort();
  }

  /** Someone looks now and perhaps again soon. */
  attend(): void {
    const before = this.watched;
    this.attendedUntil = this.clock.monotonic() + this.limits.attendedMs;
    if (!before) this.waiting.abort();
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    this.waiting.abort();
    await this.ended;
  }

  private get watched(): boolean {
    return this.watchers > 0 || this.clock.monotonic() < this.attendedUntil;
  }

  private async loop(): Promise<void> {
    const { lagWatchedMs, lagIdleMs } = this.limits;
    for (;;) {
      this.waiting = new AbortController();
      await this.clock.sleep(this.watched ? lagWatchedMs : lagIdleMs, this.waiting.signal);
      if (this.stopped.signal.aborted) return;
      this.refresh();
    }
  }
}
