// One micro-batch: decode, find bad records, run the operators, encode what goes out. Where there is state its
// transaction is open when `compute` returns, so that the checkpoint can be written into it.
import type { RowBatch } from '../connectors/connector';
import { firstBadOfPartitions, stopsAtBadRecords, takeOut, uncomputable, undecodable } from './badRecords';
import type { BadRecord } from './badRecords';
import { kindOf } from './database';
import type { Database } from './database';
import type { JobOptions } from './engine';
import type { RowEncoder } from './formats/encoder';
import type { InputTable, Slice } from './inputTable';
import { nowVariable } from './functions/temporal';
import { endOfTime } from './operators/operator';
import type { StepContext } from './operators/operator';
import type { ScanOperator } from './operators/scan';
import { packRows } from './packedRows';
import type { Program } from './program';
import { scansBelow } from './program';

/** Records taken from the sources, already in input tables. */
export interface PreparedBatch {
  /** By scan. */
  inputs: { table: InputTable; slices: Slice[] }[];
  records: number;
  /** Scans whose source has nothing after this batch. */
  ended: number[];
  /** Nothing will come after this batch. */
  final: boolean;
}

/** How event time stands, asked for by the operators. */
export interface EventTime {
  observe(scan: number, partition: number, time: number): void;
  /** The source has no records behind this batch. */
  end(scan: number): void;
  /** Forgets what was observed since the last commit. */
  restore(): void;
  before(scan: number): number;
  after(scan: number): number;
}

export interface BatchResult {
  /** By output; undefined where there are no rows. */
  rows: (RowBatch | undefined)[];
  bad: BadRecord[];
  late: number;
  /** Where the batch was cut short before a bad record, and why. */
  stop?: { reason: string; cut: { scan: ScanOperator; partition: number; index: number }[] };
}

export class MicroBatch {
  constructor(
    private readonly database: Database,
    private readonly program: Program,
    private readonly encoders: RowEncoder[],
    private readonly onError: JobOptions['onError'],
  ) {}

  /** Leaves the transaction of the batch's state open. Rejects with DuckDB's error; the caller rolls back. */
  async compute(batch: PreparedBatch, time: EventTime, first: boolean, now: number): Promise<BatchResult> {
    const { database, program } = this;
    await database.run(`SET VARIABLE ${nowVariable} = ${now}`);
    const result: BatchResult = { rows: [], bad: [], late: 0 };
    for (const scan of program.scans) await this.#decode(scan, batch, result);
    let form: 'plain' | 'safe' = 'plain';
    for (;;)
      try {
        for (const scan of batch.ended) time.end(scan);
        await this.#observeTime(time, form);
        if (!program.stateless) await database.run('BEGIN');
        await this.#step(time, form, first, result);
        return result;
      } catch (error) {
        // Failing again in the form that cannot fail is no record's fault.
        if (form === 'safe' || kindOf(error) !== 'data') throw error;
        await this.rollBack();
        time.restore();
        form = 'safe';
        await this.#setAside(await uncomputable(database, program), batch, result);
      }
  }

  /** After an error: back to the state before the batch. */
  async rollBack(): Promise<void> {
    this.database.allow();
    if (this.program.stateless) return;
    await this.database.run('ROLLBACK').catch(() => undefined);
    for (const operator of this.program.operators) operator.restore?.();
  }

  async #decode(scan: ScanOperator, batch: PreparedBatch, result: BatchResult): Promise<void> {
    const input = batch.inputs[scan.index];
    const active = input !== undefined && input.slices.length > 0;
    // Once emptied, the decoded table stays as it is until there are records again.
    if (!active && !scan.active) return;
    if (input) await this.database.run(scan.decode(input.table.name));
    scan.active = active;
    if (!active) return;
    const { bad, empty } = await undecodable(this.database, scan, input.slices);
    await takeOut(this.database, scan, empty);
    await this.#setAside(bad, batch, result);
  }

  /** Takes bad records out of the batch, or cuts the batch before them. */
  async #setAside(bad: BadRecord[], batch: PreparedBatch, result: BatchResult): Promise<void> {
    if (bad.length === 0) return;
    const slicesOf = (scan: ScanOperator): readonly Slice[] => batch.inputs[scan.index]?.slices ?? [];
    if (!stopsAtBadRecords(this.onError)) {
      result.bad.push(...bad);
      for (const scan of this.program.scans)
        await takeOut(
          this.database,
          scan,
          bad.filter((record) => record.scan === scan).map(({ index }) => index),
        );
      return;
    }
    for (const { scan, partition, bad: record, offset } of firstBadOfPartitions(bad, slicesOf)) {
      await this.database.run(`DELETE FROM ${scan.decoded} WHERE p = ${partition} AND i >= ${record.index}`);
      const where = `${scan.node.table.name}, partition ${partition}, offset ${offset}`;
      result.stop ??= { reason: `Bad record in ${where}: ${record.reason}`, cut: [] };
      result.stop.cut.push({ scan, partition, index: record.index });
    }
    // A row made of several records has no place to stop before.
    result.bad.push(...bad.filter(({ scan }) => scan === undefined));
  }

  async #observeTime(time: EventTime, form: 'plain' | 'safe'): Promise<void> {
    if (!this.program.needsWatermark) return;
    for (const scan of this.program.scans) {
      const sql = scan.active ? scan.watermark(form) : undefined;
      if (sql === undefined) continue;
      for (const [partition, latest] of await this.database.rows(sql))
        if (latest !== null) time.observe(scan.index, Number(partition), Number(latest));
    }
  }

  async #step(time: EventTime, form: 'plain' | 'safe', first: boolean, result: BatchResult): Promise<void> {
    result.late = 0;
    const least = (of: (scan: number) => number, scans: Set<number>): number =>
      Math.min(endOfTime, ...[...scans].map(of));
    const context: StepContext = {
      database: this.database,
      form,
      first,
      watermarkBefore: (operator) => least((scan) => time.before(scan), scansBelow(operator)),
      watermarkAfter: (operator) => least((scan) => time.after(scan), scansBelow(operator)),
      late: (rows) => {
        result.late += rows;
      },
    };
    for (const operator of this.program.operators) await operator.step?.(context);
    result.rows = [];
    for (const [i, output] of this.program.outputs.entries()) {
      const encoder = this.encoders[i];
      result.rows.push(
        encoder && !output.quiet() ? await packRows(this.database, output.delta(form), encoder) : undefined,
      );
    }
  }
}
