// Functions: every example in the table is right SQL, and every name can be called.
import { expect, it } from 'vitest';
import { findFunction, flinkFunctions, functionNames } from '../../../server/analysis/functions/functions';
import { analyze } from './fixtures';

const runnable = flinkFunctions.filter(
  ({ notRun, group }) => !notRun && group !== 'window' && group !== 'aggregate',
);

it.each(runnable.map(({ name, example }) => [name, example]))('the example of %s binds', (name, example) => {
  expect(example).toBeDefined();
  const [facts] = analyze(
    `SELECT ${example ?? ''} FROM (SELECT ts, amount, ts AS started, ts AS ended, CAST('a' AS BYTES) AS \`key\` FROM orders) AS t`,
  ).facts;
  expect(facts?.problems.map(({ message }) => message)).toEqual([]);
  expect(facts?.uses.some((use) => use.kind === 'function' && use.name === name)).toBe(true);
});

it('has one definition for each name, in upper case', () => {
  const names = functionNames();
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => name !== name.toUpperCase())).toEqual([]);
  expect(names.filter((name) => findFunction(name.toLowerCase())?.name !== name)).toEqual([]);
});

it('leaves out what reaches beyond the row', () => {
  for (const name of ['read_csv', 'getenv', 'current_setting', 'nextval', 'pg_sleep', 'write_log', 'setseed'])
    expect(findFunction(name)).toBeUndefined();
});
