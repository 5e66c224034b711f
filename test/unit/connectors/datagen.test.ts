import { describe, expect, it } from 'vitest';
import { FakeClock, makeSource, never, newContext, newFolder, tableOf, textsOf } from './fixtures';
import type { ColumnTypes } from './fixtures';
import type { Source } from '../../../server/connectors/connector';

const columns: ColumnTypes = {
  id: 'bigint',
  ts: { kind: 'timestamp', precision: 3, local: false },
  name: 'string',
  amount: { kind: 'decimal', precision: 10, scale: 2 },
};
const options = {
  'rows-per-second': '100',
  'fields.id.kind': 'sequence',
  'fields.name.kind': 'name',
  'fields.amount.min': '1',
  'fields.amount.max': '500',
};

async function readRows(source: Source, count: number): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  while (rows.length < count) {
    const batch = await source.read(count - rows.length, 10_000, never);
    if (!batch) throw new Error(`only ${rows.length} rows`);
    rows.push(...textsOf(batch).map((text) => JSON.parse(text) as Record<string, unknown>));
  }
  return rows;
}

/** Values of one column of a table with only that one. */
async function valuesOf(
  type: ColumnTypes[string],
  fieldOptions: Record<string, string>,
  count = 200,
): Promise<unknown[]> {
  const written = Object.fromEntries(
    Object.entries(fieldOptions).map(([key, value]) => [`fields.x.${key}`, value]),
  );
  const source = makeSource(
    tableOf('datagen', { 'rows-per-second': '0', ...written }, { x: type }),
    newContext(),
  );
  await source.open(new Map());
  return (await readRows(source, count)).map((row) => row.x);
}

