// Records that cannot be read or computed: which they are, why, and what 'on.error' does with them.
import { absent, offsetAt } from '../connectors/connector';
import type { RecordBatch } from '../connectors/connector';
import type { Database } from './database';
import { reasonOf } from './database';
import type { JobOptions } from './engine';
import type { Slice } from './inputTable';
import { limits } from './limits';
import type { Operator } from './operators/operator';
import type { ScanOperator } from './operators/scan';
import type { Program } from './program';

export interface BadRecord {
  /** Undefined for a row made of several records. */
  scan?: ScanOperator;
  /** Its place in the batch's records of that scan. */
  index: number;
  reason: string;
}

/** The record with a place in the slices that went into an input table. */
export function recordAt(
  slices: readonly Slice[],
  index: number,
): { batch: RecordBatch; at: number } | undefined {
  let left = index;
  for (const { batch, from, to } of slices) {
    if (left < to - from) return { batch, at: from + left };
    left -= to - from;
  }
  return undefined;
}

/** Why the source could not read records whole, by their place in the slices. */
function unreadable(slices: readonly Slice[]): Map<number, string> {
  const found = new Map<number, string>();
  let first = 0;
  for (const { batch, from, to } of slices) {
    for (const [at, reason] of batch.failed ?? [])
      if (at >= from && at < to) found.set(first + at - from, reason);
    first += to - from;
  }
  return found;
}

/** Bad records found by the source and by decoding. Records without a value (tombstones) are no rows, and not bad: they are only taken out. */
export async function undecodable(
  database: Database,
  scan: ScanOperator,
  slices: readonly Slice[],
): Promise<{ bad: BadRecord[]; empty: number[] }> {
  const rows = await database.rows(`SELECT i, bad FROM ${scan.decoded} WHERE bad IS NOT NULL ORDER BY i`);
  const unread = unreadable(slices);
  const bad = [...unread].map(([index, reason]): BadRecord => ({ scan, index, reason }));
  const empty: number[] = [];
  for (const [i, reason] of rows) {
    const index = Number(i);
    if (unread.has(index)) continue;
    const record = recordAt(slices, index);
    if (reason !== '') bad.push({ scan, index, reason: String(reason) });
    else if (record?.batch.values.starts[record.at] === absent) empty.push(index);
    // DuckDB reads invalid text as NULL.
    else bad.push({ scan, index, reason: 'The record is not valid UTF-8.' });
  }
  return { bad, empty };
}

/** After an expression failed on the batch: the records it fails on, each found by itself. */
export async function uncomputable(database: Database, program: Program): Promise<BadRecord[]> {
  const checks = program.operators.flatMap((operator) => operator.checks?.() ?? []);
  for (const scan of program.scans)
    if (scan.active && scan.node.watermark) checks.push(scan.watermarkCheck() ?? '');
  for (const output of program.outputs) if (!output.quiet()) checks.push(output.delta('checked'));
  const found = new Map<string, BadRecord>();
  for (const check of checks.filter((sql) => sql !== '')) {
    const rows = await database.rows(`SELECT DISTINCT scan, i FROM (${check}) WHERE bad ORDER BY scan, i`);
    for (const [scanIndex, i] of rows) {
      const scan = scanIndex === null ? undefined : program.scans[Number(scanIndex)];
      const bad = {
        ...(scan && { scan }),
        index: Number(i ?? 0),
        reason: 'An expression cannot be computed.',
      };
      found.set(`${String(scanIndex)}:${bad.index}`, bad);
    }
  }
  const all = [...found.values()];
  for (const bad of all.slice(0, limits.errorTextsMax)) bad.reason = await reason(database, program, bad);
  return all;
}

/** What DuckDB says when it computes this record alone. */
async function reason(database: Database, program: Program, bad: BadRecord): Promise<string> {
  const { scan } = bad;
  if (!scan) return bad.reason;
  const isFed = (operator: Operator): boolean => operator === scan || operator.inputs.some(isFed);
  scan.only = bad.index;
  try {
    const deltas = program.operators.filter(isFed).map((operator) => operator.delta('plain'));
    const watermark = scan.watermark('plain');
    for (const sql of [...deltas, ...(watermark ? [watermark] : [])])
      await database.run(`CREATE OR REPLACE TEMP TABLE one_record AS ${sql}`);
    return bad.reason;
  } catch (error) {
    return reasonOf(error);
  } finally {
    scan.only = undefined;
  }
}

/** Takes records out of a batch's decoded rows. */
export async function takeOut(
  database: Database,
  scan: ScanOperator,
  indexes: readonly number[],
): Promise<void> {
  if (indexes.length > 0)
    await database.run(`DELETE FROM ${scan.decoded} WHERE i IN (${indexes.join(', ')})`);
}

/** Where to stop before bad records: for each scan and partition, the first one. */
export function firstBadOfPartitions(
  bad: readonly BadRecord[],
  slicesOf: (scan: ScanOperator) => readonly Slice[],
): { scan: ScanOperator; partition: number; bad: BadRecord; offset: bigint }[] {
  const first = new Map<string, { scan: ScanOperator; partition: number; bad: BadRecord; offset: bigint }>();
  for (const record of bad) {
    const { scan } = record;
    const found = scan && recordAt(slicesOf(scan), record.index);
    if (!scan || !found) continue;
    const key = `${scan.index}:${found.batch.partition}`;
    const known = first.get(key);
    if (!known || known.bad.index > record.index)
      first.set(key, {
        scan,
        partition: found.batch.partition,
        bad: record,
        offset: offsetAt(found.batch, found.at),
      });
  }
  return [...first.values()];
}

/** Whether bad records are passed over, or the job stops before the first. */
export function stopsAtBadRecords(onError: JobOptions['onError']): boolean {
  return onError === 'fail' || onError === 'pause';
}
