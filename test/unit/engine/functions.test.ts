// Every scalar function and operator of the language has a mapping that runs, and its documented example holds.
import { describe, expect, it } from 'vitest';
import { flinkFunctions, scalarCallNames } from '../../../server/analysis/functions/functions';
import { createEngine } from '../../../server/engine/createEngine';
import { hasMapping } from '../../../server/engine/functions/functions';
import type { Cell } from '../../../server/protocol/results';
import { FakeWorld } from './fakes';
import { planSelect } from './planScript';

/** The only row of a SELECT. */
async function row(select: string): Promise<Cell[]> {
  const engine = createEngine(new FakeWorld().engineOptions);
  const rows: Cell[][] = [];
  const message = await new Promise<string | undefined>((resolve, reject) => {
    engine
      .preview(planSelect(select), {
        rows: (more) => rows.push(...more),
        done: (_, text) => resolve(text),
      })
      .catch(reject);
  });
  const [first] = rows;
  if (!first) throw new Error(message ?? 'no rows');
  return first;
}

const windowNames = ['TUMBLE', 'TUMBLE_START', 'TUMBLE_END', 'TUMBLE_ROWTIME'];

describe('functions', () => {
  it('all have a mapping', () => {
    expect(scalarCallNames().filter((name) => !hasMapping(name) && !windowNames.includes(name))).toEqual([]);
  });

  it('do what their example says', async () => {
    const examples = flinkFunctions.flatMap(({ kind, group, example, notRun }) =>
      kind === 'scalar' &&
      group !== 'window' &&
      notRun !== true &&
      example !== undefined &&
      !/\b(ts|started|`key`)\b|`key`/.test(example)
        ? [example]
        : [],
    );
    const failures: string[] = [];
    for (const example of examples)
      try {
        const [value] = await row(`SELECT ${example};`);
        if (/ = | IS NULL/.test(example) && value !== true) failures.push(`${example} is ${String(value)}`);
      } catch (error) {
        failures.push(`${example}: ${error instanceof Error ? error.message : String(error)}`);
      }
    expect(failures).toEqual([]);
  }, 120_000);
});

describe('expressions', () => {
  const cases: [expression: string, value: Cell][] = [
    ['7 / 2', 3],
    ['-7 / 2', -3],
    ['MOD(-7, 3)', -1],
    ['7.0 / 2', '3.500000000000'],
    ['CAST(1 AS DECIMAL(10, 2)) / CAST(3 AS DECIMAL(10, 2))', '0.3333333333333'],
    ['CAST(-2 AS DECIMAL(5, 1)) / CAST(3 AS DECIMAL(5, 1))', '-0.6666667'],
    ['CAST(2.9 AS INT)', 2],
    ["CAST('12' AS BIGINT) + 1", 13],
    ["TRY_CAST('x' AS INT)", null],
    ['CAST(TRUE AS STRING)', 'TRUE'],
    ["CAST(TIMESTAMP '2026-01-31 10:11:12.5' AS STRING)", '2026-01-31 10:11:12.5'],
    ["'a' LIKE '_' AND 'a%' LIKE 'a!%' ESCAPE '!'", true],
    ["'abc' SIMILAR TO 'a%'", true],
    ['NULL IS DISTINCT FROM 1', true],
    ["CASE 2 WHEN 1 THEN 'a' WHEN 2 THEN 'b' END", 'b'],
    ["TIMESTAMP '2026-01-31 00:00:00' + INTERVAL '1' MONTH", '2026-02-28 00:00:00'],
    ["EXTRACT(DAY FROM DATE '2026-01-31')", 31],
    ["DATE_FORMAT(TIMESTAMP '2026-01-31 10:11:12', 'yyyy/MM/dd''T''HH')", '2026/01/31T10'],
    ["TO_TIMESTAMP('31.01.2026 10', 'dd.MM.yyyy HH')", '2026-01-31 10:00:00'],
    ['9223372036854775807', '9223372036854775807'],
    ["MAP['a', 1]['a'] + ARRAY[1, 2][2]", 3],
    ['GREATEST(1, NULL, 3)', null],
    ['1 IN (2, NULL)', null],
    ['2 BETWEEN 1 AND 3', true],
  ];
  it.each(cases)('%s', async (expression, value) => {
    expect((await row(`SELECT ${expression};`))[0]).toEqual(value);
  });
});
