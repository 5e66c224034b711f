// Which bucket a row's key is in. Its own recipe, not DuckDB's hash: a key must stay in its bucket over all versions.
import { bucketCount, bucketFunction } from '../../analysis/planning/share';
import type { MappingTable } from './functions';

export const routing: MappingTable = {
  [bucketFunction]: bucketSql,
};

/** From the SQL of the key's columns, in the order of the table's key. */
export function bucketSql(key: string[]): string {
  // NULL is a value like any other.
  const texts = key.map((sql) => `coalesce(CAST(${sql} AS VARCHAR), chr(30))`);
  const text = ["''", ...texts].join(' || chr(31) || ');
  return `CAST('0x' || left(md5(${text}), 8) AS UBIGINT) % ${bucketCount}`;
}
