// The table of a job's bad records, in the job's own database: stored in the transaction of the batch that met them.
// Bounded by number and bytes: the oldest leave, and are counted.
import type { DuckDBValue } from '@duckdb/node-api';
import type { Database, Statements } from './database';
import type { DeadLetter, DeadLetterCounts } from './engine';
import { limits } from './limits';
import { quote } from './sqlText';

/** A bad record on its way into the table. What its source does not have is null. */
export interface NewLetter {
  stream: string | null;
  /** The topic or path the stream read it from. */
  place: string | null;
  partition: number | null;
  offset: bigint | null;
  /** Epoch milliseconds. */
  timestamp: number | null;
  key: Buffer | null;
  value: Buffer | null;
  headers: Record<string, Buffer>;
  error: string;
  /** Whether `value` and `key` are all of the record's bytes. */
  whole: boolean;
}

/** A letter with all its bytes, for another attempt. */
export interface StoredLetter extends NewLetter {
  number: number;
}

const table = 'dead_letters';
/** Columns that databases of the first version do not have. */
const added = [
  'place VARCHAR',
  'headers VARCHAR',
  'whole BOOLEAN DEFAULT TRUE',
  'attempts INTEGER DEFAULT 1',
  'size BIGINT DEFAULT 0',
];
/** How letters are handed over: one JSON text for many rows. */
const form = quote(
  JSON.stringify([
    {
      seq: 'BIGINT',
      stream: 'VARCHAR',
      part: 'INTEGER',
      off: 'BIGINT',
      written: 'BIGINT',
      k: 'VARCHAR',
      v: 'VARCHAR',
      error: 'VARCHAR',
      place: 'VARCHAR',
      headers: 'VARCHAR',
      whole: 'BOOLEAN',
      size: 'BIGINT',
    },
  ]),
);
const handedOver = `(SELECT unnest(from_json($1, ${form}), recursive := true))`;

export const createDeadLetters = `CREATE TABLE ${table} (seq BIGINT, stream VARCHAR, "partition" INTEGER,
  "offset" BIGINT, "timestamp" TIMESTAMP, "key" BLOB, "value" BLOB, error VARCHAR, failed_at TIMESTAMP,
  ${added.join(', ')})`;

/** Brings the table of an older database up to date. */
export async function upgradeDeadLetters(database: Database): Promise<void> {
  for (const column of added) await database.run(`ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS ${column}`);
}

/** Of a database whose checkpoint has no counts yet. @param stored letters stored so far */
export async function countDeadLetters(database: Statements, stored: number): Promise<DeadLetterCounts> {
  const kept = await keptOf(database);
  return { kept, dropped: Math.max(0, stored - kept), retried: 0 };
}

/**
 * Stores letters, numbered up from `stored` + 1, and lets the oldest go.
 * @param limit letters kept
 */
export async function storeDeadLetters(
  database: Statements,
  letters: readonly NewLetter[],
  before: { stored: number; counts: DeadLetterCounts },
  limit: number,
  now: number,
): Promise<{ stored: number; counts: DeadLetterCounts }> {
  const stored = before.stored + letters.length;
  const taken = letters.slice(-limit);
  let number = stored - taken.length;
  for (const part of parts(taken))
    await database.run(
      `INSERT INTO ${table} SELECT seq, stream, part, off, make_timestamp_ms(written), from_base64(k), from_base64(v),
         error, make_timestamp_ms($2::BIGINT), place, headers, whole, 1, size FROM ${handedOver}`,
      [JSON.stringify(part.map((letter) => handOver(letter, ++number))), BigInt(now)],
    );
  await database.run(
    `DELETE FROM ${table} WHERE seq <= (SELECT max(seq) FROM
       (SELECT seq, row_number() OVER newest AS n, sum(size) OVER newest AS bytes FROM ${table} WINDOW newest AS (ORDER BY seq DESC))
       WHERE n > ${limit} OR bytes > ${limits.deadLettersBytesMax})`,
  );
  const kept = await keptOf(database);
  const { counts } = before;
  const dropped = counts.dropped + counts.kept + letters.length - kept;
  return { stored, counts: { ...counts, kept, dropped } };
}

