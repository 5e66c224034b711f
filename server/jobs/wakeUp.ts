// One appointment of a job: something that happens later, at most once, unless it is called off.
import type { Clock } from '../connectors/connector';

/** The longest single sleep: how late a jump of the clock is noticed. */
const sleepMs = 1_000 * 20;

export class WakeUp {
  private controller = new AbortController();
  private ended = false;
  private pending = false;

  constructor(private readonly clock: Clock) {}

  /** Whether something is still to come. */
  get isSet(): boolean {
    return this.pending;
  }

  /** Calls `act` after `ms` of time that never jumps, in place of an earlier appointment. */
  after(ms: number, act: () => void): void {
    const due = this.clock.monotonic() + ms;
    this.start(() => due - this.clock.monotonic(), act);
  }

  /** Calls `act` when the clock people see shows `at` or later; follows it when it is set. */
  at(at: number, act: () => void): void {
    this.start(() => at - this.clock.now(), act);
  }

  cancel(): void {
    this.pending = false;
    this.controller.abort();
  }

  /** Calls it off, and takes no appointment any more. */
  end(): void {
    this.ended = true;
    this.cancel();
  }

  private start(leftMs: () => number, act: () => void): void {
    this.cancel();
    if (this.ended) return;
    this.controller = new AbortController();
    this.pending = true;
    void this.wait(leftMs, act, this.controller.signal);
  }

  private async wait(leftMs: () => number, act: () => void, signal: AbortSignal): Promise<void> {
    // Never within the call that made the appointment.
    await Promise.resolve();
    for (let left = leftMs(); left > 0 && !signal.aborted; left = leftMs()) {
      await this.clock.sleep(Math.min(left, sleepMs), signal);
    }
    if (signal.aborted) return;
    this.pending = false;
    act();
  }
}
