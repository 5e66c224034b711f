// A large backlog: what is read ahead stays bounded whoever is slow, and a pause comes in the middle of it.
import { afterEach, describe, expect, it } from 'vitest';
import { FakeWorld } from './fakes';
import { never, TestJob } from './harness';
import { planScript } from './planScript';

const options = `WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:1', 'format' = 'json')`;
const script = `CREATE TABLE src (id BIGINT) ${options}; CREATE TABLE dst (id BIGINT) ${options};
  INSERT INTO dst SELECT id FROM src;`;
const readMax = 1000;
const batchRecordsMax = 5000;
/** The reader's buffer, a read beyond it, and the batches that are filled, computed and delivered. */
const aheadMax = 20_000 + readMax + 3 * batchRecordsMax;

const jobs: TestJob[] = [];
afterEach(async () => {
  for (const job of jobs.splice(0)) await job.dispose();
});

function backlog(count: number) {
  const world = new FakeWorld();
  const log = world.log(
    'src',
    Array.from({ length: count }, (_, id) => `{"id":${id}}`),
  );
  log.bounded = false;
  log.readMax = readMax;
  const job = new TestJob(world, planScript(script), { batchRecordsMax });
  jobs.push(job);
  return { job, log, table: world.table('dst') };
}
const rowsTo = (count: number): string[] => Array.from({ length: count }, (_, id) => `{"id":${id}}`);

describe('a backlog', () => {
  it('row 25: is paused in the middle again and again, holds little in memory, and loses and repeats nothing', async () => {
    const count = 200_000;
    const { job, log, table } = backlog(count);
    const pipeline = await job.start();
    for (let pause = 1; pause <= 5; pause++) {
      await table.committedRows(pause * 20_000);
      await pipeline.quiesce(never);
      const position = Number(pipeline.positions().get('src')?.get(0));
      expect(position).toBeLessThan(count);
      expect(table.rows).toHaveLength(position);
      expect(log.given - position).toBeLessThanOrEqual(aheadMax);
      await pipeline.run(never);
    }
    await table.committedRows(count);
    expect(table.rows).toEqual(rowsTo(count));
  });

  it('row 3: what was read ahead of a pause is not read twice, and never piles up over many pauses', async () => {
    const count = 100_000;
    const { job, log, table } = backlog(count);
    const pipeline = await job.start();
    for (let cycle = 1; cycle <= 100; cycle++) {
      await pipeline.quiesce(never);
      const { given } = log;
      const position = Number(pipeline.positions().get('src')?.get(0));
      expect(given - position).toBeLessThanOrEqual(aheadMax);
      await new Promise((resolve) => setImmediate(resolve));
      expect(log.given).toBe(given);
      await pipeline.run(never);
      await table.committedRows(cycle * 500);
    }
    await table.committedRows(count);
    expect(table.rows).toEqual(rowsTo(count));
    expect(log.given).toBe(count);
  });

  it('behind a sink that takes nothing is not read on, and goes on when the sink does', async () => {
    const count = 150_000;
    const { job, log, table } = backlog(count);
    let release: () => void = () => undefined;
    const taken = new Promise<void>((resolve) => (release = resolve));
    let arrived: () => void = () => undefined;
    const waiting = new Promise<void>((resolve) => (arrived = resolve));
    table.beforeWrite = () => {
      arrived();
      return taken;
    };
    await job.start();
    await waiting;
    // Reading ends by itself: when it has not moved over many turns of the event loop there is no room any more.
    for (let still = 0, given = -1; still < 500; still++) {
      if (given !== log.given) [still, given] = [0, log.given];
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(log.given).toBeLessThanOrEqual(aheadMax);
    release();
    await table.committedRows(count);
    expect(table.rows).toEqual(rowsTo(count));
  });
});