/** After an attempt: those that succeeded leave, the others stay with what failed this time. */
export async function settleDeadLetters(
  database: Statements,
  succeeded: readonly StoredLetter[],
  failed: ReadonlyMap<StoredLetter, string>,
  counts: DeadLetterCounts,
  now: number,
): Promise<DeadLetterCounts> {
  if (succeeded.length > 0)
    await database.run(
      `DELETE FROM ${table} WHERE seq IN (${succeeded.map(({ number }) => number).join(', ')})`,
    );
  const again = [...failed].map(([{ number }, error]) => ({ seq: number, error }));
  if (again.length > 0)
    await database.run(
      `UPDATE ${table} SET error = again.error, attempts = attempts + 1, failed_at = make_timestamp_ms($2::BIGINT)
       FROM ${handedOver} again WHERE again.seq = ${table}.seq`,
      [JSON.stringify(again), BigInt(now)],
    );
  const left = succeeded.length;
  return { ...counts, kept: counts.kept - left, retried: counts.retried + left };
}

/** The newest letters first, each with the beginning of its key and value. */
export async function newestDeadLetters(
  database: Statements,
  max: number,
  bytesMax: number,
): Promise<DeadLetter[]> {
  const rows = await rowsOf(
    database,
    `SELECT seq, stream, place, "partition", "offset", epoch_ms("timestamp"), "key"[1:${bytesMax}], octet_length("key"),
       "value"[1:${bytesMax}], octet_length("value"), headers, error, epoch_ms(failed_at), attempts, whole
     FROM ${table} ORDER BY seq DESC LIMIT ${max}`,
  );
  return rows.map(
    ([seq, stream, place, partition, offset, time, key, keySize, value, valueSize, ...more]): DeadLetter => ({
      number: Number(seq),
      stream: textOf(stream),
      place: textOf(place),
      partition: numberOf(partition),
      offset: typeof offset === 'bigint' ? offset : null,
      timestamp: numberOf(time),
      key: cutBytes(key, keySize),
      value: cutBytes(value, valueSize),
      headers: headersOf(more[0]),
      error: textOf(more[1]) ?? '',
      failedAt: Number(more[2]),
      attempts: Number(more[3] ?? 1),
      whole: more[4] !== false,
    }),
  );
}

/** Which letters a retry is about: all up to the newest there is, or one. */
export interface RetryRange {
  last: number;
  /** Whole ones of the given streams, which can be tried again. */
  fit: number;
  unfit: number;
}

/** @param streams what the job reads now; @param only a letter's number */
export async function retryRange(
  database: Statements,
  streams: readonly string[],
  only: number | undefined,
): Promise<RetryRange> {
  const [row] = await rowsOf(
    database,
    `SELECT coalesce(max(seq), 0), count(*) FILTER (WHERE ${fitFor(streams)}), count(*) FROM ${table}
     ${only === undefined ? '' : `WHERE seq = ${only}`}`,
  );
  const [last, fit, all] = (row ?? []).map(Number);
  return { last: last ?? 0, fit: fit ?? 0, unfit: (all ?? 0) - (fit ?? 0) };
}

