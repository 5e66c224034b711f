// Statements that look and change nothing, run against a server over fakes: SHOW, EXPLAIN, DESCRIBE, SELECT.
import { describe, expect, it } from 'vitest';
import { query, serverWith, tables } from '../servers';

const started = `${tables} START JOB big AS ${query};`;

describe('looking', () => {
  it('SHOW answers with tables', async () => {
    const harness = await serverWith(`${started} PAUSE JOB big WITH REASON 'why'; RESUME JOB big;`);
    expect(await harness.run('SHOW JOBS')).toMatchObject({
      columns: ['name', 'state', 'since', 'records_per_second', 'lag', 'lag_unit', 'reason'],
      rows: [['big', 'running', expect.any(String) as string, 0, 1000, 'records', null]],
    });
    expect((await harness.run(`SHOW JOBS LIKE 'x%'`)).rows).toEqual([]);
    expect((await harness.run('SHOW STATUS big')).rows?.[0]?.slice(0, 3)).toEqual([
      'big',
      'running',
      'running',
    ]);
    expect((await harness.run('SHOW METRICS big')).rows).toEqual(
      expect.arrayContaining([
        ['big', 'pauses', 1],
        ['big', 'last_batch_ms', 2.3],
        ['big', 'last_checkpoint_ms', 1],
      ]),
    );
    expect((await harness.run('SHOW PAUSE HISTORY FOR big')).rows?.[0]).toEqual(
      expect.arrayContaining(['big', 'ada', 'why', 1000]),
    );
    expect((await harness.run('SHOW TABLES')).rows?.map(([name]) => name)).toEqual(['big_orders', 'orders']);
    expect((await harness.run('SHOW VIEWS')).rows).toEqual([]);
    expect((await harness.run(`SHOW FUNCTIONS LIKE 'upper'`)).rows?.[0]?.slice(0, 2)).toEqual([
      'UPPER',
      'scalar',
    ]);
    expect(await harness.refused('SHOW STATUS bgi')).toMatchObject({
      code: 'JOB_NOT_FOUND',
      hint: 'Did you mean big?',
    });
  });

  it('the lag of a file is said to be in bytes wherever it is shown', async () => {
    const harness = await serverWith(tables);
    harness.world.unit = 'bytes';
    await harness.run(`START JOB big AS ${query}; PAUSE JOB big; RESUME JOB big`);
    expect(harness.server.listJobs()[0]).toMatchObject({ lagUnit: 'bytes', partitions: [{ unit: 'bytes' }] });
    const shown = async (sql: string): Promise<unknown[]> => {
      const { columns = [], rows = [] } = await harness.run(sql);
      return rows.map((row) => row[columns.indexOf('lag_unit')]);
    };
    expect(await shown('SHOW JOBS')).toEqual(['bytes']);
    expect(await shown('SHOW STATUS big')).toEqual(['bytes']);
    expect(await shown('SHOW PAUSE HISTORY FOR big')).toEqual(['bytes']);
    expect((await harness.run('SHOW METRICS big')).rows).toContainEqual(['big', 'lag_unit', 'bytes']);
    expect((await harness.run('DESCRIBE JOB big')).rows).toContainEqual(['lag_unit', 'bytes']);
    expect((await harness.run('EXPLAIN PAUSE JOB big')).rows).toContainEqual([
      'state',
      'running, 0/s, lag 1,000 bytes',
    ]);
  });

  it('EXPLAIN PAUSE and RESUME tell what would happen, and change nothing', async () => {
    const harness = await serverWith(started);
    const told = async (sql: string): Promise<Record<string, unknown>> =>
      Object.fromEntries(((await harness.run(sql)).rows ?? []) as [string, unknown][]);
    harness.world.comingHorizon = Date.UTC(2026, 0, 8, 10);
    expect(await told('EXPLAIN PAUSE JOB big')).toMatchObject({
      retention: 'deletes nothing unread before 2026-01-08 10:00:00 UTC',
      state: expect.stringContaining('running') as unknown,
      'sink that stops': 'big_orders (big_orders)',
      depth: expect.stringContaining('warm') as unknown,
    });
    expect(await told('EXPLAIN RESUME JOB big')).toMatchObject({
      state: expect.stringContaining('RESUME would be refused') as unknown,
    });
    expect(harness.server.getJobDetails('big').state).toBe('running');
    await harness.run("PAUSE JOB big WITH REASON 'why'");
    const plain = await told('EXPLAIN RESUME JOB big');
    expect(plain).toMatchObject({ records: 'it goes on with the very next record' });
    expect(plain.state).toContain('reason: why');
    expect(await told('EXPLAIN RESUME JOB big FROM LATEST')).toMatchObject({
      records: expect.stringMatching(/unread records are skipped\.$/) as unknown,
    });
    expect(harness.server.getJobDetails('big')).toMatchObject({ state: 'paused', depth: 'warm' });
  });

  it('EXPLAIN PAUSE tells that a job without warm time goes cold, and for how long others stay warm', async () => {
    const depth = async (options: string): Promise<unknown> => {
      const harness = await serverWith(`${tables} START JOB big AS ${query} ${options};`);
      const { rows } = await harness.run('EXPLAIN PAUSE JOB big');
      return rows?.find(([item]) => item === 'depth')?.[1];
    };
    expect(await depth("WITH ('pause.warm-time' = '0 s')")).toMatch(/^cold:/);
    expect(await depth("WITH ('pause.warm-time' = '3 min')")).toMatch(/^warm for 3 min:/);
  });

  it('EXPLAIN RESUME tells how much waits where the job would go on, not where it stands', async () => {
    const harness = await serverWith(started);
    harness.engine.last('big').process(300);
    await harness.run('PAUSE JOB big');
    const draining = async (resume: string): Promise<unknown> =>
      (await harness.run(`EXPLAIN ${resume}`)).rows?.find(([item]) => item === 'draining')?.[1];
    expect(await draining('RESUME JOB big')).toContain('700 records');
    expect(await draining('RESUME JOB big FROM LATEST')).toBe('nothing waits');
    expect(await draining('RESUME JOB big FROM EARLIEST')).toContain('1,000 records');
    harness.world.unit = 'bytes';
    expect(await draining('RESUME JOB big')).toBe('700 bytes');
    expect(await draining('RESUME JOB big FOR 5 RECORDS')).toContain('5 records');
    harness.world.unit = 'records';
    harness.world.log = { start: 600n, end: 1_000n };
    expect(await draining('RESUME JOB big')).toBeUndefined();
    expect(await draining('RESUME JOB big ACCEPT DATA LOSS')).toContain('400 records');
  });

  it('DESCRIBE tells of a table or a job, EXPLAIN of a plan', async () => {
    const harness = await serverWith(started);
    expect(
      (await harness.run('DESCRIBE orders')).rows?.map(([name, type]) => `${String(name)} ${String(type)}`),
    ).toEqual(['id BIGINT', 'customer STRING', 'amount DECIMAL(10, 2)']);
    expect((await harness.run('DESCRIBE JOB big')).rows).toContainEqual([
      'sinks',
      'big_orders (blackhole: big_orders)',
    ]);
    expect((await harness.run(`EXPLAIN ${query}`)).rows?.[0]).toEqual(['Sink big_orders (blackhole)']);
    expect(await harness.refused('DESCRIBE ordres')).toMatchObject({ hint: 'Did you mean orders?' });
  });

  it('a SELECT is a preview for whoever receives its rows', async () => {
    const harness = await serverWith(tables);
    expect(await harness.refused('SELECT id FROM orders')).toMatchObject({ code: 'BAD_REQUEST' });
    const seen: unknown[] = [];
    const receiver = {
      rows: (id: string, rows: unknown[][]) => void seen.push([id, rows]),
      done: (id: string, reason: string) => void seen.push([id, reason]),
    };
    const { results } = await harness.clock.until(
      harness.server.execute('SELECT id FROM orders', { by: 'ada', receiver }),
    );
    expect(results[0]).toMatchObject({ ok: true, previewId: 'preview-1' });
    await harness.server.cancelPreview('preview-1');
    await harness.server.cancelPreview('preview-1');
    expect(seen).toEqual([
      ['preview-1', [[1], [2]]],
      ['preview-1', 'cancelled'],
    ]);
    await expect(harness.server.preview('SHOW JOBS', receiver)).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    });
  });
});
