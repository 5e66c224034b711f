// docs/guarantees.md names a test for each failure: the test must be there, under that name.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const root = path.join(__dirname, '../../..');
const page = readFileSync(path.join(root, 'docs/guarantees.md'), 'utf8');

/** Number and files of each line of the failure table: `| 7 | ... | [name](../test/kafka/x.test.ts) |`. */
const rows = [...page.matchAll(/^\| (\d+) +\|.*\| ([^|]+) \|$/gm)].map(([, number = '', tests = '']) => ({
  number,
  files: [...tests.matchAll(/\]\(\.\.\/([^)]+)\)/g)].map(([, file = '']) => file),
}));

test('every failure has a line', () => {
  expect(rows.map(({ number }) => Number(number))).toEqual(Array.from({ length: 32 }, (_, i) => i + 1));
});

test.each(rows)('failure $number: its tests exist under its number', ({ number, files }) => {
  expect(files.length).toBeGreaterThan(0);
  for (const file of files) {
    expect(readFileSync(path.join(root, file), 'utf8')).toMatch(new RegExp(`row ${number}\\b`));
  }
});
