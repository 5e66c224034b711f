// Statements that start jobs, run against a server over fakes: what they answer, and what they leave.
import { describe, expect, it } from 'vitest';
import { query, serverWith, tables } from '../servers';

const started = `${tables} START JOB big AS ${query};`;

describe('starting jobs', () => {
  it.each([
    ['START JOB big AS ' + query, 'big', 'running', 'big is running.'],
    ['START JOB big PAUSED AS ' + query, 'big', 'paused', 'big is there, paused.'],
    ['START JOB peeking AS SELECT id FROM orders', 'peeking', 'running', 'peeking is running.'],
    [query, 'big_orders', 'running', 'big_orders is running.'],
    [`SET 'pipeline.name' = 'mine'; ${query}`, 'mine', 'running', 'mine is running.'],
    [`START JOB two AS STATEMENT SET BEGIN ${query}; ${query}; END`, 'two', 'running', 'two is running.'],
    [
      'CREATE STREAM copy AS SELECT id FROM orders',
      'copy',
      'running',
      'copy is there, and its job is running.',
    ],
  ])('%s', async (sql, name, state, message) => {
    const harness = await serverWith(tables);
    expect(await harness.run(sql)).toMatchObject({ ok: true, message });
    const details = harness.server.getJobDetails(name);
    expect(details).toMatchObject({ name, state, desired: state, version: '1' });
    expect(details.sinks).toHaveLength(1);
    await harness.crash();
    expect(harness.server.getJobDetails(name)).toMatchObject({ state, statement: details.statement });
  });

  it('is told as its first version, with who started it', async () => {
    const harness = await serverWith(started);
    const { columns, rows } = await harness.run('SHOW VERSIONS big');
    expect(rows?.map((row) => row[columns?.indexOf('by') ?? -1])).toEqual(['ada']);
  });

  it("with options, which are the job's", async () => {
    const harness = await serverWith(tables);
    await harness.run(`SET 'on.error' = 'skip'; START JOB big AS ${query} WITH ('pause.timeout' = '2 s')`);
    expect(harness.server.getJobDetails('big').options).toEqual({
      'on.error': 'skip',
      'pause.timeout': '2 s',
    });
    harness.world.misbehave('quiesce', 'hang');
    expect(await harness.refused('PAUSE JOB big')).toMatchObject({
      code: 'PAUSE_TIMEOUT',
      message: 'big could not be paused within 2 s and goes on running.',
    });
  });

  it.each([
    [`START JOB big AS ${query}`, 'JOB_EXISTS', 'There is already a job big: big is running since'],
    ['START JOB `no name` AS ' + query, 'BAD_NAME', '"no name" is no name for a job.'],
    ['START JOB x AS INSERT INTO nowhere SELECT id FROM orders', 'NAME_NOT_FOUND', 'nowhere'],
    ['START JOB x AS INSERT INTO big_orders SELECT idd, customer FROM orders', 'NAME_NOT_FOUND', 'idd'],
    [`START JOB x AS ${query} WITH ('on.eror' = 'skip')`, 'BAD_OPTION', 'on.eror'],
    [`START JOB x AS ${query} WITH ('on.error' = 'explode')`, 'BAD_OPTION', 'explode'],
    ['STRAT JOB x AS SELECT 1', 'SYNTAX', 'STRAT'],
    [`START JOB x AS ${query} WITH ('state' = 'discard')`, 'BAD_OPTION', 'state'],
    [
      `DEPLOY JOB big VERSION '2' AS ${query} STRATEGY CANARY(0)`,
      'BAD_REQUEST',
      'CANARY gives a version 1 to 99 percent of the keys, not 0.',
    ],
    ['EXPLAIN PAUSE JOB bigg', 'JOB_NOT_FOUND', 'There is no job bigg.'],
  ])('refuses %s with %s', async (sql, code, part) => {
    const harness = await serverWith(started);
    const error = await harness.refused(sql);
    expect(error?.code).toBe(code);
    expect(error?.message).toContain(part);
    expect(harness.server.listJobs().map(({ name }) => name)).toEqual(['big']);
  });

  it('IF NOT EXISTS leaves the job as it is', async () => {
    const harness = await serverWith(`${started} PAUSE JOB big;`);
    expect(await harness.run(`START JOB IF NOT EXISTS big AS ${query}`)).toMatchObject({
      message: 'big exists already (paused): nothing to do.',
    });
    expect(harness.server.getJobDetails('big').state).toBe('paused');
  });

  it('leaves nothing when its sources are away, not even the table of CREATE ... AS', async () => {
    const harness = await serverWith(tables);
    harness.world.misbehave('open', 'unavailable');
    expect(await harness.refused('CREATE STREAM copy AS SELECT id FROM orders')).toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
    });
    expect(harness.server.listJobs()).toEqual([]);
    expect(harness.server.listTables().map(({ name }) => name)).toEqual(['big_orders', 'orders']);
  });

  it('refuses more jobs than the limit', async () => {
    const harness = await serverWith(started, { limits: { jobsMax: 1 } });
    expect(await harness.refused(`START JOB more AS ${query}`)).toMatchObject({ code: 'TOO_MANY_JOBS' });
  });
});

describe('a file as a sink', () => {
  const files = `${tables}
    CREATE TABLE a (id BIGINT) WITH ('connector' = 'file', 'path' = 'out.json', 'format' = 'json');
    CREATE TABLE b (id BIGINT) WITH ('connector' = 'file', 'path' = './out.json', 'format' = 'json');
    START JOB first AS INSERT INTO a SELECT id FROM orders;`;
  const second = 'START JOB second AS INSERT INTO b SELECT id FROM orders';

  it('takes the rows of one job at a time, by whatever table it is named', async () => {
    const harness = await serverWith(files);
    expect(await harness.refused(second)).toMatchObject({
      code: 'TABLE_IN_USE',
      message:
        'out.json (b) is already written by the job first; a file takes the rows of one job at a time.',
      hint: 'STOP JOB first first, or write to another path.',
    });
    expect(harness.server.listJobs().map(({ name }) => name)).toEqual(['first']);
  });

  it('takes them by one table of that job', async () => {
    const harness = await serverWith(files);
    const set = `START JOB third AS STATEMENT SET BEGIN
      INSERT INTO c SELECT id FROM orders; INSERT INTO d SELECT id FROM orders; END`;
    const other = (name: string) =>
      `CREATE TABLE ${name} (id BIGINT) WITH ('connector' = 'file', 'path' = 'other.json', 'format' = 'json');`;
    expect(await harness.refused(`${other('c')} ${other('d')} ${set}`)).toMatchObject({
      code: 'TABLE_IN_USE',
    });
  });

  it('is free once its job has ended, and then not free for that job', async () => {
    const harness = await serverWith(`${files} STOP JOB first; ${second};`);
    expect(await harness.refused('RESTART JOB first')).toMatchObject({ code: 'TABLE_IN_USE' });
  });
});
