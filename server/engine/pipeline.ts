// The micro-batch loop of a job.
// Invariants: 1. State, source positions and sink positions are written in one transaction, so they never disagree.
// 2. Until a batch's rows have gone to a sink it may be interrupted and rolled back; its records stay for the next run.
// 3. After a failed delivery the sinks are cut back to the checkpoint before anything is written again.
import type { RowBatch } from '../connectors/connector';
import { positionAfter } from '../connectors/connector';
import { StreamJobsError } from '../protocol/errors';
import { storeDeadLetters } from './badRecords';
import { BatchFeed } from './batchFeed';
import { copyPositions, writeCheckpoint } from './checkpoint';
import type { Checkpoint } from './checkpoint';
import { kindOf, reasonOf } from './database';
import { Deliveries } from './deliveries';
import type { JobPositions, PartitionProgress, Pipeline, PipelineCounters, PipelineEvents } from './engine';
import { limits } from './limits';
import type { BatchResult, PreparedBatch } from './microBatch';
import type { ScanOperator } from './operators/scan';
import { partitionProgress } from './progress';
import type { PipelineSpec, Session } from './session';

export class DuckPipeline implements Pipeline {
  /** The last durable one. */
  #checkpoint: Checkpoint;
  readonly #feed: BatchFeed;
  readonly #deliveries: Deliveries;
  #loop: Promise<void> | undefined;
  #stopping = false;
  #computing = false;
  #closed: Promise<void> | undefined;
  #wake = new AbortController();
  readonly #closing = new AbortController();

