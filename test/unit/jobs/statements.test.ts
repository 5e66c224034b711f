// Every statement, run against a server over fakes: what it answers, and what it leaves.
import { describe, expect, it } from 'vitest';
import { query, serverWith, tables, type ServerHarness } from './servers';

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
      'NOT_SUPPORTED',
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

describe('pausing, resuming and stopping', () => {
  const three = `${tables} START JOB a_1 AS ${query}; START JOB a_2 AS ${query}; START JOB b AS ${query};`;
  const states = (harness: ServerHarness) =>
    harness.server.listJobs().map(({ name, state }) => `${name} ${state}`);

  it('one job, with its reason, for a while', async () => {
    const harness = await serverWith(started);
    const result = await harness.run(`PAUSE JOB big WITH REASON 'index rebuild' FOR INTERVAL '30' MINUTE`);
    expect(result).toMatchObject({ ok: true, message: 'big is paused.' });
    expect(harness.server.getJobDetails('big').pause).toEqual({
      pausedAt: expect.any(String) as string,
      by: 'ada',
      reason: 'index rebuild',
      until: expect.stringMatching(/^2026-01-01T10:30:00/) as string,
    });
    await harness.clock.advance(31 * 60_000);
    expect(harness.server.getJobDetails('big').state).toBe('running');
  });

  it('several names: each its own row; one that fails does not stop the others', async () => {
    const harness = await serverWith(`${three} PAUSE JOB b;`);
    const { results } = await harness.execute('PAUSE JOB a_1, a2, b, a_2; DROP JOB b');
    expect(results).toHaveLength(1);
    expect(results[0]).toMatchObject({
      ok: false,
      message: '2 of 4 jobs paused.',
      columns: ['job', 'result', 'message'],
      rows: [
        ['a_1', 'paused', 'a_1 is paused.'],
        ['a2', 'JOB_NOT_FOUND', 'There is no job a2.'],
        ['b', 'JOB_NOT_RUNNING', expect.stringContaining('b is already paused since') as string],
        ['a_2', 'paused', 'a_2 is paused.'],
      ],
      error: { code: 'JOB_NOT_FOUND' },
    });
    expect(states(harness)).toEqual(['a_1 paused', 'a_2 paused', 'b paused']);
  });

  it('LIKE and ALL mean the jobs that are not so already', async () => {
    const harness = await serverWith(`${three} PAUSE JOB a_1;`);
    expect(await harness.run(`PAUSE JOBS LIKE 'a\\_%'`)).toMatchObject({ message: 'No job to be paused.' });
    expect(await harness.run(`PAUSE JOBS LIKE 'a__'`)).toMatchObject({ message: 'a_2 is paused.' });
    expect(await harness.run('RESUME ALL JOBS')).toMatchObject({ message: '2 of 2 jobs resumed.' });
    expect(await harness.run('PAUSE ALL JOBS')).toMatchObject({ message: '3 of 3 jobs paused.' });
    expect(states(harness)).toEqual(['a_1 paused', 'a_2 paused', 'b paused']);
    expect(await harness.run('PAUSE ALL JOBS')).toMatchObject({ message: 'No job to be paused.' });
  });

  it('COLD means warm ones too, and says what became of each', async () => {
    const harness = await serverWith(`${three} PAUSE JOB a_1; PAUSE JOB b COLD;`);
    expect(await harness.run('PAUSE ALL JOBS COLD')).toMatchObject({
      message: '2 of 2 jobs paused.',
      rows: [
        ['a_1', 'paused', 'a_1 is paused, cold: it keeps no connection and no memory.'],
        ['a_2', 'paused', 'a_2 is paused, cold: it keeps no connection and no memory.'],
      ],
    });
    expect(harness.engine.openPipelines).toEqual([]);
    const { rows = [] } = await harness.run('SHOW STATUS');
    expect(rows.map((row) => row[4])).toEqual(['cold', 'cold', 'cold']);
    expect(await harness.run('PAUSE ALL JOBS COLD')).toMatchObject({ message: 'No job to be paused.' });
    const again = await harness.refused('PAUSE JOB b COLD');
    expect(again?.code).toBe('JOB_NOT_RUNNING');
  });

  it("'pause.warm-time' says how long a pause stays warm; 0: not at all", async () => {
    const start = (name: string, warm: string) =>
      `START JOB ${name} AS ${query} WITH ('pause.warm-time' = '${warm}');`;
    const harness = await serverWith(
      `${tables} ${start('none', '0')} ${start('hour', '1 h')} START JOB usual AS ${query};`,
    );
    const depths = () => harness.server.listJobs().map(({ name, depth }) => `${name} ${String(depth)}`);
    await harness.run('PAUSE ALL JOBS');
    expect(depths()).toEqual(['hour warm', 'none cold', 'usual warm']);
    await harness.clock.advance(11 * 60_000);
    expect(depths()).toEqual(['hour warm', 'none cold', 'usual cold']);
    await harness.clock.advance(50 * 60_000);
    expect(depths()).toEqual(['hour cold', 'none cold', 'usual cold']);
  });

  it('IF EXISTS makes a notice of a job that is not there', async () => {
    const harness = await serverWith(started);
    for (const verb of ['PAUSE', 'RESUME', 'STOP', 'DROP']) {
      expect(await harness.run(`${verb} JOB IF EXISTS nobody`)).toMatchObject({
        message: 'There is no job nobody: nothing to do.',
      });
      expect(await harness.refused(`${verb} JOB bg`)).toEqual({
        code: 'JOB_NOT_FOUND',
        message: 'There is no job bg.',
        hint: 'Did you mean big?',
        range: {
          start: { line: 0, character: verb.length + 5 },
          end: { line: 0, character: verb.length + 7 },
        },
      });
    }
  });

  it('stops, restarts and drops', async () => {
    const harness = await serverWith(started);
    expect(await harness.run('STOP JOB big')).toMatchObject({ message: 'big is stopped.' });
    expect(await harness.refused('PAUSE JOB big')).toMatchObject({ code: 'JOB_NOT_RUNNING' });
    expect(await harness.run('RESTART JOB big')).toMatchObject({ message: 'big is running.' });
    expect(await harness.run('DROP JOB big')).toMatchObject({ message: 'big is dropped.' });
    expect(harness.server.listJobs()).toEqual([]);
    await harness.run(`START JOB big AS ${query}`);
  });
});

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

describe('looking', () => {
  it('SHOW answers with tables', async () => {
    const harness = await serverWith(`${started} PAUSE JOB big WITH REASON 'why'; RESUME JOB big;`);
    expect(await harness.run('SHOW JOBS')).toMatchObject({
      columns: ['name', 'state', 'since', 'records_per_second', 'lag', 'reason'],
      rows: [['big', 'running', expect.any(String) as string, 0, 1000, null]],
    });
    expect((await harness.run(`SHOW JOBS LIKE 'x%'`)).rows).toEqual([]);
    expect((await harness.run('SHOW STATUS big')).rows?.[0]?.slice(0, 3)).toEqual([
      'big',
      'running',
      'running',
    ]);
    expect((await harness.run('SHOW METRICS big')).rows).toContainEqual(['big', 'pauses', 1]);
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

  it('EXPLAIN PAUSE and RESUME tell what would happen, and change nothing', async () => {
    const harness = await serverWith(started);
    const told = async (sql: string): Promise<Record<string, unknown>> =>
      Object.fromEntries(((await harness.run(sql)).rows ?? []) as [string, unknown][]);
    expect(await told('EXPLAIN PAUSE JOB big')).toMatchObject({
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