/** The next letters of a retry, with all their bytes, oldest first: as many as make one batch. */
export async function nextDeadLetters(
  database: Statements,
  streams: readonly string[],
  after: number,
  last: number,
): Promise<StoredLetter[]> {
  const sizes = await rowsOf(
    database,
    `SELECT seq, size FROM ${table} WHERE seq > ${after} AND seq <= ${last} AND ${fitFor(streams)}
     ORDER BY seq LIMIT ${limits.retryRecordsMax}`,
  );
  let bytes = 0;
  const numbers: number[] = [];
  for (const [seq, size] of sizes) {
    bytes += Number(size ?? 0);
    if (numbers.length > 0 && bytes > limits.retryBytesMax) break;
    numbers.push(Number(seq));
  }
  if (numbers.length === 0) return [];
  const rows = await rowsOf(
    database,
    `SELECT seq, stream, place, "partition", "offset", epoch_ms("timestamp"), "key", "value", headers, error, whole
     FROM ${table} WHERE seq IN (${numbers.join(', ')}) ORDER BY seq`,
  );
  return rows.map(
    ([seq, stream, place, partition, offset, time, key, value, headers, error, whole]): StoredLetter => ({
      number: Number(seq),
      stream: textOf(stream),
      place: textOf(place),
      partition: numberOf(partition),
      offset: typeof offset === 'bigint' ? offset : null,
      timestamp: numberOf(time),
      key: bytesOf(key),
      value: bytesOf(value),
      headers: headersOf(headers),
      error: textOf(error) ?? '',
      whole: whole !== false,
    }),
  );
}

function fitFor(streams: readonly string[]): string {
  return `(whole AND "partition" IS NOT NULL AND stream IN (${streams.map(quote).join(', ')}))`;
}

/** Letters in parts of which each makes one statement. */
function* parts(letters: readonly NewLetter[]): Generator<NewLetter[]> {
  let part: NewLetter[] = [];
  let bytes = 0;
  for (const letter of letters) {
    const size = sizeOf(letter);
    if (part.length > 0 && (part.length >= limits.retryRecordsMax || bytes + size > limits.retryBytesMax)) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(letter);
    bytes += size;
  }
  if (part.length > 0) yield part;
}

function handOver(letter: NewLetter, number: number): Record<string, unknown> {
  const { stream, partition, offset, timestamp, key, value, error, place, headers, whole } = letter;
  return {
    seq: number,
    stream,
    part: partition,
    off: offset === null ? null : String(offset),
    written: timestamp === null ? null : Math.trunc(timestamp),
    k: key?.toString('base64') ?? null,
    v: value?.toString('base64') ?? null,
    error,
    place,
    headers: headersText(headers),
    whole,
    size: sizeOf(letter),
  };
}

function sizeOf({ key, value, headers }: NewLetter): number {
  const parts = [key, value, ...Object.values(headers)];
  return parts.reduce((sum, part) => sum + (part?.length ?? 0), 0);
}

function headersText(headers: Record<string, Buffer>): string | null {
  const entries = Object.entries(headers);
  if (entries.length === 0) return null;
  return JSON.stringify(Object.fromEntries(entries.map(([name, bytes]) => [name, bytes.toString('base64')])));
}

function headersOf(text: DuckDBValue | undefined): Record<string, Buffer> {
  if (typeof text !== 'string') return {};
  const entries = Object.entries(JSON.parse(text) as Record<string, string>);
  return Object.fromEntries(entries.map(([name, base64]) => [name, Buffer.from(base64, 'base64')]));
}

async function keptOf(database: Statements): Promise<number> {
  const [row] = await rowsOf(database, `SELECT count(*) FROM ${table}`);
  return Number(row?.[0] ?? 0);
}

async function rowsOf(database: Statements, sql: string): Promise<DuckDBValue[][]> {
  return (await database.run(sql)).getRows();
}

function textOf(value: DuckDBValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
function numberOf(value: DuckDBValue | undefined): number | null {
  return value === null || value === undefined ? null : Number(value);
}
function bytesOf(value: DuckDBValue | undefined): Buffer | null {
  if (typeof value !== 'object' || value === null || !('bytes' in value)) return null;
  return Buffer.from(value.bytes);
}
function cutBytes(value: DuckDBValue | undefined, size: DuckDBValue | undefined): DeadLetter['value'] {
  const bytes = bytesOf(value);
  return bytes && { bytes, size: Number(size ?? bytes.length) };
}
