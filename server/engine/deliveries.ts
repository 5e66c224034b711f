// Hands a batch's rows to the sinks and makes them durable there, before the batch is committed.
import type { RowBatch } from '../connectors/connector';
import { StreamJobsError } from '../protocol/errors';
import type { PipelineOutput } from './session';

export class Deliveries {
  /** Sinks may hold rows of a batch that was not committed. */
  #cutBack = false;

  constructor(private readonly outputs: readonly PipelineOutput[]) {}

  /** Before anything is written after a failure: sinks begin again where the checkpoint says. */
  async recover(positions: (string | null)[]): Promise<void> {
    if (!this.#cutBack) return;
    for (const [i, { sink }] of this.outputs.entries()) {
      await sink.close();
      await sink.open(positions[i] ?? undefined);
    }
    this.#cutBack = false;
  }

  /** Writes and flushes; returns what the sinks need after a crash. Throws SINK_UNAVAILABLE or SINK_FAILED. */
  async write(
    rows: (RowBatch | undefined)[],
    before: (string | null)[],
    signal: AbortSignal,
  ): Promise<(string | null)[]> {
    const written = this.outputs.map(async ({ sink, name }, i): Promise<string | null> => {
      const batch = rows[i];
      if (!batch) return before[i] ?? null;
      try {
        await sink.write(batch, signal);
        return (await sink.flush(signal)) ?? null;
      } catch (error) {
        throw sinkError(error, name);
      }
    });
    // All have ended before the first failure is told.
    await Promise.allSettled(written);
    return Promise.all(written);
  }

  /** The rows are not part of a committed batch. */
  failed(): void {
    this.#cutBack = true;
  }
  committed(): void {
    for (const { sink } of this.outputs) sink.committed?.();
  }
}

function sinkError(error: unknown, name: string): StreamJobsError {
  if (error instanceof StreamJobsError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new StreamJobsError('SINK_FAILED', `Writing to ${name} failed: ${message}`, { cause: error });
}
