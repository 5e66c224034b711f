// Virtual time: sleeps end when the test advances the clock, in order.
import type { Clock } from '../../../server/connectors/connector';

interface Sleeper {
  due: number;
  wake: () => void;
}

export class FakeClock implements Clock {
  private elapsed = 0;
  private sleepers: Sleeper[] = [];
  /** Called after each thing that happened. */
  observe: () => void = () => undefined;
  /** What people see; may be set without touching durations. */
  wall = Date.UTC(2026, 0, 1, 10, 0, 0);

  now(): number {
    return this.wall;
  }
  monotonic(): number {
    return this.elapsed;
  }
  /** How many sleeps have not ended: none is left behind by whoever has closed. */
  get sleeping(): number {
    return this.sleepers.length;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper: Sleeper = {
        due: this.elapsed + ms,
        wake: () => {
          this.sleepers = this.sleepers.filter((other) => other !== sleeper);
          signal?.removeEventListener('abort', sleeper.wake);
          resolve();
        },
      };
      this.sleepers.push(sleeper);
      signal?.addEventListener('abort', sleeper.wake);
    });
  }

  async advance(ms: number): Promise<void> {
    const target = this.elapsed + ms;
    await settle();
    for (;;) {
      const due = this.sleepers.filter((sleeper) => sleeper.due <= target).sort((a, b) => a.due - b.due)[0];
      const next = due?.due ?? target;
      this.wall += next - this.elapsed;
      this.elapsed = next;
      if (due === undefined) return;
      due.wake();
      await settle();
      this.observe();
    }
  }

  /** Advances until `promise` settles; at most an hour. */
  async until<T>(promise: Promise<T>): Promise<T> {
    const state = { settled: false };
    const mark = () => {
      state.settled = true;
    };
    promise.then(mark, mark);
    for (let spent = 0; spent < 3_600_000; spent += 100) {
      await settle();
      if (state.settled) return promise;
      await this.advance(100);
    }
    throw new Error('It did not settle within an hour of virtual time.');
  }
}

/** Lets everything that needs no time happen. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
