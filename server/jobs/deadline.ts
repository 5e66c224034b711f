// Waiting with an end: work that gets a signal at its deadline, and is left to itself if it does not heed it.
import type { Clock } from '../connectors/connector';

export interface Deadline {
  clock: Clock;
  /** When `work` is told to give up. */
  ms: number;
  /** How much longer it may take to do so. */
  graceMs: number;
  /** What the caller gets when the deadline passed, whatever `work` says then. */
  late: () => Error;
  /** Ends the wait at once with its reason; `work` is told. */
  signal?: AbortSignal;
}

/** Given as a reason, since an abort without one makes an error with a stack, and most waits end so. */
const ended = 'ended';

/**
 * What `work` gives. At the deadline its signal fires: a result that still comes within the grace counts, a
 * rejection becomes `late()`.
 */
export async function within<T>(deadline: Deadline, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { clock, ms, graceMs, late, signal } = deadline;
  const expired = new AbortController();
  const over = new AbortController();
  const cancel = () => expired.abort(signal?.reason);
  signal?.addEventListener('abort', cancel);
  try {
    signal?.throwIfAborted();
    const result = work(expired.signal).catch((error: unknown) => {
      throw expired.signal.aborted && signal?.aborted !== true ? late() : error;
    });
    const timeout = clock.sleep(ms, over.signal).then(async () => {
      if (!over.signal.aborted) expired.abort();
      await clock.sleep(graceMs, over.signal);
      throw late();
    });
    const first = Promise.race([result, timeout]);
    return await (signal === undefined ? first : orAborted(first, signal));
  } finally {
    over.abort(ended);
    signal?.removeEventListener('abort', cancel);
  }
}

/** What `work` gives, unless the signal fires first: then its reason. */
export async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let unlisten: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    const fire = () => reject(signal.reason instanceof Error ? signal.reason : new Error('Aborted'));
    unlisten = () => signal.removeEventListener('abort', fire);
    if (signal.aborted) fire();
    else signal.addEventListener('abort', fire, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    unlisten();
  }
}