describe('datagen', () => {
  it('makes the same record for the same seed and number, however it is read', async () => {
    const clock = new FakeClock();
    const one = makeSource(tableOf('datagen', options, columns), newContext(newFolder(), clock));
    const two = makeSource(tableOf('datagen', options, columns), newContext(newFolder(), clock));
    const other = makeSource(
      tableOf('datagen', { ...options, seed: '7' }, columns),
      newContext(newFolder(), clock),
    );
    for (const source of [one, two, other]) await source.open(new Map());
    clock.advance(10_000);
    const rows = await readRows(one, 300);
    const again: Record<string, unknown>[] = [];
    for (let i = 0; i < 100; i++) again.push(...(await readRows(two, 3)));
    expect(again).toEqual(rows);
    expect(rows.map((row) => row.id)).toEqual(Array.from({ length: 300 }, (_, i) => i));
    expect((await readRows(other, 300)).map((row) => row.name)).not.toEqual(rows.map((row) => row.name));
  });

  it('grows with the clock, so that an unread log has a lag', async () => {
    const context = newContext();
    const source = makeSource(tableOf('datagen', { ...options, partitions: '2' }, columns), context);
    await source.open(new Map());
    expect(await source.ranges()).toEqual([0, 1].map((partition) => ({ partition, start: 0n, end: 0n })));
    context.clock.advance(1030);
    expect((await source.ranges()).map(({ end }) => end)).toEqual([52n, 51n]);
    context.clock.advance(-5000);
    expect((await source.ranges()).map(({ end }) => end)).toEqual([52n, 51n]);
  });

  it('waits for the next record, and no longer than asked', async () => {
    const context = newContext();
    const source = makeSource(tableOf('datagen', { ...options, 'rows-per-second': '2' }, columns), context);
    await source.open(new Map());
    const begin = context.clock.now();
    expect(await source.read(10, 200, never)).toBeUndefined();
    expect(context.clock.now() - begin).toBe(200);
    expect((await source.read(10, 2000, never))?.count).toBe(1);
    expect(context.clock.now() - begin).toBe(500);
  });

  it('goes on after a restart with the same records and their event time', async () => {
    const folder = newFolder();
    const clock = new FakeClock();
    const first = makeSource(tableOf('datagen', options, columns), newContext(folder, clock));
    await first.open(new Map());
    clock.advance(5000);
    const rows = await readRows(first, 200);
    const second = makeSource(tableOf('datagen', options, columns), newContext(folder, clock));
    clock.advance(3_600_000);
    await second.open(new Map([[0, 100n]]));
    expect(await readRows(second, 100)).toEqual(rows.slice(100));
    expect((await second.ranges())[0]?.end).toBe(360_500n);
  });

  it('keeps positions valid when the note of its beginning is gone', async () => {
    const source = makeSource(tableOf('datagen', options, columns), newContext());
    await source.open(new Map([[0, 1234n]]));
    expect(await source.ranges()).toEqual([{ partition: 0, start: 0n, end: 1234n }]);
    expect((await readRows(source, 1))[0]?.id).toBe(1234);
  });

  it.each([
    [{ 'number-of-rows': '10' }, 10],
    [{ 'fields.id.start': '5', 'fields.id.end': '11' }, 7],
    [{ 'number-of-rows': '3', partitions: '5' }, 3],
  ])('comes to its end: %o', async (more, expected) => {
    const context = newContext();
    const source = makeSource(tableOf('datagen', { ...options, ...more }, columns), context);
    await source.open(new Map());
    context.clock.advance(60_000);
    expect(source.finished).toBe(false);
    await readRows(source, expected);
    expect(source.finished).toBe(true);
    expect(await source.read(10, 0, never)).toBeUndefined();
    expect((await source.ranges()).reduce((sum, { end }) => sum + end, 0n)).toBe(BigInt(expected));
  });

  it('spreads event time behind the moment a record appears', async () => {
    const source = makeSource(
      tableOf('datagen', { ...options, 'fields.ts.max-past': '2 s' }, columns),
      newContext(),
    );
    await source.open(new Map());
    const batch = await source.read(1000, 60_000, never);
    if (!batch) throw new Error('no rows');
    const rows = textsOf(batch).map((text) => JSON.parse(text) as { ts: string });
    const lateness = rows.map(
      ({ ts }, i) => (batch.timestamps?.[i] ?? 0) - Date.parse(`${ts.replace(' ', 'T')}Z`),
    );
    expect(Math.min(...lateness)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...lateness)).toBeLessThanOrEqual(2000);
  });

  it.each([
    [
      'int',
      { min: '-3', max: '3' },
      (value: unknown) => Number.isInteger(value) && Math.abs(value as number) <= 3,
    ],
    ['bigint', {}, (value: unknown) => Number.isSafeInteger(value)],
    [
      'double',
      { min: '0.5', max: '0.75' },
      (value: unknown) => (value as number) >= 0.5 && (value as number) <= 0.75,
    ],
    [
      { kind: 'decimal', precision: 3, scale: 1 },
      {},
      (value: unknown) => (value as number) >= 0 && (value as number) < 100,
    ],
    ['boolean', {}, (value: unknown) => typeof value === 'boolean'],
    ['string', { length: '12' }, (value: unknown) => /^[0-9a-f]{12}$/.test(value as string)],
    ['string', { kind: 'email' }, (value: unknown) => /^[a-z]+\.[a-z]+\d+@[a-z.]+$/.test(value as string)],
    [
      'string',
      { kind: 'uuid' },
      (value: unknown) =>
        /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(value as string),
    ],
    [
      'string',
      { kind: 'ip' },
      (value: unknown) => (value as string).split('.').every((part) => Number(part) <= 255),
    ],
    ['string', { kind: 'sentence' }, (value: unknown) => /^[A-Z][a-z ]+\.$/.test(value as string)],
    ['string', { values: 'a;b "c"' }, (value: unknown) => value === 'a' || value === 'b "c"'],
    ['int', { values: '1;10' }, (value: unknown) => value === 1 || value === 10],
    ['date', {}, (value: unknown) => value === '2026-01-31'],
    [
      { kind: 'timestamp', precision: 0, local: true },
      {},
      (value: unknown) => /^2026-01-31 12:00:00Z$/.test(value as string),
    ],
    ['bytes', { length: '4' }, (value: unknown) => Buffer.from(value as string, 'base64').length === 4],
    [
      { kind: 'row', fields: [{ name: 'a', type: { kind: 'int' } }] },
      { 'a.max': '5', 'a.min': '0' },
      (value: unknown) => (value as { a: number }).a <= 5,
    ],
    [{ kind: 'array', element: { kind: 'int' } }, {}, (value: unknown) => Array.isArray(value)],
  ] as [ColumnTypes[string], Record<string, string>, (value: unknown) => boolean][])(
    'makes %o with %o',
    async (type, fieldOptions, holds) => {
      const values = await valuesOf(type, fieldOptions);
      expect(values.filter((value) => !holds(value))).toEqual([]);
    },
  );

  it('makes about as many NULLs as asked for', async () => {
    const values = await valuesOf('int', { 'null-rate': '0.25' }, 4000);
    const share = values.filter((value) => value === null).length / 4000;
    expect(share).toBeGreaterThan(0.2);
    expect(share).toBeLessThan(0.3);
  });

  it.each([
    ['int', { min: '5', max: '4' }, "'fields.x.max' is 4, below the minimum, 5."],
    ['int', { min: 'low' }, "'fields.x.min' takes a number within ±2^53, not 'low'."],
    ['boolean', { kind: 'sequence' }, "'fields.x.kind' can be sequence only for numbers and text."],
    ['int', { kind: 'email' }, "'fields.x.kind' can be email only for STRING columns."],
    ['int', { values: '1;x' }, "'fields.x.values' has 'x', which is not a number."],
    ['string', { kind: 'enum' }, "'fields.x.values' is missing: an enum chooses from them."],
    [
      'bigint',
      { kind: 'sequence', start: '9', end: '1' },
      "'fields.x.end' is 1, below the start of the sequence, 9.",
    ],
  ] as [ColumnTypes[string], Record<string, string>, string][])(
    'refuses %o with %o',
    async (type, fieldOptions, message) => {
      await expect(valuesOf(type, fieldOptions)).rejects.toMatchObject({ code: 'BAD_OPTION', message });
    },
  );
});
