// Waiting with an end: for something that may never come.
import type { Clock } from './connector';

/** Lets several wait for the next change of something, without growing while nothing changes. */
export class ChangeNotifier {
  private readonly waiting = new Set<() => void>();

  /** Resolves at the next `notify`, after `ms` or when the signal fires. */
  async within(ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const changed = new AbortController();
    const wake = (): void => changed.abort();
    this.waiting.add(wake);
    signal.addEventListener('abort', wake, { once: true });
    await clock.sleep(ms, changed.signal);
    signal.removeEventListener('abort', wake);
    this.waiting.delete(wake);
  }

  /** Wakes everyone who waits, so that they look around. */
  notify(): void {
    for (const wake of this.waiting) wake();
  }
}

/** The promise's result, or an error as soon as the signal fires; the work itself goes on. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal, error: () => Error): Promise<T> {
  if (signal.aborted) {
    work.catch(() => undefined);
    return Promise.reject(error());
  }
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(error());
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** Lets others have their turn. */
export function nextTurnOfEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
