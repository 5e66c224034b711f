// Makes computed batches durable, one after the other: first in the sinks, then in the checkpoint, with the rows that
// are published afterwards.
import type { OutgoingBatch, RowBatch } from '../connectors/connector';
import { positionAfter } from '../connectors/connector';
import { StreamJobsError } from '../protocol/errors';
import { copyPositions, serializeCheckpoint, writeCheckpoint } from './checkpoint';
import type { Checkpoint } from './checkpoint';
import type { Statements } from './database';
import type { LetterWork } from './deadLetters';
import type { Slice } from './inputTable';
import type { BatchResult, PreparedBatch } from './microBatch';
import type { ScanOperator } from './operators/scan';
import type { PipelineSpec, Session } from './session';

/** A batch, what came of it, and which of its records that were. */
export interface Computed {
  batch: PreparedBatch;
  result: BatchResult;
  processed: (scan: ScanOperator) => readonly Slice[];
  /** When it was begun, on the clock that never jumps. */
  startedAt: number;
  /** Size of the job's files, where it is known. */
  stateBytes: number | null;
  /** What it does to the dead letters. */
  letters: LetterWork | undefined;
}

export class Deliveries {
  /** The last durable one. */
  checkpoint: Checkpoint;
  /** Where the batch's state is, or beside a computation that needs none. */
  readonly #statements: Statements;
  /** Sinks may hold rows of a batch that was not committed. */
  #cutBack = false;

  constructor(
    private readonly spec: PipelineSpec,
    private readonly session: Session,
  ) {
    const { checkpoint, program, database } = session;
    this.checkpoint = checkpoint;
    this.#statements = program.stateless ? database.beside : database;
  }

  /** Before anything is written after a failure: sinks begin again where the checkpoint says. */
  async recover(): Promise<void> {
    if (!this.#cutBack) return;
    for (const [i, { sink }] of this.spec.outputs.entries()) {
      await sink?.close();
      await sink?.open(this.checkpoint.sinks[i] ?? undefined);
    }
    this.#cutBack = false;
  }

  /** Waits until the batch's rows have a place in the outbox; false when the signal fired first. */
  async room({ result }: Computed, signal: AbortSignal): Promise<boolean> {
    const { outgoing } = this.session;
    if (!outgoing || !this.#outgoingRows(result.rows)) return true;
    const { outbox, publishing } = outgoing;
    return publishing.until(() => outbox.hasRoom(publishing.published), signal);
  }

  /**
   * When it rejects nothing of the batch counts. Throws SINK_UNAVAILABLE, SINK_FAILED or DuckDB's error.
   * @returns how long its rows took to be outside or in the outbox, without the commit, in ms
   */
  async deliver(computed: Computed, signal: AbortSignal): Promise<number> {
    const { clock } = this.spec;
    const startedAt = clock.monotonic();
    let rowsMs: number;
    try {
      await computed.letters?.publish?.(signal);
      const sinks = await this.#write(computed.result.rows, signal);
      const next = this.#advance(computed, sinks);
      const committing = clock.monotonic();
      next.counters.lastBatchMs = committing - computed.startedAt;
      const storing = await this.#store(next, computed);
      rowsMs = clock.monotonic() - startedAt;
      await storing.commit();
      next.counters.lastCheckpointMs = clock.monotonic() - committing;
      this.checkpoint = next;
      this.session.outgoing?.publishing.add(outgoingBatch(next, computed.result.rows));
    } catch (error) {
      this.#cutBack = true;
      await this.#rollBack();
      throw error;
    }
    this.session.times.committed();
    for (const { sink } of this.spec.outputs) sink?.committed?.();
    return rowsMs;
  }

  /** Notes how far the outbox is published and what the outside was told, while nothing else is written. */
  async noteOutside(): Promise<void> {
    const { outgoing, told } = this.session;
    const published = outgoing?.publishing.published;
    const next = {
      ...this.checkpoint,
      told: new Map(told),
      ...(published === undefined ? {} : { published }),
    };
    if (serializeCheckpoint(next) === serializeCheckpoint(this.checkpoint)) return;
    await writeCheckpoint(this.session.database, next);
    this.checkpoint = next;
  }

  /** Whether rows go through the outbox. */
  #outgoingRows(rows: readonly (RowBatch | undefined)[]): boolean {
    return this.#ownRows(rows).some((own) => own !== undefined);
  }
  #ownRows(rows: readonly (RowBatch | undefined)[]): (RowBatch | undefined)[] {
    return this.spec.outputs.map(({ sink }, i) => (sink ? undefined : rows[i]));
  }

  /** Writes and flushes; returns what the sinks need after a crash. */
  async #write(rows: (RowBatch | undefined)[], signal: AbortSignal): Promise<(string | null)[]> {
    const written = this.spec.outputs.map(async ({ sink, name }, i): Promise<string | null> => {
      const batch = rows[i];
      if (!batch || !sink) return this.checkpoint.sinks[i] ?? null;
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

  /** Everything that is committed with the checkpoint; where there is state its transaction is open. */
  async #store(next: Checkpoint, { letters, result }: Computed): Promise<{ commit(): Promise<void> }> {
    const { outgoing } = this.session;
    const stores = outgoing !== undefined && this.#outgoingRows(result.rows);
    const isOpen = !this.session.program.stateless;
    // A single statement is a transaction by itself.
    if ((letters || stores) && !isOpen) await this.#statements.run('BEGIN');
    await letters?.store(this.#statements, next);
    if (outgoing) next.published = outgoing.publishing.published;
    const slot = stores
      ? await outgoing.outbox.store(
          this.#statements,
          outgoingBatch(next, this.#ownRows(result.rows)),
          next.published ?? 0,
        )
      : undefined;
    return {
      commit: async () => {
        await writeCheckpoint(this.#statements, next, letters || stores || isOpen ? 'open' : 'none');
        if (slot !== undefined) outgoing?.outbox.stored(slot, next.batch);
      },
    };
  }

  async #rollBack(): Promise<void> {
    const { program, database, microBatch } = this.session;
    if (!program.stateless) await microBatch.rollBack();
    else await database.beside.run('ROLLBACK').catch(() => undefined);
  }

  /** What will be durable with this batch. */
  #advance({ batch, result, processed, stateBytes }: Computed, sinks: (string | null)[]): Checkpoint {
    const last = this.checkpoint;
    const positions = copyPositions(last.positions);
    let records = 0;
    for (const scan of this.session.program.scans) {
      const partitions = positions.get(scan.node.table.name) ?? new Map<number, bigint>();
      positions.set(scan.node.table.name, partitions);
      for (const slice of processed(scan)) {
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
      told: new Map(this.session.told),
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
        stateBytes: stateBytes ?? last.counters.stateBytes,
        watermark: this.session.times.current(),
        out,
      },
    };
  }
}

function outgoingBatch(
  { batch, positions }: Checkpoint,
  rows: readonly (RowBatch | undefined)[],
): OutgoingBatch {
  return { number: batch, rows, positions };
}

function sinkError(error: unknown, name: string): StreamJobsError {
  if (error instanceof StreamJobsError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new StreamJobsError('SINK_FAILED', `Writing to ${name} failed: ${message}`, { cause: error });
}
