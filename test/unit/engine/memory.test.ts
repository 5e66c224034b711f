// A limit for the memory of all jobs: shares, who is refused, and state that is larger than its job's share.
import { afterEach, describe, expect, it } from 'vitest';
import { MemoryBudget, memoryBudget } from '../../../server/engine/memoryBudget';
import { systemClock } from '../../../server/jobs/systemClock';
import { FakeWorld, type FakeRecord } from './fakes';
import { TestJob } from './harness';
import { planScript } from './planScript';

const mebibyte = 1024 * 1024;

describe('shares of a limit', () => {
  it('shrink down to the floor, then nobody gets one until some is given back', () => {
    const budget = new MemoryBudget();
    budget.limitTo(300 * mebibyte);
    const shares = [];
    let refused = '';
    while (refused === '') {
      try {
        shares.push(budget.take());
      } catch (error) {
        refused = String(error);
      }
    }
    const sizes = shares.map(({ bytes }) => bytes / mebibyte);
    expect(sizes[0]).toBeGreaterThan(32);
    expect(sizes.at(-1)).toBe(32);
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThanOrEqual(300);
    expect(refused).toContain(`${sizes.length} jobs are open, and there is no memory for another one`);
    shares[0]?.release();
    shares[0]?.release();
    expect(budget.take().bytes / mebibyte).toBe(32);
    expect(() => budget.take()).toThrow('no memory');
  });

  it('without a limit are as large as a database may be', () => {
    expect(new MemoryBudget().take().bytes).toBe(1024 * mebibyte);
  });
});

describe('jobs under a limit', () => {
  const jobs: TestJob[] = [];
  afterEach(async () => {
    for (const job of jobs.splice(0)) await job.dispose();
    memoryBudget.limitTo(undefined);
  });

  function newJob(records: FakeRecord[], sql: string): TestJob {
    const world = new FakeWorld();
    const log = world.log('src', records);
    log.readMax = 1000;
    log.bounded = false;
    const job = new TestJob(world, planScript(sql));
    jobs.push(job);
    return job;
  }
  const tables = `
    CREATE TABLE src (id BIGINT, name STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'kafka', 'topic' = 'src', 'format' = 'json', 'properties.bootstrap.servers' = 'x:1');
    CREATE TABLE dst (id BIGINT, n BIGINT) WITH ('connector' = 'kafka', 'topic' = 'dst', 'format' = 'json', 'properties.bootstrap.servers' = 'x:1');`;
  const copy = `${tables} INSERT INTO dst SELECT id, 1 FROM src;`;

  it('that have no room are refused with the next step, and open once another one is closed', async () => {
    memoryBudget.limitTo(32 * mebibyte);
    const [first, second] = [newJob([], copy), newJob([], copy)];
    await first.open();
    await expect(second.open()).rejects.toMatchObject({ code: 'MEMORY_LIMIT', retriable: true });
    await first.pipeline?.close();
    await second.open();
  });

  it('go on with state that is larger than their share', async () => {
    memoryBudget.limitTo(32 * mebibyte);
    const count = 50_000;
    const name = 'x'.repeat(1000);
    const records = Array.from({ length: count }, (_, id) =>
      JSON.stringify({ id, name: `${name}${id}`, ts: '2026-01-01 10:00:00' }),
    );
    const job = newJob(
      records,
      `${tables} INSERT INTO dst SELECT id, COUNT(*) FROM TABLE(TUMBLE(TABLE src, DESCRIPTOR(ts), INTERVAL '1' HOUR))
       GROUP BY id, name, window_start, window_end;`,
    );
    let pipeline = await job.start();
    while (pipeline.counters().recordsIn !== count) await systemClock.sleep(20);
    // All of it is in one open window, and there again after it was closed.
    pipeline = await job.reopen();
    job.world.logs.get('src')?.append(0, JSON.stringify({ id: 0, name: 'late', ts: '2026-01-01 10:00:00' }));
    while (pipeline.counters().recordsIn !== count + 1) await systemClock.sleep(20);
    expect(job.troubles).toEqual([]);
  });
});
