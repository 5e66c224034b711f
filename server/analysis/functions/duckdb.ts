// The scalar functions DuckDB has beside Flink's, usable by name. Their table is generated from the pinned DuckDB by
// the unit test that compares it; without whatever touches files, settings or sessions.
import table from './duckdb.json';
import type { FunctionDefinition } from './definition';
import { parseSignatures } from './signature';

/** Lower-case name to signatures and description. */
const rows: Record<string, string[]> = table;
const cache = new Map<string, FunctionDefinition>();

/** Names in upper case, sorted. */
export function duckdbNames(): string[] {
  return Object.keys(rows).map((name) => name.toUpperCase());
}

/** A function of DuckDB's own by its name in any case. The engine calls it as it is named, in lower case. */
export function duckdbFunction(written: string): FunctionDefinition | undefined {
  const name = written.toUpperCase();
  const row = Object.hasOwn(rows, written.toLowerCase()) ? rows[written.toLowerCase()] : undefined;
  const known = cache.get(name);
  if (known || !row) return known;
  const [signatures = '', documentation = ''] = row;
  const definition: FunctionDefinition = {
    name,
    kind: 'scalar',
    group: 'duckdb',
    signatures: parseSignatures(signatures),
    documentation: documentation || `The function ${written.toLowerCase()} of DuckDB.`,
    deterministic: true,
  };
  cache.set(name, definition);
  return definition;
}
