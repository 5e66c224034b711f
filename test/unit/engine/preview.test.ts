// A top-level SELECT: cells, their limit and their end.
import { expect, it } from 'vitest';
import { createEngine } from '../../../server/engine/createEngine';
import type { Cell } from '../../../server/protocol/results';
import { FakeWorld } from './fakes';
import { planSelect } from './planScript';

const table = `CREATE TABLE src (id BIGINT, p DECIMAL(10, 2), d DECIMAL(30, 2), f DOUBLE, ts TIMESTAMP(3), xs ARRAY<INT>)
  WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:1', 'format' = 'json');`;

async function preview(
  world: FakeWorld,
  select: string,
): Promise<{ rows: Cell[][]; end: string; types: string[] }> {
  const rows: Cell[][] = [];
  let told: (end: string) => void = () => undefined;
  const done = new Promise<string>((resolve) => (told = resolve));
  const opened = await createEngine(world.engineOptions).preview(planSelect(table + select), {
    rows: (more) => rows.push(...more),
    done: (reason, message) => told([reason, message].join(' ').trim()),
  });
  const end = await done;
  await opened.close();
  return { rows, end, types: opened.columns.map(({ name, type }) => `${name} ${type}`) };
}

it('gives numbers that a double cannot carry as text', async () => {
  const world = new FakeWorld();
  world.log('src', [
    '{"id":9007199254740993,"p":859.8,"d":1.5,"f":1.5,"ts":"2026-01-31 10:00:00","xs":[1,null]}',
    '{"id":7}',
    'bad',
  ]);
  const { rows, end, types } = await preview(world, 'SELECT * FROM src;');
  expect(rows).toEqual([
    ['9007199254740993', '859.80', '1.50', 1.5, '2026-01-31 10:00:00', '[1,null]'],
    [7, null, null, null, null, null],
  ]);
  expect(end).toBe('finished 1 bad records were left out.');
  expect(types[2]).toBe('d DECIMAL(30, 2)');
});

it('ends at its limit though the source goes on', async () => {
  const world = new FakeWorld();
  world.log(
    'src',
    Array.from({ length: 50 }, (_, i) => `{"id":${i}}`),
  ).bounded = false;
  const { rows, end } = await preview(world, 'SELECT id FROM src WHERE id > 3 LIMIT 5;');
  expect(rows).toEqual([[4], [5], [6], [7], [8]]);
  expect(end).toBe('limit');
});
