// Encoded rows out of DuckDB: one text for the whole batch and the length of each row, read as two blocks of memory.
import duckdb from '@duckdb/node-bindings';
import type { DuckDBDataChunk } from '@duckdb/node-api';
import { absent } from '../connectors/connector';
import type { PackedValues, RowBatch } from '../connectors/connector';
import type { Database } from './database';
import type { RowEncoder } from './formats/encoder';

/** The rows of a delta, encoded, or undefined when there are none. */
export async function packRows(
  database: Database,
  delta: string,
  encoder: RowEncoder,
): Promise<RowBatch | undefined> {
  const keys = encoder.key === undefined ? '' : `, CAST(${encoder.key} AS VARCHAR) AS k`;
  const joined =
    encoder.key === undefined ? '' : `, string_agg(k, ''), list(coalesce(strlen(k), -1)::INTEGER)`;
  const result = await database.run(
    `SELECT string_agg(v, ''), list(coalesce(strlen(v), -1)::INTEGER)${joined}
     FROM (SELECT CAST(${encoder.value} AS VARCHAR) AS v${keys} FROM (${delta}))`,
  );
  const chunk = await result.fetchChunk();
  const values = chunk && packed(chunk, 0);
  if (!values) return undefined;
  const keyValues = encoder.key === undefined ? undefined : packed(chunk, 2);
  return { count: values.starts.length, values, ...(keyValues && { keys: keyValues }) };
}

function packed(chunk: DuckDBDataChunk, column: number): PackedValues | undefined {
  const lengths = integersAt(chunk, column + 1);
  if (!lengths) return undefined;
  const starts = new Uint32Array(lengths.length);
  const ends = new Uint32Array(lengths.length);
  let at = 0;
  for (const [i, length] of lengths.entries()) {
    starts[i] = length < 0 ? absent : at;
    at += Math.max(0, length);
    ends[i] = at;
  }
  return { buffer: textAt(chunk, column), starts, ends };
}

/** The list of integers in the only row. */
function integersAt(chunk: DuckDBDataChunk, column: number): Int32Array | undefined {
  const vector = duckdb.data_chunk_get_vector(chunk.chunk, column);
  if (isNull(vector)) return undefined;
  const child = duckdb.list_vector_get_child(vector);
  const bytes = duckdb.vector_get_data(child, duckdb.list_vector_get_size(vector) * 4);
  return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}

/** The text in the only row: a string_t, twelve bytes of it in place or behind a pointer. */
function textAt(chunk: DuckDBDataChunk, column: number): Buffer {
  const vector = duckdb.data_chunk_get_vector(chunk.chunk, column);
  if (isNull(vector)) return Buffer.alloc(0);
  const cell = duckdb.vector_get_data(vector, 16);
  const length = new DataView(cell.buffer, cell.byteOffset).getUint32(0, true);
  const bytes =
    length <= 12
      ? cell.slice(4, 4 + length)
      : duckdb.get_data_from_pointer(cell.buffer as ArrayBuffer, cell.byteOffset + 8, length);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function isNull(vector: duckdb.Vector): boolean {
  const validity = duckdb.vector_get_validity(vector, 8) as Uint8Array | null;
  return validity !== null && !duckdb.validity_row_is_valid(validity, 0);
}

/** Byte texts in one buffer; null for what is absent. */
export function packParts(parts: readonly (Buffer | null)[]): PackedValues {
  const starts = new Uint32Array(parts.length);
  const ends = new Uint32Array(parts.length);
  let at = 0;
  for (const [i, part] of parts.entries()) {
    starts[i] = part === null ? absent : at;
    at += part?.length ?? 0;
    ends[i] = at;
  }
  return { buffer: Buffer.concat(parts.map((part) => part ?? Buffer.alloc(0))), starts, ends };
}
