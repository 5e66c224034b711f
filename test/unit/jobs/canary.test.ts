// Two versions that share the keys, over the real engine and real files: each record comes out once, by one of them.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { counting, Deployments, fileTables, passing, range, type IdRow } from './deployments';

let jobs: Deployments;
beforeEach(async () => {
  jobs = new Deployments();
  await jobs.open();
  await jobs.done(fileTables);
});
afterEach(() => jobs.dispose());

/** Orders of 1000 customers. */
const more = (orders: number) => jobs.append(orders, (id) => ({ customer: `c${id % 1000}` }));
const keyed = `CREATE TABLE keyed (id BIGINT, customer STRING, PRIMARY KEY (customer) NOT ENFORCED)
  WITH ('connector' = 'file', 'path' = 'orders.json', 'format' = 'json')`;
const timed = `CREATE TABLE timed (customer STRING, at BIGINT, ts AS TO_TIMESTAMP_LTZ(at, 3), WATERMARK FOR ts AS ts,
  PRIMARY KEY (customer) NOT ENFORCED) WITH ('connector' = 'file', 'path' = 'orders.json', 'format' = 'json')`;
/** Orders of each customer in windows of so many seconds. */
const counted = (version: string, size: number) =>
  `INSERT INTO counts SELECT window_start, COUNT(*), '${version}' || customer
   FROM TABLE(TUMBLE(TABLE timed, DESCRIPTOR(ts), INTERVAL '${size}' SECOND)) GROUP BY window_start, window_end, customer`;
const from = (table: string, version: string) => `INSERT INTO ids SELECT id, '${version}' FROM ${table}`;
const deploy = (version: string, strategy: string, query = from('keyed', version)) =>
  `DEPLOY JOB job VERSION '${version}' AS ${query} STRATEGY ${strategy}`;
const byId = ({ id: a }: IdRow, { id: b }: IdRow) => a - b;

async function begin(query = from('keyed', '1')): Promise<void> {
  await jobs.done(keyed);
  more(1000);
  await jobs.done(`START JOB job AS ${query}`);
  await jobs.drained();
}
/** What came of another 1000 orders, one of each customer. */
async function next(): Promise<IdRow[]> {
  const before = jobs.appended;
  more(1000);
  await jobs.drained();
  await jobs.until(() => jobs.ids().length >= jobs.appended);
  return jobs
    .ids()
    .filter(({ id }) => id >= before)
    .sort(byId);
}
const customersOf = (rows: IdRow[], version: string) =>
  new Set(rows.filter(({ v }) => v === version).map(({ id }) => id % 1000));

