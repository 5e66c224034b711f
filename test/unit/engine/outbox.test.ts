// Rows for transactional writers: stored with the state first, published afterwards, each exactly once and in order.
import { cpSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { StreamJobsError } from '../../../server/protocol/errors';
import { FakeCluster } from './fakeCluster';
import { FakeWorld } from './fakes';
import { never, TestJob } from './harness';
import { planScript } from './planScript';

const options = `'connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:1', 'format' = 'json'`;
const script = `CREATE TABLE src (id BIGINT) WITH (${options});
  CREATE TABLE dst (k STRING, id BIGINT) WITH (${options}, 'key.format' = 'raw', 'key.fields' = 'k');
  INSERT INTO dst SELECT CAST(id AS STRING), id FROM src;`;

const jobs: TestJob[] = [];
afterEach(async () => {
  for (const job of jobs.splice(0)) await job.dispose();
});

const record = (id: number): string => `{"id":${id}}`;
const records = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => record(from + i));
const rowsTo = (count: number): string[] =>
  Array.from({ length: count }, (_, id) => `${id}={"k":"${id}","id":${id}}`);
const away = (): StreamJobsError => new StreamJobsError('SINK_UNAVAILABLE', 'It went away.');

function newJob(count: number, world = new FakeWorld()): { job: TestJob; cluster: FakeCluster } {
  const cluster = (world.cluster ??= new FakeCluster());
  if (!world.logs.has('src')) world.log('src', records(0, count)).bounded = false;
  const job = new TestJob(world, planScript(script), { batchRecordsMax: 10 });
  jobs.push(job);
  return { job, cluster };
}
/** The same job as another process finds it after this one was killed. */
function afterCrash({ world, spec }: TestJob): TestJob {
  const { job } = newJob(0, world);
  for (const file of ['', '.wal'])
    cpSync(spec.databasePath + file, job.spec.databasePath + file, { force: true });
  return job;
}

it('rows are published once and in order, with the positions of the source', async () => {
  const { job, cluster } = newJob(100);
  const pipeline = await job.start();
  await cluster.rowsThere(100);
  await pipeline.quiesce(never);
  expect(cluster.rows).toEqual(rowsTo(100));
  expect(cluster.positions.get('src')?.get(0)).toBe(100n);
  expect(job.world.logs.get('src')?.commits).toEqual([]);
  expect(pipeline.counters().unpublished).toBeUndefined();
});

it('positions that somebody moved are told again, also when there is nothing more to publish', async () => {
  const { job, cluster } = newJob(100);
  const pipeline = await job.start();
  await cluster.rowsThere(100);
  await pipeline.quiesce(never);
  const { transactions } = cluster;
  cluster.positions = new Map();
  const told = new Promise<void>((resolve) => {
    cluster.afterCommit = () => {
      resolve();
      return Promise.resolve();
    };
  });
  pipeline.tell();
  await told;
  expect(cluster.positions.get('src')?.get(0)).toBe(100n);
  expect(cluster).toMatchObject({ rows: rowsTo(100), transactions: transactions + 1 });
});

it('a transaction whose answer is lost is not published again', async () => {
  const { job, cluster } = newJob(100);
  let lost = 0;
  cluster.afterCommit = () => (lost++ % 2 === 0 ? Promise.reject(away()) : Promise.resolve());
  const pipeline = await job.start();
  await cluster.rowsThere(100);
  await pipeline.quiesce(never);
  expect(lost).toBeGreaterThan(2);
  expect(cluster.rows).toEqual(rowsTo(100));
});

it('a transaction that fails is published again, before any later one', async () => {
  const { job, cluster } = newJob(100);
  let tries = 0;
  cluster.beforeCommit = () => (tries++ % 2 === 0 ? Promise.reject(away()) : Promise.resolve());
  await job.start();
  await cluster.rowsThere(100);
  expect(cluster.rows).toEqual(rowsTo(100));
});

it('killed before a batch is published: it is published at the next start, before anything new', async () => {
  const { job, cluster } = newJob(100);
  await job.start();
  let stored: () => void = () => undefined;
  const reached = new Promise<void>((resolve) => (stored = resolve));
  cluster.beforeCommit = () => {
    stored();
    return new Promise(() => undefined);
  };
  await reached;
  const before = cluster.rows.length;
  const next = afterCrash(job);
  cluster.beforeCommit = () => Promise.resolve();
  await next.start();
  await cluster.rowsThere(100);
  expect(before).toBeLessThan(100);
  expect(cluster.rows).toEqual(rowsTo(100));
});

