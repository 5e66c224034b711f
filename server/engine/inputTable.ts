// Raw records on their way into DuckDB: bytes go from the connector's buffer straight into reused data chunks.
import duckdb from '@duckdb/node-bindings';
import { BIGINT, BLOB, DuckDBDataChunk, INTEGER, VARCHAR } from '@duckdb/node-api';
import type { DuckDBType } from '@duckdb/node-api';
import { absent, offsetAt } from '../connectors/connector';
import type { PackedValues, RecordBatch } from '../connectors/connector';
import type { Database } from './database';
import { memory } from './database';

/** Records [from, to) of a batch. */
export interface Slice {
  batch: RecordBatch;
  from: number;
  to: number;
}

/** The columns of the input table, `p` (partition) besides; only those a scan decodes from. */
export interface InputColumns {
  /** As text, where invalid UTF-8 becomes NULL, or as it is. */
  value?: 'text' | 'bytes';
  key?: 'text' | 'bytes';
  offset: boolean;
  timestamp: boolean;
  /** As a JSON object of base64 texts. */
  headers: boolean;
}

const chunkRows = 2048;

/** Writes records [from, to) of a slice's batch to a vector, beginning at row `at`. */
type Fill = (vector: duckdb.Vector, slice: Slice, at: number, from: number, to: number) => void;

/** A table of the memory database that is made anew for each batch; `rowid` counts the records from 0. */
export class InputTable {
  readonly name: string;
  readonly #fills: Fill[] = [];
  readonly #ddl: string;
  readonly #chunk: DuckDBDataChunk;
  readonly #table: string;
  #state: 'missing' | 'empty' | 'rows' = 'missing';

  constructor(
    private readonly database: Database,
    name: string,
    columns: InputColumns,
  ) {
    this.name = `${memory}.${name}`;
    const types: DuckDBType[] = [];
    const names: string[] = [];
    const add = (column: string, type: DuckDBType, fill: Fill): void => {
      types.push(type);
      names.push(`${column} ${type.toString()}`);
      this.#fills.push(fill);
    };
    add('p', INTEGER, (vector, { batch }, at, from, to) => {
      copy(vector, new Int32Array(to - from).fill(batch.partition), at * 4);
    });
    if (columns.value !== undefined)
      add('value', columns.value === 'text' ? VARCHAR : BLOB, (vector, { batch }, at, from, to) =>
        fillBytes(vector, batch.values, at, from, to),
      );
    if (columns.key !== undefined)
      add('key', columns.key === 'text' ? VARCHAR : BLOB, (vector, { batch }, at, from, to) =>
        fillBytes(vector, batch.keys, at, from, to),
      );
    if (columns.offset)
      add('"offset"', BIGINT, (vector, { batch }, at, from, to) => {
        copy(
          vector,
          BigInt64Array.from({ length: to - from }, (_, i) => offsetAt(batch, from + i)),
          at * 8,
        );
      });
    if (columns.timestamp)
      add('ts', BIGINT, (vector, { batch }, at, from, to) => {
        fillTimestamps(vector, batch, at, from, to);
      });
    if (columns.headers)
      add('headers', VARCHAR, (vector, { batch }, at, from, to) => {
        for (let i = from; i < to; i++)
          duckdb.vector_assign_string_element(vector, at + i - from, headersText(batch, i));
      });
    this.#ddl = `CREATE OR REPLACE TABLE ${this.name} (${names.join(', ')})`;
    this.#chunk = DuckDBDataChunk.create(types);
    this.#table = name;
  }

  /** Replaces the table's rows by the records of the slices, in their order. */
  async fill(slices: readonly Slice[]): Promise<void> {
    if (slices.length === 0 && this.#state === 'empty') return;
    this.#state = slices.length === 0 ? 'empty' : 'rows';
    const { input } = this.database;
    await this.database.track(() => input.run(this.#ddl));
    const appender = await this.database.track(() => input.createAppender(this.#table, 'main', memory));
    let rows = 0;
    const flush = (): void => {
      if (rows === 0) return;
      duckdb.data_chunk_set_size(this.#chunk.chunk, rows);
      appender.appendDataChunk(this.#chunk);
      this.#chunk.reset();
      rows = 0;
    };
    for (const slice of slices)
      for (let from = slice.from; from < slice.to;) {
        const to = Math.min(slice.to, from + chunkRows - rows);
        for (const [column, fill] of this.#fills.entries())
          fill(duckdb.data_chunk_get_vector(this.#chunk.chunk, column), slice, rows, from, to);
        rows += to - from;
        from = to;
        if (rows === chunkRows) flush();
      }
    flush();
    appender.closeSync();
  }
}

function copy(
  vector: duckdb.Vector,
  data: Int32Array<ArrayBuffer> | BigInt64Array<ArrayBuffer>,
  byteOffset: number,
): void {
  duckdb.copy_data_to_vector(vector, byteOffset, data.buffer, 0, data.byteLength);
}

function fillBytes(
  vector: duckdb.Vector,
  packed: PackedValues | undefined,
  at: number,
  from: number,
  to: number,
): void {
  const nulls: number[] = [];
  for (let i = from; i < to; i++) {
    const start = packed?.starts[i] ?? absent;
    const row = at + i - from;
    if (packed === undefined || start === absent) nulls.push(row);
    else duckdb.vector_assign_string_element_len(vector, row, packed.buffer.subarray(start, packed.ends[i]));
  }
  setNull(vector, nulls);
}

function fillTimestamps(
  vector: duckdb.Vector,
  batch: RecordBatch,
  at: number,
  from: number,
  to: number,
): void {
  const { timestamps } = batch;
  const values = BigInt64Array.from({ length: to - from }, (_, i) => BigInt(timestamps?.[from + i] ?? 0));
  copy(vector, values, at * 8);
  if (!timestamps)
    setNull(
      vector,
      Array.from({ length: to - from }, (_, i) => at + i),
    );
}

/** Marks rows as NULL. Every other element must have been assigned: what a chunk holds before is not defined. */
function setNull(vector: duckdb.Vector, rows: number[]): void {
  if (rows.length === 0) return;
  duckdb.vector_ensure_validity_writable(vector);
  const mask = duckdb.vector_get_validity(vector, chunkRows / 8);
  for (const row of rows) duckdb.validity_set_row_invalid(mask, row);
  duckdb.copy_data_to_vector_validity(
    vector,
    0,
    mask.buffer as ArrayBuffer,
    mask.byteOffset,
    mask.byteLength,
  );
}

function headersText(batch: RecordBatch, index: number): string {
  const headers = Object.entries(batch.headers?.(index) ?? {});
  return JSON.stringify(Object.fromEntries(headers.map(([name, value]) => [name, value.toString('base64')])));
}
