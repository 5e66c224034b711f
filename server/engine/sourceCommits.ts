// Tells a source how far its job is (group offsets): never waited for, one call at a time, the latest position wins. The
// checkpoint is the truth; a failure is a warning and is tried again.
import type { Clock, Positions, Source } from '../connectors/connector';
import type { CommitHealth, JobPositions } from './engine';
import { limits } from './limits';

export class SourceCommits {
  #wanted: Positions | undefined;
  #running = false;
  #failed = 0;
  #failing: CommitHealth['failing'];
  readonly #closing = new AbortController();

  constructor(
    private readonly source: Source,
    private readonly stream: string,
    private readonly clock: Clock,
    private readonly warn: (message: string) => void,
    private readonly told: (positions: Positions) => void,
  ) {}

  request(positions: JobPositions): void {
    if (!this.source.commit) return;
    this.#wanted = new Map(positions.get(this.stream));
    if (!this.#running) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    let retryMs: number = limits.retryFirstMs;
    while (this.#wanted && !this.#closing.signal.aborted) {
      const positions = this.#wanted;
      this.#wanted = undefined;
      try {
        await this.source.commit?.(positions);
        this.told(positions);
        retryMs = limits.retryFirstMs;
        this.#failing = undefined;
      } catch (error) {
        this.#wanted ??= positions;
        this.#count(error instanceof Error ? error.message : String(error));
        await this.clock.sleep(retryMs, this.#closing.signal);
        retryMs = Math.min(retryMs * 2, limits.retryMaxMs);
      }
    }
    this.#running = false;
  }

  get health(): CommitHealth {
    const { stream } = this;
    const failing = this.#failing;
    return { stream, failed: this.#failed, ...(failing === undefined ? {} : { failing }) };
  }

  #count(reason: string): void {
    if (this.#failing === undefined) this.warn(`Positions of ${this.stream} were not committed: ${reason}`);
    const { attempts, since } = this.#failing ?? { attempts: 0, since: this.clock.monotonic() };
    this.#failing = { attempts: attempts + 1, since, reason };
    this.#failed += 1;
  }

  close(): void {
    this.#closing.abort();
  }
}
