// Tells a source how far its job is (group offsets): never waited for, one call at a time, the latest position wins. The
// checkpoint is the truth; a failure is a warning and is tried again.
import type { Clock, Positions, Source } from '../connectors/connector';
import type { JobPositions } from './engine';
import { limits } from './limits';

export class SourceCommits {
  #wanted: Positions | undefined;
  #running = false;
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
      } catch (error) {
        this.#wanted ??= positions;
        if (retryMs === limits.retryFirstMs)
          this.warn(
            `Positions of ${this.stream} were not committed: ${error instanceof Error ? error.message : String(error)}`,
          );
        await this.clock.sleep(retryMs, this.#closing.signal);
        retryMs = Math.min(retryMs * 2, limits.retryMaxMs);
      }
    }
    this.#running = false;
  }

  close(): void {
    this.#closing.abort();
  }
}
