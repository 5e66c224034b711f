// Rows of batches that are durable here and not known to be outside: in the job's database, a table for each slot.
//
// A slot is made anew for each batch: tables that rows are deleted from grow slower and larger with every batch.
import type { OutgoingBatch, PackedValues, RowBatch } from '../connectors/connector';
import type { Checkpoint } from './checkpoint';
import type { AppendedCell, Database, Statements } from './database';
import type { PipelineCounters } from './engine';
import { limits } from './limits';

const columns =
  'batch BIGINT, output INTEGER, "values" BLOB, value_ranges BLOB, has_keys BOOLEAN, "keys" BLOB, key_ranges BLOB';
const prefix = 'outbox_';
const nameOf = (slot: number): string => `${prefix}${slot}`;
/** Whether a table of a job's database is one of the outbox. */
export const isOutbox = (table: string): boolean => table.startsWith(prefix);

export class Outbox {
  /** The batch in each slot; 0 for none. */
  readonly #slots: number[] = Array.from({ length: limits.outboxBatchesMax }, () => 0);

  /** The outbox of a job's database, and the batches in it that may not be outside. */
  static async open(
    database: Database,
    { positions, published = 0 }: Checkpoint,
  ): Promise<{ outbox: Outbox; stored: OutgoingBatch[] }> {
    const outbox = new Outbox();
    const stored: OutgoingBatch[] = [];
    for (const slot of outbox.#slots.keys()) {
      await database.run(`CREATE TABLE IF NOT EXISTS ${nameOf(slot)} (${columns})`);
      const { number, rows } = await readSlot(database, slot);
      if (number <= published) continue;
      outbox.#slots[slot] = number;
      stored.push({ number, rows, positions });
    }
    return { outbox, stored: stored.sort((a, b) => a.number - b.number) };
  }

  /** Rows that may not be outside, by output; of a job that is not open. */
  static async waiting(database: Database, { published = 0 }: Checkpoint): Promise<Map<number, number>> {
    const waiting = new Map<number, number>();
    const tables = await database.rows('SELECT table_name FROM duckdb_tables() WHERE NOT temporary');
    for (const table of tables.map(([name]) => String(name)).filter(isOutbox)) {
      const rows = await database.rows(
        `SELECT output, octet_length(value_ranges) // 8 FROM ${table} WHERE batch > ${published}`,
      );
      for (const [output, count] of rows)
        waiting.set(Number(output), (waiting.get(Number(output)) ?? 0) + Number(count));
    }
    return waiting;
  }

  /** Whether a batch with rows can be stored, when those up to `published` are outside. */
  hasRoom(published: number): boolean {
    return this.#slots.some((batch) => batch <= published);
  }

  /** Puts a batch into a free slot, which it returns, within the open transaction. Counts once `stored` is told. */
  async store(statements: Statements, batch: OutgoingBatch, published: number): Promise<number> {
    const slot = this.#slots.findIndex((held) => held <= published);
    await statements.run(`CREATE OR REPLACE TABLE ${nameOf(slot)} (${columns})`);
    const rows = batch.rows.flatMap((own, output) => (own ? [rowOf(batch.number, output, own)] : []));
    await statements.append(nameOf(slot), rows);
    return slot;
  }
  /** The transaction is durable. */
  stored(slot: number, number: number): void {
    this.#slots[slot] = number;
  }
}

/** Counters that also say which rows wait; `names` are the sinks' tables, by output. */
export function withUnpublished(
  counters: PipelineCounters,
  waiting: ReadonlyMap<number, number>,
  names: readonly string[],
): PipelineCounters {
  if (waiting.size === 0) return counters;
  const unpublished: Record<string, number> = {};
  for (const [output, rows] of waiting) {
    const name = names[output] ?? '';
    unpublished[name] = (unpublished[name] ?? 0) + rows;
  }
  return { ...counters, unpublished };
}

function rowOf(number: number, output: number, { values, keys }: RowBatch): AppendedCell[] {
  const nothing = Buffer.alloc(0);
  return [
    BigInt(number),
    output,
    values.buffer,
    rangesOf(values),
    keys !== undefined,
    keys?.buffer ?? nothing,
    keys ? rangesOf(keys) : nothing,
  ];
}

/** Starts, then ends. */
function rangesOf({ starts, ends }: PackedValues): Buffer {
  const bytes = ({ buffer, byteOffset, byteLength }: Uint32Array): Buffer =>
    Buffer.from(buffer, byteOffset, byteLength);
  return Buffer.concat([bytes(starts), bytes(ends)]);
}

/** Number 0 for a slot that was never used. */
async function readSlot(
  database: Database,
  slot: number,
): Promise<{ number: number; rows: (RowBatch | undefined)[] }> {
  const result = await database.run(`SELECT * FROM ${nameOf(slot)}`);
  const rows: (RowBatch | undefined)[] = [];
  let number = 0;
  for (const [batch, output, values, ranges, hasKeys, keys, keyRanges] of await result.getRowsJS()) {
    number = Number(batch);
    rows[Number(output)] = {
      ...packedRows(values, ranges),
      ...(hasKeys === true && { keys: packedRows(keys, keyRanges).values }),
    };
  }
  return { number, rows };
}

function packedRows(content: unknown, ranges: unknown): { count: number; values: PackedValues } {
  const buffer = Buffer.from(content as Uint8Array);
  // A copy begins where numbers may begin.
  const numbers = new Uint32Array(Uint8Array.from(ranges as Uint8Array).buffer);
  const count = numbers.length / 2;
  return { count, values: { buffer, starts: numbers.slice(0, count), ends: numbers.slice(count) } };
}