describe('DEPLOY ... STRATEGY CANARY', () => {
  it('gives a version a share of the keys, then more, then all: each order comes out once, and a key stays', async () => {
    await begin();
    expect((await jobs.done(deploy('2', 'CANARY(10)'))).message).toBe(
      "job is running, version '1', with version '2' as a canary. It has 10 % of the keys: keyed by customer. " +
        'No record came while it was on probation; should it fail later, ROLLBACK JOB job goes back.',
    );
    expect(jobs.server.getJobDetails('job').version).toBe('1 + 2 (10 %)');
    const tenth = customersOf(await next(), '2');
    expect(customersOf(await next(), '2')).toEqual(tenth);
    expect(tenth.size).toBeGreaterThan(70);
    expect(tenth.size).toBeLessThan(130);
    await jobs.done('PAUSE JOB job');
    await jobs.done('RESUME JOB job');
    await jobs.done(deploy('2', 'CANARY(50)'));
    const half = customersOf(await next(), '2');
    expect(half.size).toBeGreaterThan(430);
    expect(half.size).toBeLessThan(570);
    expect([...tenth].every((customer) => half.has(customer))).toBe(true);
    const { rows } = await jobs.done('SHOW VERSIONS job');
    expect(rows?.map((row) => [...row.slice(0, 4), row[6]])).toEqual([
      ['1', 'active', '50 %', 'start', null],
      ['2', 'canary', '50 %', 'canary', 'It has 50 % of the keys: keyed by customer.'],
    ]);
    expect((await jobs.done(deploy('2', 'REPLACE'))).message).toBe(
      "job is running, version '2'. It had 50 % of the keys before.",
    );
    expect(customersOf(await next(), '2').size).toBe(1000);
    await jobs.done('PAUSE JOB job');
    expect(
      jobs
        .ids()
        .sort(byId)
        .map(({ id }) => id),
    ).toEqual(range(jobs.appended));
    expect(await jobs.versions()).toEqual([
      ['1', 'previous'],
      ['2', 'active'],
    ]);
    expect(jobs.databases()).toHaveLength(1);
  });

  it('loses and repeats nothing while records come, and ROLLBACK gives all keys back', async () => {
    await begin();
    const coming = setInterval(() => more(50), 5);
    await jobs.done(deploy('2', 'CANARY(30)'));
    await jobs.done(deploy('2', 'CANARY(60)'));
    clearInterval(coming);
    expect((await jobs.done('ROLLBACK JOB job')).message).toBe(
      "job is running, version '1'. Rolled back from '2', which had 60 % of the keys.",
    );
    expect(customersOf(await next(), '1').size).toBe(1000);
    await jobs.done('PAUSE JOB job');
    const rows = jobs.ids().sort(byId);
    expect(rows.map(({ id }) => id)).toEqual(range(jobs.appended));
    expect(new Set(rows.map(({ v }) => v))).toEqual(new Set(['1', '2']));
    expect(await jobs.versions()).toEqual([
      ['1', 'active'],
      ['2', 'rolled back'],
    ]);
  });

  it('is still there when the server comes back', async () => {
    await begin();
    await jobs.done(deploy('2', 'CANARY(50)'));
    const half = customersOf(await next(), '2');
    expect(half.size).toBeGreaterThan(430);
    await jobs.close();
    await jobs.open();
    await jobs.until(() => jobs.server.getJobDetails('job').state === 'running');
    expect(customersOf(await next(), '2')).toEqual(half);
    expect(
      jobs
        .ids()
        .map(({ id }) => id)
        .sort((a, b) => a - b),
    ).toEqual(range(jobs.appended));
    await jobs.done('ROLLBACK JOB job');
    expect(jobs.server.getJobDetails('job').version).toBe('1');
  });

  it("computes nothing for a record that is the other version's", async () => {
    // The old version fails at every order that the canary has, and the other way round.
    await begin();
    await jobs.done(deploy('2', 'CANARY(50)'));
    const half = customersOf(await next(), '2');
    await jobs.done('ROLLBACK JOB job');
    const failing = (version: string, customers: number[]) =>
      `INSERT INTO ids SELECT id, '${version}' FROM keyed
       WHERE ${customers.map((customer) => `10 / (id % 1000 - ${customer}) < 100`).join(' AND ')}`;
    const own = [...half][0] ?? 0;
    // One record of its own that fails has every other one looked at with care.
    const [others = 0, bad = 0] = range(1000).filter((customer) => !half.has(customer));
    await jobs.done(deploy('3', 'REPLACE', failing('3', [own, bad])));
    await jobs.done(deploy('4', 'CANARY(50)', failing('4', [others])));
    const [ids, failed] = [jobs.ids().length, jobs.server.getJobDetails('job').recordsFailed];
    more(1000);
    await jobs.until(() => jobs.ids().length >= ids + 999);
    await jobs.done('PAUSE JOB job');
    const rows = jobs.ids().slice(ids).sort(byId);
    expect(rows.map(({ id }) => id % 1000)).toEqual(range(1000).filter((customer) => customer !== bad));
    expect(jobs.server.getJobDetails('job').recordsFailed).toBe(failed + 1);
    expect(customersOf(rows, '4')).toEqual(half);
  });

  it('that fails in its first batches gives its keys back', async () => {
    await jobs.close();
    await jobs.open(30_000);
    await begin(`${from('keyed', '1')} WITH ('on.error' = 'fail')`);
    jobs.atRest = () => more(1000);
    const bad = `INSERT INTO ids SELECT id + 0 / (id / 1000 - 1), '2' FROM keyed`;
    const { error } = await jobs.run(deploy('2', 'CANARY(10)', bad));
    expect(error?.message).toContain("Version '1' runs again; it goes on from where the new one got to");
    await next();
    await jobs.done('PAUSE JOB job');
    expect(jobs.ids().sort(byId)).toEqual(range(3000).map((id) => ({ id, v: '1' })));
    expect(await jobs.versions()).toEqual([
      ['1', 'active'],
      ['2', 'failed'],
    ]);
  });

  it('runs with the options of the present version, and says so', async () => {
    await begin();
    const sql = `DEPLOY JOB job VERSION '2' AS ${from('keyed', '2')} WITH ('on.error' = 'fail') STRATEGY CANARY(10)`;
    expect((await jobs.done(sql)).message).toContain('Its options hold once it has all keys.');
    expect(jobs.server.getJobDetails('job').options['on.error']).toBeUndefined();
  });

  it.each([
    [
      'windows',
      `START JOB job AS ${counting('1')}`,
      deploy('2', 'CANARY(10)', counting('2')),
      'each of the 1 s windows over orders would be split between both, since keys are shared of orders by id, customer, at',
    ],
    [
      'other windows',
      `START JOB job AS ${counted('1', 20)}`,
      deploy('2', 'CANARY(10)', counted('2', 40)),
      'they gather records in different windows',
    ],
    [
      'other tables',
      `START JOB job AS ${passing('1')}`,
      deploy('2', 'CANARY(10)'),
      'it reads keyed and the present version orders',
    ],
    [
      'rows without a key',
      `START JOB job AS ${passing('1')}`,
      deploy('2', 'CANARY(10)', `${passing('2')} UNION ALL VALUES (CAST(1 AS BIGINT), '2')`),
      'rows of VALUES come once and have no key',
    ],
  ])('of %s is refused', async (_, start, sql, why) => {
    await jobs.done(`${keyed}; ${timed}`);
    jobs.append(10);
    await jobs.done(start);
    const { error } = await jobs.run(sql);
    expect(error).toMatchObject({
      code: 'NOT_SUPPORTED',
      message: `Version '2' of job cannot share the keys: ${why}.`,
    });
    expect(await jobs.versions()).toEqual([['1', 'active']]);
    expect(jobs.databases()).toHaveLength(1);
  });

  it('moves the open windows of the keys that change hands: each is whole and comes once', async () => {
    await jobs.done(timed);
    const orders = () => jobs.append(170, (id) => ({ customer: `c${id % 20}` }));
    orders();
    await jobs.done(`START JOB job AS ${counted('1', 20)}`);
    await jobs.drained();
    const statements = [
      deploy('2', 'CANARY(50)', counted('2', 20)),
      deploy('2', 'CANARY(20)', counted('2', 20)),
      'ROLLBACK JOB job',
      deploy('3', 'CANARY(70)', counted('3', 20)),
      'PAUSE JOB job; RESUME JOB job',
      deploy('3', 'REPLACE', counted('3', 20)),
    ];
    for (const sql of statements) {
      await jobs.done(sql);
      orders();
      await jobs.drained();
    }
    await jobs.done('PAUSE JOB job');
    // 20 s are 200 orders, 10 of each of 20 customers.
    const ended = Math.floor((jobs.appended - 1) / 200);
    const rows = jobs.counts();
    expect(new Set(rows.map(({ n }) => n))).toEqual(new Set([10]));
    expect(rows).toHaveLength(ended * 20);
    expect(new Set(rows.map(({ start, v }) => `${start} ${v.slice(1)}`)).size).toBe(rows.length);
    expect(new Set(rows.map(({ v }) => v[0]))).toEqual(new Set(['1', '2', '3']));
    expect((await jobs.done('SELECT * FROM STATE OF JOB job')).rows).toHaveLength(20);
  });

  it('shows the open windows of both versions as its state', async () => {
    await jobs.done(timed);
    jobs.append(100, (id) => ({ customer: `c${id % 20}` }));
    await jobs.done(`START JOB job AS ${counted('1', 20)}`);
    await jobs.drained();
    await jobs.done(deploy('2', 'CANARY(50)', counted('2', 20)));
    const { columns, rows = [] } = await jobs.done('SELECT * FROM STATE OF JOB job');
    expect(columns).toContain('operator');
    expect(rows).toHaveLength(20);
    expect(new Set(rows.map(([operator]) => operator)).size).toBe(2);
  });

  it('is the only one, and is promoted with its own query', async () => {
    await begin();
    await jobs.done(deploy('2', 'CANARY(10)'));
    for (const [sql, message] of [
      [deploy('3', 'CANARY(10)'), "job has a canary: version '2' has 10 % of the keys of version '1'."],
      [deploy('3', 'REPLACE'), "job has a canary: version '2' has 10 % of the keys of version '1'."],
      [deploy('3', 'BLUE_GREEN'), "job has a canary: version '2' has 10 % of the keys of version '1'."],
      ["ROLLBACK JOB job VERSION '2'", "job has a canary: version '2' has 10 % of the keys of version '1'."],
      [
        deploy('2', 'REPLACE', from('keyed', 'two')),
        "This is another query than the one version '2' of job runs as a canary.",
      ],
    ] as const)
      expect((await jobs.run(sql)).error).toMatchObject({ code: 'VERSION_EXISTS', message });
    expect((await jobs.run(deploy('2', 'CANARY(100)'))).error?.code).toBe('BAD_REQUEST');
    expect(jobs.server.getJobDetails('job').version).toBe('1 + 2 (10 %)');
  });
});
