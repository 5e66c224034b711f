// Looks at the jobs of a soak twice a second: are they as answered, how far behind, how long without progress.
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobSnapshot } from '../../server/protocol/jobs';
import { ConnectionLost } from './server';
import type { World } from './world';

const lookMs = 500;
/** A running job that has lag and reads nothing for this much time with all in order around it is stuck. */
const calmMsMax = 60_000;

export class Watcher {
  lagMax = 0;
  /** The longest time a running job with lag read nothing, whatever the cause. */
  longestOutageMs = 0;
  private readonly progress = new Map<
    string,
    { recordsIn: number; at: number; calmMs: number; told: boolean }
  >();
  private readonly told = new Set<string>();
  private readonly ended = new AbortController();

  constructor(private readonly world: World) {}

  /** Until `stop`. */
  async run(): Promise<void> {
    while (!this.ended.signal.aborted) {
      await sleep(lookMs);
      const before = new Map(
        [...this.world.expectations].map(([name, expected]) => [name, expected.snapshot()]),
      );
      const jobs = await this.world.server.jobs().catch((error: unknown) => {
        if (!(error instanceof ConnectionLost)) this.tell(`The jobs cannot be listed: ${String(error)}`);
        return undefined;
      });
      for (const job of jobs ?? []) {
        const expected = this.world.expectations.get(job.name);
        const then = before.get(job.name);
        if (expected && then)
          for (const wrong of expected.compare(then, job)) this.tell(`${job.name} ${wrong}`);
        this.follow(job);
      }
    }
  }

  stop(): void {
    this.ended.abort();
  }

  private follow({ name, state, recordsIn, lag, warnings }: JobSnapshot): void {
    this.lagMax = Math.max(this.lagMax, lag ?? 0);
    const now = performance.now();
    const calmMs = this.world.calm.ms;
    const last = this.progress.get(name);
    const idle = lag === 0 || !['running', 'starting', 'resuming'].includes(state);
    if (!last || idle || last.recordsIn !== recordsIn) {
      this.progress.set(name, { recordsIn, at: now, calmMs, told: false });
      return;
    }
    this.longestOutageMs = Math.max(this.longestOutageMs, now - last.at);
    if (calmMs - last.calmMs < calmMsMax || last.told) return;
    last.told = true;
    this.tell(
      `${name} is ${state}, has a lag of ${lag ?? 'unknown'} and reads nothing: ${warnings.join(' ')}`,
    );
  }

  /** Once each. */
  private tell(problem: string): void {
    if (this.told.has(problem)) return;
    this.told.add(problem);
    this.world.log.problem(problem);
  }
}
