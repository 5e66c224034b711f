// The committed table of DuckDB's functions is that of the installed DuckDB. UPDATE_FUNCTIONS=1 writes it anew.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { duckdbTable } from './duckdbTable';

const path = fileURLToPath(new URL('../../../server/analysis/functions/duckdb.json', import.meta.url));

it('equals what the installed DuckDB says', async () => {
  const table = await duckdbTable();
  if (process.env.UPDATE_FUNCTIONS) {
    const lines = Object.entries(table).map(
      ([name, row]) => `${JSON.stringify(name)}: ${JSON.stringify(row)}`,
    );
    writeFileSync(path, `{\n  ${lines.join(',\n  ')}\n}\n`);
  }
  expect(table).toEqual(JSON.parse(readFileSync(path, 'utf8')));
  expect(Object.keys(table).length).toBeGreaterThan(150);
});
