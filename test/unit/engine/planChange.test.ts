// Which changes of a query keep the state of its windows.
import { expect, it } from 'vitest';
import { planChange } from '../../../server/engine/planChange';
import { planScript } from './planScript';

const tables = `
  CREATE TABLE orders (id BIGINT, customer STRING, amount DECIMAL(10, 2), ts TIMESTAMP_LTZ(3), WATERMARK FOR ts AS ts)
    WITH ('connector' = 'datagen');
  CREATE TABLE clicks (id BIGINT, customer STRING, amount DECIMAL(10, 2), ts TIMESTAMP_LTZ(3), WATERMARK FOR ts AS ts)
    WITH ('connector' = 'datagen');
  CREATE TABLE sink (customer STRING, n BIGINT) WITH ('connector' = 'blackhole');
  CREATE TABLE other (customer STRING, n BIGINT) WITH ('connector' = 'blackhole');
  CREATE VIEW big AS SELECT customer AS c, amount * 2 AS doubled, ts FROM orders WHERE amount > 10;
`;
const windows = (table: string) => `${table} WINDOW TUMBLING(5m)`;
const base = `INSERT INTO sink SELECT c, COUNT(*) FROM ${windows('big')} GROUP BY c`;

/** What becomes of the state of `base`. */
function outcome(sql: string): string {
  const { kept, lost, empty } = planChange(planScript(tables + base), planScript(tables + sql));
  return [kept.map(() => 'kept'), lost.map(() => 'lost'), empty.map(({ kind }) => `empty ${kind}`)]
    .flat()
    .join(', ');
}

it.each([
  ['the same', base, 'kept'],
  ['another sink', base.replace('sink', 'other'), 'kept'],
  ['another projection of the result', base.replace('SELECT c,', 'SELECT UPPER(c),'), 'kept'],
  ['a filter on the result', `${base} HAVING COUNT(*) > 3`, 'kept'],
  [
    'the same view written out, with other names',
    `INSERT INTO sink SELECT who, COUNT(*) FROM (SELECT customer AS who, ts FROM orders WHERE amount > 10)
       WINDOW TUMBLING(5m) GROUP BY who`,
    'kept',
  ],
  [
    'a second sink that reads other columns of the same view',
    `STATEMENT SET BEGIN ${base}; INSERT INTO other SELECT c, CAST(doubled AS BIGINT) FROM big; END`,
    'kept',
  ],
  [
    'a second window beside it',
    `STATEMENT SET BEGIN INSERT INTO other SELECT customer, COUNT(*) FROM ${windows('clicks')} GROUP BY customer; ${base}; END`,
    'kept, empty window',
  ],
  ['another size', base.replace('5m', '10m'), 'lost, empty window'],
  ['another key', base.replaceAll(/\bc\b/g, 'UPPER(c)'), 'lost, empty window'],
  ['another aggregate', base.replace('COUNT(*)', 'MAX(CAST(doubled AS BIGINT))'), 'lost, empty window'],
  [
    'another filter below',
    base.replace('FROM big', 'FROM (SELECT * FROM big WHERE doubled > 50)'),
    'lost, empty window',
  ],
  ['another table', base.replaceAll(/\bc\b/g, 'customer').replace('big', 'clicks'), 'lost, empty window'],
  ['no window any more', 'INSERT INTO sink SELECT c, 1 FROM big', 'lost'],
  [
    'rows that come once',
    `STATEMENT SET BEGIN ${base}; INSERT INTO other VALUES ('a', 1); END`,
    'kept, empty values',
  ],
])('%s', (_, sql, expected) => {
  expect(outcome(sql)).toBe(expected);
});

it('says which tables come and go', () => {
  const from = planScript(`${tables} INSERT INTO sink SELECT customer, 1 FROM orders`);
  const to = planScript(`${tables} INSERT INTO other SELECT customer, 1 FROM clicks`);
  expect(planChange(from, to)).toMatchObject({
    sourcesAdded: ['clicks'],
    sourcesRemoved: ['orders'],
    sinksAdded: ['other'],
    sinksRemoved: ['sink'],
  });
});
