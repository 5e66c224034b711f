// SELECT ... FROM STATE OF JOB: what a job keeps, while it runs, is paused, and is closed.
import { afterEach, describe, expect, it } from 'vitest';
import { MapCatalog } from '../../../server/analysis/catalogs';
import { jobStateOf } from '../../../server/analysis/jobState';
import type { JobPlan, PreviewPlan } from '../../../server/analysis/plan';
import { planPreview } from '../../../server/analysis/planner';
import { StreamJobsError } from '../../../server/protocol/errors';
import { parseScript } from '../../../server/syntax/script';
import { FakeWorld } from './fakes';
import { never, TestJob } from './harness';
import { planScript } from './planScript';

const options = `WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:1', 'format' = 'json')`;
const tables = `CREATE TABLE src (k STRING, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '10' SECOND) ${options};
  CREATE TABLE dst (ws TIMESTAMP(3), k STRING, c BIGINT, s INT, u BIGINT) ${options};
  CREATE TABLE plain (k STRING, n INT) ${options};`;
const windows = `${tables} INSERT INTO dst SELECT window_start, k, COUNT(*) AS records, SUM(n) AS total, COUNT(DISTINCT n)
  FROM TABLE(TUMBLE(TABLE src, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end, k;`;

const jobs: TestJob[] = [];
afterEach(async () => {
  for (const job of jobs.splice(0)) await job.dispose();
});

/** Two windows of three keys: the first closed, the others open. */
async function windowJob(): Promise<TestJob> {
  const world = new FakeWorld();
  const row = (k: string | null, n: number, second: number): string =>
    JSON.stringify({ k, n, ts: `2026-01-01 00:00:${String(second).padStart(2, '0')}.000` });
  const log = world.log('src', [row('old', 1, 1), row('a', 5, 12), row('a', 5, 13), row('b', 7, 15), row(null, 1, 16), row('a', 2, 21)]); // prettier-ignore
  log.bounded = false;
  const job = new TestJob(world, planScript(windows));
  jobs.push(job);
  await job.start();
  await world.table('dst').committedRows(1);
  await log.allCommitted();
  return job;
}

function planState(sql: string, plan: JobPlan): { plan?: PreviewPlan; problems: { message: string }[] } {
  const catalog = Object.assign(new MapCatalog(), { jobState: () => jobStateOf(plan) });
  const statement = parseScript(sql)[0]?.statement;
  if (statement?.kind !== 'select') throw new Error('No SELECT.');
  return planPreview(statement, catalog);
}

async function query(job: TestJob, sql: string, rowsMax = 100): Promise<unknown[][]> {
  const { plan, problems } = planState(sql, job.spec.plan);
  if (!plan) throw new Error(problems.map(({ message }) => message).join(' '));
  const found =
    (await job.pipeline?.queryState(job.spec.plan, plan, rowsMax, never)) ??
    (await job.engine.queryState(job.spec, plan, rowsMax, never));
  return found.rows;
}

const all = 'SELECT * FROM STATE OF JOB j ORDER BY window_start, k';
const open = [
  ['2026-01-01 00:00:10', '2026-01-01 00:00:20', null, 1, 1, 1],
  ['2026-01-01 00:00:10', '2026-01-01 00:00:20', 'a', 2, 10, 1],
  ['2026-01-01 00:00:10', '2026-01-01 00:00:20', 'b', 1, 7, 1],
  ['2026-01-01 00:00:20', '2026-01-01 00:00:30', 'a', 1, 2, 1],
];

