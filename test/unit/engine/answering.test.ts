// What lets a pause and a resume be answered soon: the first rows do not wait for a large batch, nor a pause for notes.
import { afterEach, expect, it, vi } from 'vitest';
import type * as checkpoints from '../../../server/engine/checkpoint';
import { limits } from '../../../server/engine/limits';
import { FakeCluster } from './fakeCluster';
import { FakeWorld } from './fakes';
import { never, TestJob } from './harness';
import { planScript } from './planScript';

/** Each write of a checkpoint waits until it may end. */
const note = vi.hoisted(() => ({
  begun: (): void => undefined,
  end: (): void => undefined,
  mayEnd: Promise.resolve(),
  written: 0,
}));
vi.mock('../../../server/engine/checkpoint', async (original) => {
  const actual = await original<typeof checkpoints>();
  const writeCheckpoint: typeof actual.writeCheckpoint = async (database, checkpoint, transaction) => {
    note.begun();
    await note.mayEnd;
    await actual.writeCheckpoint(database, checkpoint, transaction);
    note.written += 1;
  };
  return { ...actual, writeCheckpoint };
});

const options = `'connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:1', 'format' = 'json'`;
const script = `CREATE TABLE src (id BIGINT) WITH (${options}); CREATE TABLE dst (id BIGINT) WITH (${options});
  INSERT INTO dst SELECT id FROM src;`;
const records = (count: number): string[] => Array.from({ length: count }, (_, id) => `{"id":${id}}`);

const jobs: TestJob[] = [];
afterEach(async () => {
  note.end();
  for (const job of jobs.splice(0)) await job.dispose();
});

function newJob(count: number, world: FakeWorld): TestJob {
  Object.assign(world.log('src', records(count)), { bounded: false, readMax: 20_000 });
  const job = new TestJob(world, planScript(script), { batchRecordsMax: 20_000 });
  jobs.push(job);
  return job;
}

it('the first batch after a start and after a resume is small, whatever waits; the next one is not', async () => {
  const world = new FakeWorld();
  const job = newJob(5000, world);
  const table = world.table('dst');
  const before: number[] = [];
  table.beforeWrite = () => {
    before.push(table.rows.length);
    return Promise.resolve();
  };
  const sizes = (): number[] => before.map((from, i) => (before[i + 1] ?? table.rows.length) - from);
  const pipeline = await job.start();
  await table.committedRows(5000);
  expect(sizes()[0]).toBe(limits.batchRecordsFirst);
  expect(sizes()[1]).toBeGreaterThan(limits.batchRecordsFirst);
  await pipeline.quiesce(never);
  before.length = 0;
  world.logs.get('src')?.append(0, ...records(5000));
  await pipeline.run(never);
  await table.committedRows(10_000);
  expect(sizes()[0]).toBe(limits.batchRecordsFirst);
  expect(sizes()[1]).toBeGreaterThan(limits.batchRecordsFirst);
});

it('a pause does not wait until it is noted what was published; closing does', async () => {
  const world = new FakeWorld();
  const cluster = (world.cluster = new FakeCluster());
  const job = newJob(100, world);
  const pipeline = await job.start();
  await cluster.rowsThere(100);
  const begun = new Promise<void>((resolve) => (note.begun = resolve));
  note.mayEnd = new Promise((resolve) => (note.end = resolve));
  await pipeline.quiesce(never);
  await begun;
  const { written } = note;
  const closed = pipeline.close().then(() => note.written);
  note.end();
  expect(await closed).toBeGreaterThan(written);
});