it('killed after a batch is published and before that is known: it is not published again', async () => {
  const { job, cluster } = newJob(100);
  let there: () => void = () => undefined;
  const reached = new Promise<void>((resolve) => (there = resolve));
  cluster.afterCommit = () => {
    there();
    return new Promise(() => undefined);
  };
  await job.start();
  await reached;
  const next = afterCrash(job);
  cluster.afterCommit = () => Promise.resolve();
  await next.start();
  await cluster.rowsThere(100);
  expect(cluster.rows).toEqual(rowsTo(100));
});

it('a server that goes on while another one has taken over the job fails it, and repeats nothing', async () => {
  const { job, cluster } = newJob(100);
  const waiting: (() => void)[] = [];
  cluster.beforeCommit = () => new Promise((resolve) => waiting.push(resolve));
  await job.start();
  while (waiting.length === 0) await new Promise(setImmediate);
  const next = afterCrash(job);
  cluster.beforeCommit = () => Promise.resolve();
  await next.start();
  await cluster.rowsThere(100);
  for (const goOn of waiting) goOn();
  await expect(job.ended).rejects.toMatchObject({ code: 'SINK_FAILED' });
  expect(cluster.rows).toEqual(rowsTo(100));
});

it('row 8: broker down at PAUSE: a few batches are stored, the pause succeeds, they are published while it is paused', async () => {
  const { job, cluster } = newJob(100);
  const pipeline = await job.open();
  cluster.away = true;
  await pipeline.run(never);
  while (job.troubles.length === 0) await new Promise(setImmediate);
  const positions = await pipeline.quiesce(never);
  const stored = Number(positions.get('src')?.get(0));
  expect(stored).toBeLessThan(100);
  expect(pipeline.counters().unpublished).toEqual({ dst: stored });
  cluster.away = false;
  await cluster.rowsThere(stored);
  expect(cluster.rows).toEqual(rowsTo(stored));
  await pipeline.run(never);
  await cluster.rowsThere(100);
  expect(cluster.rows).toEqual(rowsTo(100));
  expect(job.troubles.at(-1)).toBeNull();
});

it('row 8: broker down at PAUSE: rows that wait are known of a closed job, and published when it is opened', async () => {
  const { job, cluster } = newJob(100);
  const pipeline = await job.open();
  cluster.away = true;
  await pipeline.run(never);
  while (job.troubles.length === 0) await new Promise(setImmediate);
  const stored = Number((await pipeline.quiesce(never)).get('src')?.get(0));
  await pipeline.close();
  expect((await job.engine.inspect(job.spec)).counters.unpublished).toEqual({ dst: stored });
  cluster.away = false;
  await job.open();
  await cluster.rowsThere(stored);
  expect(cluster.rows).toEqual(rowsTo(stored));
});

it('a job has finished when its last rows are published', async () => {
  const { job, cluster } = newJob(30);
  const log = job.world.logs.get('src');
  if (log) log.bounded = true;
  cluster.away = false;
  let finished = false;
  let holding: (() => void) | undefined;
  cluster.beforeCommit = () => new Promise((resolve) => (holding = resolve));
  await job.start();
  void job.ended.then(() => (finished = true));
  while (holding === undefined) await new Promise(setImmediate);
  expect(finished).toBe(false);
  cluster.beforeCommit = () => Promise.resolve();
  holding();
  await job.ended;
  expect(cluster.rows).toEqual(rowsTo(30));
});

it('state older than what was published is refused: its data folder is a copy', async () => {
  const { job, cluster } = newJob(20);
  await job.start();
  await cluster.rowsThere(20);
  cluster.mark = 1000;
  await job.pipeline?.close();
  await expect(job.open()).rejects.toMatchObject({ code: 'SINK_FAILED' });
});

it('rows that wait are not forgotten when the delivery becomes at-least-once', async () => {
  const { job, cluster } = newJob(100);
  let stored: () => void = () => undefined;
  const reached = new Promise<void>((resolve) => (stored = resolve));
  cluster.beforeCommit = () => {
    stored();
    return Promise.reject(away());
  };
  const pipeline = await job.start();
  await reached;
  await pipeline.quiesce(never);
  await pipeline.close();
  job.spec.options.delivery = 'at-least-once';
  await expect(job.open()).rejects.toThrow(/rows of job are stored/);
  job.spec.options.delivery = 'exactly-once';
  cluster.beforeCommit = () => Promise.resolve();
  await job.start();
  await cluster.rowsThere(100);
  expect(cluster.rows).toEqual(rowsTo(100));
});
