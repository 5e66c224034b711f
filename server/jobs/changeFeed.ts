// Tells listeners which jobs changed: at once after a quiet time, then at most so often, several changes as one.
import type { Clock } from '../connectors/connector';
import { WakeUp } from './wakeUp';

export interface Change {
  changed: string[];
  removed: string[];
}

export class ChangeFeed {
  private readonly listeners = new Set<(change: Change) => void>();
  private readonly changed = new Set<string>();
  private readonly removed = new Set<string>();
  private readonly next: WakeUp;
  private waiting = false;
  private lastAt = -Infinity;

  constructor(
    private readonly clock: Clock,
    private readonly everyMs: number,
  ) {
    this.next = new WakeUp(clock);
  }

  /** Returns what ends it. */
  listen(listener: (change: Change) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  jobChanged(name: string): void {
    this.removed.delete(name);
    this.changed.add(name);
    this.plan();
  }

  jobRemoved(name: string): void {
    this.changed.delete(name);
    this.removed.add(name);
    this.plan();
  }

  close(): void {
    this.next.cancel();
    this.listeners.clear();
  }

  private plan(): void {
    if (this.waiting || this.listeners.size === 0) return;
    this.waiting = true;
    const left = this.everyMs - (this.clock.monotonic() - this.lastAt);
    this.next.after(Math.max(0, left), () => this.tell());
  }

  private tell(): void {
    this.waiting = false;
    this.lastAt = this.clock.monotonic();
    const change = { changed: [...this.changed], removed: [...this.removed] };
    this.changed.clear();
    this.removed.clear();
    for (const listener of this.listeners) listener(change);
  }
}
