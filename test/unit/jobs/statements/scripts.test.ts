// Scripts, and the tables and views they make, run against a server over fakes.
import { describe, expect, it } from 'vitest';
import { query, serverWith, tables } from '../servers';

describe('scripts', () => {
  it('stop at the first failure, with its place in the whole text', async () => {
    const harness = await serverWith(tables);
    const { results } = await harness.execute(
      `-- 1\r\nSHOW TABLES;\n\n  PAUSE JOB\n   nobody ; DROP TABLE orders;`,
    );
    expect(results.map(({ ok }) => ok)).toEqual([true, false]);
    expect(results[1]).toMatchObject({
      statement: 'PAUSE JOB\n   nobody',
      error: { range: { start: { line: 4, character: 3 }, end: { line: 4, character: 9 } } },
    });
    expect(harness.server.listTables()).toHaveLength(2);
  });

  it('answers bad input', async () => {
    const harness = await serverWith(tables);
    expect(await harness.execute('')).toEqual({ results: [] });
    expect(await harness.execute('-- nothing\n;;')).toEqual({ results: [] });
    expect(await harness.refused('SELECT \0 FROM')).toMatchObject({ code: 'SYNTAX' });
    expect(await harness.refused(`SELECT ${'('.repeat(10_000)}1`)).toMatchObject({ code: 'SYNTAX' });
    expect(await harness.refused('x'.repeat(2_000_001))).toMatchObject({ code: 'BAD_REQUEST' });
  });

  it('settings last to the end of the script', async () => {
    const harness = await serverWith(tables);
    expect(await harness.run(`SET 'on.error' = 'skip'; RESET 'on.error'; ${query}`)).toMatchObject({
      ok: true,
    });
    expect(harness.server.getJobDetails('big_orders').options).toEqual({});
    expect(await harness.refused(`SET 'on.erorr' = 'skip'`)).toMatchObject({ code: 'BAD_OPTION' });
    expect(await harness.run(`SET 'parallelism.default' = '2'`)).toMatchObject({
      message: 'parallelism.default is a setting of Flink; it has no effect on the local engine.',
    });
  });
});

describe('tables and views', () => {
  it('come back with the server, views over them too', async () => {
    const harness = await serverWith(
      `${tables} CREATE VIEW rich AS SELECT id, customer FROM orders WHERE amount > 5;`,
    );
    await harness.run('START JOB big AS INSERT INTO big_orders SELECT * FROM rich');
    await harness.crash();
    expect(harness.server.listTables()).toEqual([
      expect.objectContaining({ name: 'big_orders', connector: 'blackhole', readBy: [], writtenBy: ['big'] }),
      expect.objectContaining({ name: 'orders', connector: 'datagen', readBy: ['big'], writtenBy: [] }),
      expect.objectContaining({ name: 'rich', kind: 'view', readBy: ['big'] }),
    ]);
    expect(harness.server.listTables()[1]?.columns).toEqual([
      { name: 'id', type: 'BIGINT' },
      { name: 'customer', type: 'STRING' },
      { name: 'amount', type: 'DECIMAL(10, 2)' },
    ]);
  });

  it('cannot be dropped while used', async () => {
    const harness = await serverWith(`${tables} CREATE VIEW rich AS SELECT id, customer FROM orders;`);
    expect(await harness.refused('DROP TABLE orders')).toMatchObject({
      code: 'TABLE_IN_USE',
      message: 'orders is used by the view rich.',
      hint: 'DROP VIEW rich first.',
    });
    await harness.run('START JOB big AS INSERT INTO big_orders SELECT * FROM rich');
    expect(await harness.refused('DROP VIEW rich')).toMatchObject({
      message: 'rich is used by the job big.',
    });
    expect(await harness.refused('DROP TABLE big_orders')).toMatchObject({ hint: 'DROP JOB big first.' });
    await harness.run('DROP JOB big; DROP VIEW rich; DROP TABLE orders; DROP TABLE IF EXISTS orders');
    await harness.crash();
    expect(harness.server.listTables().map(({ name }) => name)).toEqual(['big_orders']);
  });

  it.each([
    [
      `CREATE TABLE orders (id INT) WITH ('connector' = 'datagen')`,
      'TABLE_EXISTS',
      'There is already a table orders.',
    ],
    [`CREATE TABLE t (id INT) WITH ('conector' = 'datagen')`, 'BAD_OPTION', 'connector'],
    ['DROP TABLE ordesr', 'TABLE_NOT_FOUND', 'There is no table ordesr.'],
    ['DROP VIEW orders', 'TABLE_NOT_FOUND', 'orders is a table.'],
  ])('refuses %s', async (sql, code, part) => {
    const harness = await serverWith(tables);
    const error = await harness.refused(sql);
    expect(error).toMatchObject({ code });
    expect(error?.message).toContain(part);
    expect(harness.server.listTables()).toHaveLength(2);
  });
});