  constructor(
    private readonly spec: PipelineSpec,
    private readonly session: Session,
    private readonly events: PipelineEvents,
  ) {
    this.#checkpoint = session.checkpoint;
    this.#deliveries = new Deliveries(spec.outputs);
    this.#feed = new BatchFeed(session, spec, {
      trouble: (message) => this.#emit(() => events.trouble(message)),
      failed: (error) => this.#fail(error),
    });
  }

  async run(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#closed) throw new StreamJobsError('CANCELLED', 'The job is closed.');
    if (this.#loop && this.#stopping) await this.#loop;
    this.#feed.start();
    if (this.#loop) return;
    this.#stopping = false;
    this.#wake = new AbortController();
    this.session.times.resume();
    this.#loop = this.#work().finally(() => {
      this.#loop = undefined;
    });
  }

  async quiesce(signal: AbortSignal): Promise<JobPositions> {
    const loop = this.#loop;
    if (loop) {
      this.#requestStop();
      if (!(await endsBefore(Promise.all([loop, this.#feed.stop()]), signal))) {
        // Going on as before; a loop that ended in this very moment is started again.
        this.#stopping = false;
        this.session.database.allow();
        const ended = this.#loop === undefined;
        if (!ended) this.#wake = new AbortController();
        await this.run(new AbortController().signal);
        throw new StreamJobsError(
          'PAUSE_TIMEOUT',
          `${this.spec.jobName} did not come to rest in time and goes on running.`,
          {
            hint: 'A sink may not be taking rows. Try again later, or STOP JOB with FORCE.',
          },
        );
      }
    }
    await this.#feed.stop();
    return this.positions();
  }

  positions(): JobPositions {
    return copyPositions(this.#checkpoint.positions);
  }
  counters(): PipelineCounters {
    return { ...this.#checkpoint.counters, out: { ...this.#checkpoint.counters.out } };
  }
  async progress(): Promise<PartitionProgress[]> {
    const asked = this.session.program.scans.map(({ node, index }) =>
      partitionProgress(node.table.name, this.session.sources[index], this.#checkpoint.positions),
    );
    return (await Promise.all(asked)).flat();
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }
  async #close(): Promise<void> {
    this.#requestStop();
    this.#closing.abort();
    this.#feed.close();
    const ended = Promise.all([this.#loop, this.#feed.stop()]);
    await Promise.race([ended, this.spec.clock.sleep(limits.closeWaitMs)]);
    await this.session.close();
  }

  #requestStop(): void {
    this.#stopping = true;
    this.#wake.abort();
    if (this.#computing) this.session.database.interrupt();
  }

  /** Batches, until stopped, finished or failed. Never rejects. */
  async #work(): Promise<void> {
    let retryMs: number = limits.retryFirstMs;
    while (!this.#stopping) {
      let batch: PreparedBatch | undefined;
      try {
        batch = await this.#feed.next(this.#wake.signal);
        if (!batch) continue;
        const started = this.spec.clock.monotonic();
        const stop = await this.#process(batch);
        this.#feed.done(batch, this.spec.clock.monotonic() - started);
        if (retryMs > limits.retryFirstMs) this.#emit(() => this.events.trouble(null));
        retryMs = limits.retryFirstMs;
        if (stop !== undefined) {
          this.#stopBefore(stop);
          return;
        }
        if (batch.final) {
          this.#emit(() => this.events.finished());
          return;
        }
      } catch (error) {
        if (batch) this.#feed.keep(batch);
        if (this.#closed) return;
        if (kindOf(error) === 'interrupt') continue;
        const known = asJobError(error);
        if (!known.retriable) {
          this.#fail(known);
          return;
        }
        this.#emit(() => this.events.trouble(known.message));
        await this.spec.clock.sleep(retryMs, this.#wake.signal);
        retryMs = Math.min(retryMs * 2, limits.retryMaxMs);
      }
    }
  }

  /** One batch, from its records to its commit. Returns why to stop after it, if so. */
  async #process(batch: PreparedBatch): Promise<string | undefined> {
    const { session, spec } = this;
    const started = spec.clock.monotonic();
    await this.#deliveries.recover(this.#checkpoint.sinks);
    for (const scan of batch.ended) session.times.end(scan);
    let result: BatchResult;
    try {
      this.#computing = true;
      result = await session.microBatch.compute(
        batch,
        session.times,
        this.#checkpoint.batch === 0,
        spec.clock.now(),
      );
    } catch (error) {
      await session.microBatch.rollBack();
      throw error;
    } finally {
      this.#computing = false;
      session.database.allow();
    }
    try {
      const sinks = await this.#deliveries.write(result.rows, this.#checkpoint.sinks, this.#closing.signal);
      const next = this.#advance(batch, result, sinks);
      const committing = spec.clock.monotonic();
      if (result.bad.length > 0) await this.#storeBad(next, batch, result);
      next.counters.lastBatchMs = committing - started;
      await writeCheckpoint(session.database, next);
      await session.database.run('COMMIT');
      next.counters.lastCheckpointMs = spec.clock.monotonic() - committing;
      this.#checkpoint = next;
    } catch (error) {
      this.#deliveries.failed();
      await session.microBatch.rollBack();
      throw error;
    }
    session.times.committed();
    this.#deliveries.committed();
    this.#feed.committed(this.#checkpoint.positions);
    if (result.stop) this.#feed.cut(batch, result.stop.cut);
    return result.stop?.reason;
  }

  /** What will be durable with this batch. */
  #advance(batch: PreparedBatch, result: BatchResult, sinks: (string | null)[]): Checkpoint {
    const last = this.#checkpoint;
    const positions = copyPositions(last.positions);
    let records = 0;
    for (const scan of this.session.program.scans) {
      const partitions = positions.get(scan.node.table.name) ?? new Map<number, bigint>();
      positions.set(scan.node.table.name, partitions);
      for (const slice of this.#feed.processed(batch, scan, result.stop?.cut)) {
        partitions.set(slice.batch.partition, positionAfter(slice.batch, slice.to));
        records += slice.to - slice.from;
      }
    }
    const out = { ...last.counters.out };
    const rowsOut = (rows: RowBatch | undefined): number => rows?.count ?? 0;
    for (const [i, { name }] of this.spec.outputs.entries())
      out[name] = (out[name] ?? 0) + rowsOut(result.rows[i]);
    return {
      ...last,
      positions,
      sinks,
      watermarks: this.session.times.snapshot(),
      batch: last.batch + 1,
      finished: batch.final && !result.stop,
      counters: {
        ...last.counters,
        recordsIn: last.counters.recordsIn + records,
        recordsOut: last.counters.recordsOut + result.rows.reduce((sum, rows) => sum + rowsOut(rows), 0),
        recordsFailed: last.counters.recordsFailed + result.bad.length,
        recordsLate: last.counters.recordsLate + result.late,
        batches: last.counters.batches + 1,
        stateBytes: this.#feed.stateBytes,
        watermark: this.session.times.current(),
        out,
      },
    };
  }

  async #storeBad(next: Checkpoint, batch: PreparedBatch, { bad }: BatchResult): Promise<void> {
    if (this.spec.options.onError !== 'dead-letter') return;
    const slicesOf = (scan: ScanOperator) => batch.inputs[scan.index]?.slices ?? [];
    const now = this.spec.clock.now();
    next.deadLetters = await storeDeadLetters(this.session.database, bad, slicesOf, next.deadLetters, now);
  }

  #stopBefore(reason: string): void {
    if (this.spec.options.onError === 'pause') this.#emit(() => this.events.pauseWanted(reason));
    else
      this.#fail(
        new StreamJobsError('BAD_RECORD', reason, {
          hint: "Set 'on.error' to 'dead-letter' or 'skip' to go on without such records.",
        }),
      );
  }

  #fail(error: StreamJobsError): void {
    this.#stopping = true;
    this.#wake.abort();
    this.#emit(() => this.events.failed(error));
  }
  /** Never after `close` began. */
  #emit(event: () => void): void {
    if (!this.#closed) event();
  }
}

/** Whether a promise ends before the signal fires. */
async function endsBefore(promise: Promise<unknown>, signal: AbortSignal): Promise<boolean> {
  let fired: () => void = () => undefined;
  const aborted = new Promise<false>((resolve) => {
    fired = () => resolve(false);
  });
  if (signal.aborted) fired();
  signal.addEventListener('abort', fired);
  try {
    return await Promise.race([promise.then(() => true), aborted]);
  } finally {
    signal.removeEventListener('abort', fired);
  }
}

function asJobError(error: unknown): StreamJobsError {
  if (error instanceof StreamJobsError) return error;
  const reason = reasonOf(error);
  switch (kindOf(error)) {
    case 'storage':
      return new StreamJobsError('STORAGE', `The job's state cannot be written: ${reason}`, { cause: error });
    case 'data':
      return new StreamJobsError('BAD_RECORD', `The query failed on its own state: ${reason}`, {
        hint: 'A sum may be too large for its type: CAST the argument to a wider one.',
        cause: error,
      });
    default:
      return new StreamJobsError('INTERNAL', `The query failed: ${reason}`, { cause: error });
  }
}