describe('the state of a windowed job', () => {
  it('has the bounds, the keys and the aggregates under the names of the query', () => {
    expect(jobStateOf(planScript(windows)).columns.map(({ name }) => name)).toEqual([
      'window_start',
      'window_end',
      'k',
      'records',
      'total',
      'count_n',
    ]);
  });

  it('is the same while the job runs, is paused and is closed', async () => {
    const job = await windowJob();
    expect(await query(job, all)).toEqual(open);
    await job.pipeline?.quiesce(never);
    expect(await query(job, all)).toEqual(open);
    await job.pipeline?.close();
    job.pipeline = undefined;
    expect(await query(job, all)).toEqual(open);
  });

  it.each([
    [
      'SELECT k, SUM(records), MAX(total) FROM STATE OF JOB j GROUP BY k ORDER BY SUM(total) DESC',
      [
        ['a', 3, 10],
        ['b', 1, 7],
        [null, 1, 1],
      ],
    ],
    ['SELECT COUNT(*), COUNT(DISTINCT k), AVG(total) FROM STATE OF JOB j', [[4, 2, 5]]],
    ['SELECT COUNT(*), COUNT(DISTINCT k), SUM(total) FROM STATE OF JOB j WHERE total > 100', [[0, 0, null]]],
    ['SELECT k FROM STATE OF JOB j GROUP BY k HAVING SUM(total) > 10', [['a']]],
    [
      "SELECT UPPER(s.k) AS big, total * 2 FROM STATE OF JOB j AS s WHERE s.k = 'a' ORDER BY window_start DESC",
      [
        ['A', 4],
        ['A', 20],
      ],
    ],
    ['SELECT DISTINCT k FROM STATE OF JOB j ORDER BY k', [[null], ['a'], ['b']]],
    [
      'SELECT k, total FROM STATE OF JOB j ORDER BY total LIMIT 2 OFFSET 1',
      [
        ['a', 2],
        ['b', 7],
      ],
    ],
    [
      'SELECT big FROM (SELECT k, total AS big FROM STATE OF JOB j WHERE total > 4) t ORDER BY big',
      [[7], [10]],
    ],
    ['WITH t AS (SELECT total FROM STATE OF JOB j) SELECT MAX(total) FROM t', [[10]]],
    [
      'SELECT k FROM STATE OF JOB j WHERE total = 7 UNION ALL SELECT k FROM STATE OF JOB j WHERE total = 1',
      [['b'], [null]],
    ],
  ])('answers %s', async (sql, expected) => {
    const job = await windowJob();
    expect(await query(job, sql)).toEqual(expected);
  });

  it('is what was committed, while a batch is under way', async () => {
    const job = await windowJob();
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const writing = new Promise<void>((resolve) => {
      job.world.table('dst').beforeWrite = async () => {
        resolve();
        await held;
      };
    });
    job.world.logs.get('src')?.append(0, JSON.stringify({ k: 'a', n: 9, ts: '2026-01-01 00:00:45.000' }));
    await writing;
    expect(await query(job, all)).toEqual(open);
    release();
    await job.world.logs.get('src')?.allCommitted();
    expect(await query(job, all)).toEqual([['2026-01-01 00:00:40', '2026-01-01 00:00:50', 'a', 1, 9, 1]]);
  });

  it('is bounded, and says when there is more', async () => {
    const job = await windowJob();
    expect(await query(job, all, 3)).toEqual(open.slice(0, 3));
    const { plan } = planState(all, job.spec.plan);
    if (!plan) throw new Error('No plan.');
    expect(await job.pipeline?.queryState(job.spec.plan, plan, 3, never)).toMatchObject({ more: true });
    expect(await job.pipeline?.queryState(job.spec.plan, plan, 4, never)).toMatchObject({ more: false });
  });

  it('that cannot be computed is refused, and the job goes on', async () => {
    const job = await windowJob();
    const failed = query(job, 'SELECT CAST(k AS INT) FROM STATE OF JOB j');
    await expect(failed).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await expect(failed).rejects.toBeInstanceOf(StreamJobsError);
    expect(await query(job, all)).toEqual(open);
  });

  it('of a job that never ran is empty', async () => {
    const job = new TestJob(new FakeWorld(), planScript(windows));
    jobs.push(job);
    expect(await query(job, all)).toEqual([]);
  });
});

describe('a query of state', () => {
  it.each([
    ['SELECT nothing FROM STATE OF JOB j', 'nothing'],
    ['SELECT * FROM STATE OF JOB j, job_checkpoint', "A query of a job's state reads nothing else."],
    [
      'SELECT * FROM STATE OF JOB j UNION ALL SELECT * FROM STATE OF JOB k',
      'reads the state of one job only',
    ],
    ['SELECT k, COUNT(*) FROM STATE OF JOB j WINDOW TUMBLING(5m) GROUP BY k', "Windows over a job's state"],
    ['SELECT DISTINCT k FROM STATE OF JOB j ORDER BY total', 'ORDER BY names columns of the SELECT list'],
  ])('%s is refused', (sql, part) => {
    const { plan, problems } = planState(sql, planScript(windows));
    expect(plan).toBeUndefined();
    expect(problems.map(({ message }) => message).join(' ')).toContain(part);
  });

  it('says why a job has none', () => {
    const stateless = planScript(`${tables} INSERT INTO plain SELECT k, n FROM src;`);
    const { problems } = planState('SELECT * FROM STATE OF JOB j', stateless);
    expect(problems[0]?.message).toContain('j keeps no state: its query aggregates nothing');
  });

  it('of several operators tells their rows apart', () => {
    const two = planScript(`${tables} EXECUTE STATEMENT SET BEGIN
      INSERT INTO plain SELECT k, CAST(COUNT(*) AS INT) FROM TABLE(TUMBLE(TABLE src, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end, k;
      INSERT INTO plain SELECT MAX(k) AS top, CAST(SUM(n) AS INT) FROM TABLE(TUMBLE(TABLE src, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end; END;`);
    expect(jobStateOf(two).columns.map(({ name }) => name)).toEqual([
      'operator',
      'window_start',
      'window_end',
      'k',
      'count',
      'top',
      'sum_n',
    ]);
  });
});
