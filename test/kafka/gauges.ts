// Loaded into a job server's process before the server: what the process holds, told whenever its parent asks.
import { readdirSync } from 'node:fs';

export interface Gauges {
  /** Memory of the process, of live JavaScript objects after a collection, and of buffers beside them. In MiB. */
  resident: number;
  heap: number;
  buffers: number;
  /** Open files, sockets and pipes, where the system tells. */
  handles: number;
  timers: number;
  /** Of the process itself. */
  listeners: number;
}

/** What the parent sends. */
export const ask = 'gauges';

const mebibyte = 1024 * 1024;

process.on('message', (message) => {
  if (message === ask) process.send?.({ gauges: gauges() });
});

function gauges(): Gauges {
  globalThis.gc?.();
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  const timers = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout');
  const listeners = process.eventNames().map((name) => process.listenerCount(name));
  return {
    resident: rss / mebibyte,
    heap: heapUsed / mebibyte,
    buffers: arrayBuffers / mebibyte,
    handles: openFiles(),
    timers: timers.length,
    listeners: listeners.reduce((sum, count) => sum + count, 0),
  };
}

function openFiles(): number {
  return process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0;
}
