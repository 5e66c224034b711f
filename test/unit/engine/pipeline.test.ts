// Pausing, resuming, failing and coming back: what a job promises about its records.
import { writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { JobOptions } from '../../../server/engine/engine';
import { Database } from '../../../server/engine/database';
import { systemClock } from '../../../server/jobs/systemClock';
import { StreamJobsError } from '../../../server/protocol/errors';
import { FakeWorld, marker } from './fakes';
import { never, TestJob } from './harness';
import { planScript } from './planScript';

const options = `WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:1', 'format' = 'json')`;
const script = `CREATE TABLE src (id BIGINT) ${options}; CREATE TABLE dst (id BIGINT) ${options};
  INSERT INTO dst SELECT id FROM src;`;

const jobs: TestJob[] = [];
afterEach(async () => {
  for (const job of jobs.splice(0)) await job.dispose();
});

function newJob(records: string[], more: Partial<JobOptions> = {}, sql = script): TestJob {
  const world = new FakeWorld();
  world.log('src', records).bounded = false;
  const job = new TestJob(world, planScript(sql), more);
  jobs.push(job);
  return job;
}
const record = (id: number): string => `{"id":${id}}`;
const recordsTo = (count: number): string[] => Array.from({ length: count }, (_, i) => record(i));
const source = (job: TestJob) => {
  const log = job.world.logs.get('src');
  if (!log) throw new Error('no source');
  return log;
};
const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'none',
    (error: unknown) => (error instanceof StreamJobsError ? error.code : String(error)),
  );

it('a closed pipeline leaves no timer behind, which would keep its process from ending', async () => {
  const sleeping = new Set<Promise<void>>();
  const sleep = systemClock.sleep.bind(systemClock);
  vi.spyOn(systemClock, 'sleep').mockImplementation((ms, signal) => {
    const slept = sleep(ms, signal);
    sleeping.add(slept);
    void slept.then(() => sleeping.delete(slept));
    return slept;
  });
  const job = newJob(recordsTo(10));
  const pipeline = await job.start();
  await job.world.table('dst').committedRows(10);
  await pipeline.close();
  await new Promise(setImmediate);
  expect(sleeping.size).toBe(0);
  vi.restoreAllMocks();
});

describe('pause', () => {
  it('leaves nothing to process until resumed, and goes on with the very next record', async () => {
    const job = newJob(recordsTo(10));
    const pipeline = await job.start();
    await job.world.table('dst').committedRows(10);
    const positions = await pipeline.quiesce(never);
    expect(positions.get('src')?.get(0)).toBe(10n);
    const { reads } = source(job);
    source(job).append(0, record(10));
    expect(await pipeline.progress()).toEqual([
      { stream: 'src', partition: 0, position: 10n, start: 0n, end: 11n },
    ]);
    expect(source(job).reads).toBe(reads);
    await pipeline.run(never);
    await job.world.table('dst').committedRows(11);
    expect(job.world.table('dst').rows).toEqual(recordsTo(11));
  });

  it('at a stuck sink is given up at the deadline, and the job goes on as before', async () => {
    const job = newJob(recordsTo(5));
    const table = job.world.table('dst');
    let release: () => void = () => undefined;
    const stuck = new Promise<void>((resolve) => (release = resolve));
    const reached = new Promise<void>((resolve) => {
      table.beforeWrite = async () => {
        resolve();
        await stuck;
      };
    });
    const pipeline = await job.start();
    await reached;
    expect(await codeOf(pipeline.quiesce(AbortSignal.timeout(20)))).toBe('PAUSE_TIMEOUT');
    release();
    await table.committedRows(5);
    source(job).append(0, record(5));
    await table.committedRows(6);
    await pipeline.quiesce(never);
    expect(table.rows).toEqual(recordsTo(6));
  });

  it('a hundred times under load loses and repeats nothing', async () => {
    const job = newJob(recordsTo(20_000), { batchRecordsMax: 500 });
    source(job).readMax = 500;
    let pipeline = await job.start();
    for (let i = 0; i < 100; i++) {
      const before = pipeline.counters().recordsIn;
      const positions = await pipeline.quiesce(never);
      expect(Number(positions.get('src')?.get(0))).toBe(job.world.table('dst').shown);
      expect(pipeline.counters().recordsIn).toBeGreaterThanOrEqual(before);
      if (i % 25 === 24) pipeline = await job.reopen();
      else await pipeline.run(never);
      if (i % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    source(job).end();
    await job.ended;
    expect(job.world.table('dst').rows).toEqual(recordsTo(20_000));
  });

  it('of a job that never ran, or that is closed twice, does no harm', async () => {
    const job = newJob([]);
    const pipeline = await job.open();
    expect((await pipeline.quiesce(never)).get('src')?.get(0)).toBe(0n);
    await pipeline.close();
    await pipeline.close();
    expect(await codeOf(pipeline.run(never))).toBe('CANCELLED');
  });
});

describe('a bad record', () => {
  const records = [record(0), record(1), 'no JSON', record(3), '{"id":"x"}', record(5)];

  it('is kept as a dead letter with its bytes and position', async () => {
    const job = newJob(records);
    source(job).end();
    const pipeline = await job.start();
    await job.ended;
    expect(job.world.table('dst').rows).toEqual([record(0), record(1), record(3), record(5)]);
    expect(pipeline.counters()).toMatchObject({ recordsIn: 6, recordsOut: 4, recordsFailed: 2 });
    await pipeline.close();
    const database = await Database.open(job.spec.databasePath);
    const letters = await database.rows(
      `SELECT stream, "partition", "offset", decode("value"), error FROM dead_letters ORDER BY seq`,
    );
    await database.close();
    expect(letters).toEqual([
      ['src', 0, 2n, 'no JSON', 'The record is not valid JSON.'],
      ['src', 0, 4n, '{"id":"x"}', 'Column id takes BIGINT, the record has another kind of value.'],
    ]);
  });

  it('pauses the job before it, again after a resume, and never loses what follows', async () => {
    const job = newJob(records, { onError: 'pause' });
    let wanted = job.pauseWanted();
    const pipeline = await job.start();
    await wanted;
    expect(job.pauseReasons[0]).toContain('src, partition 0, offset 2');
    expect((await pipeline.quiesce(never)).get('src')?.get(0)).toBe(2n);
    expect(job.world.table('dst').rows).toEqual([record(0), record(1)]);
    wanted = job.pauseWanted();
    await pipeline.run(never);
    await wanted;
    await pipeline.close();
    job.spec.options = { ...job.spec.options, onError: 'skip' };
    source(job).end();
    await job.start();
    await job.ended;
    expect(job.world.table('dst').rows).toEqual([record(0), record(1), record(3), record(5)]);
  });

  it('fails the job, naming it, with everything before it done', async () => {
    const job = newJob(records, { onError: 'fail' });
    await job.start();
    await expect(job.ended).rejects.toMatchObject({ code: 'BAD_RECORD' });
    await expect(job.ended).rejects.toThrow('src, partition 0, offset 2: The record is not valid JSON.');
    expect(job.world.table('dst').rows).toEqual([record(0), record(1)]);
  });

  it('that is not UTF-8 is told from one without a value', async () => {
    const job = newJob([]);
    source(job).append(0, Buffer.from([0x7b, 0xff, 0x7d]), null, record(2));
    source(job).end();
    const pipeline = await job.start();
    await job.ended;
    expect(job.world.table('dst').rows).toEqual([record(2)]);
    expect(pipeline.counters()).toMatchObject({ recordsIn: 3, recordsFailed: 1 });
  });
});

describe('a record the source could not read whole', () => {
  const records = [record(0), { failed: 'too long', beginning: record(1) }, record(2)];

  it.each(['skip', 'dead-letter', 'fail'] as const)(
    'is no row, for that reason, with on.error %s',
    async (onError) => {
      const job = newJob([], { onError });
      source(job).append(0, ...records);
      source(job).end();
      await job.start();
      const end = await job.ended.catch((error: unknown) => String(error));
      if (onError === 'fail') expect(end).toContain('src, partition 0, offset 1: too long');
      expect(job.world.table('dst').rows).toEqual(onError === 'fail' ? [record(0)] : [record(0), record(2)]);
    },
  );
});

describe('positions', () => {
  it('move past what is no record', async () => {
    const job = newJob([record(0)]);
    const pipeline = await job.start();
    await source(job).allCommitted();
    source(job).append(0, marker, marker);
    await source(job).allCommitted();
    expect((await pipeline.quiesce(never)).get('src')?.get(0)).toBe(3n);
    await pipeline.close();
    expect((await job.engine.inspect(job.spec)).positions.get('src')?.get(0)).toBe(3n);
  });

  it('of a first start are kept before anything is read', async () => {
    const job = newJob(recordsTo(3));
    source(job).startAt = 'end';
    await (await job.open()).close();
    source(job).append(0, record(3));
    source(job).end();
    await job.start();
    await job.ended;
    expect(job.world.table('dst').rows).toEqual([record(3)]);
  });
});

describe('trouble', () => {
  it('of a source is told, and reading goes on when it is back', async () => {
    const job = newJob([record(0)]);
    source(job).failReads = new StreamJobsError('SOURCE_UNAVAILABLE', 'no broker');
    await job.start();
    expect(job.troubles).toEqual(['no broker']);
    source(job).failReads = undefined;
    await job.world.table('dst').committedRows(1);
    expect(job.troubles.at(-1)).toBeNull();
  });

  it('of a sink: rows are cut back and written once when it is there again', async () => {
    const job = newJob(recordsTo(3));
    const table = job.world.table('dst');
    const failures = [new StreamJobsError('SINK_UNAVAILABLE', 'no disk')];
    table.beforeWrite = () => {
      table.rows.push('half a row');
      table.keys.push(undefined);
      const failure = failures.pop();
      if (failure) return Promise.reject(failure);
      table.rows.pop();
      table.keys.pop();
      return Promise.resolve();
    };
    await job.start();
    await table.committedRows(3);
    expect(table.rows).toEqual(recordsTo(3));
    expect(job.troubles).toEqual(['no disk', null]);
  });

  it('of a sink in the middle of a backlog: rows come once and in order, whatever was computed ahead', async () => {
    const job = newJob(recordsTo(5000), { batchRecordsMax: 300 });
    source(job).readMax = 300;
    source(job).end();
    const table = job.world.table('dst');
    let writes = 0;
    table.beforeWrite = () => {
      const fails = ++writes % 5 === 3 && writes < 20;
      return fails ? Promise.reject(new StreamJobsError('SINK_UNAVAILABLE', 'no disk')) : Promise.resolve();
    };
    const pipeline = await job.start();
    await job.ended;
    expect(table.rows).toEqual(recordsTo(5000));
    expect(pipeline.counters()).toMatchObject({ recordsIn: 5000, recordsOut: 5000 });
  });

  it('that lasts ends the job with its reason', async () => {
    const job = newJob(recordsTo(3));
    job.world.table('dst').beforeWrite = () => Promise.reject(new Error('permission denied'));
    await job.start();
    await expect(job.ended).rejects.toMatchObject({ code: 'SINK_FAILED' });
    expect(job.pipeline?.counters().recordsIn).toBe(0);
  });
});

describe('the state file', () => {
  it('is read without opening the job, and deleted with it', async () => {
    const job = newJob(recordsTo(4));
    await job.start();
    await job.world.table('dst').committedRows(4);
    await job.pipeline?.close();
    const seen = await job.engine.inspect(job.spec);
    expect(seen.positions.get('src')?.get(0)).toBe(4n);
    expect(seen.counters.recordsOut).toBe(4);
    const watch = job.engine.watch(job.spec);
    expect(await watch.progress(seen.positions)).toEqual([
      { stream: 'src', partition: 0, position: 4n, start: 0n, end: 4n },
    ]);
    await job.engine.drop(job.spec);
    expect((await job.engine.inspect(job.spec)).positions.size).toBe(0);
  });

  it('of another query, or damaged, is refused', async () => {
    const job = newJob(recordsTo(1));
    const pipeline = await job.open();
    expect(await codeOf(job.engine.inspect(job.spec))).toBe('STORAGE');
    await pipeline.close();
    job.spec.plan = planScript(script.replace('SELECT id', 'SELECT id + 1'));
    expect(await codeOf(job.open())).toBe('STATE_CORRUPT');
    writeFileSync(job.spec.databasePath, 'not a database at all'.repeat(1000));
    expect(await codeOf(job.open())).toBe('STATE_CORRUPT');
  });
});

describe('event time', () => {
  const windows = `CREATE TABLE src (ts TIMESTAMP(3), WATERMARK FOR ts AS ts) ${options};
    CREATE TABLE dst (n BIGINT) ${options};
    INSERT INTO dst SELECT COUNT(*) FROM TABLE(TUMBLE(TABLE src, DESCRIPTOR(ts), INTERVAL '1' SECOND)) GROUP BY window_start, window_end;`;
  const at = (second: number): string => `{"ts":"2026-01-01 00:00:${String(second).padStart(2, '0')}"}`;

  it('waits for every partition but the idle ones', async () => {
    const idle = windows.replace("'topic'", "'scan.watermark.idle-timeout' = '100 ms', 'topic'");
    const job = newJob([at(1), at(2), at(3)], {}, idle);
    source(job).append(1);
    const pipeline = await job.start();
    // The second partition has no records: its idle timeout closes the windows of the first.
    await job.world.table('dst').committedRows(2);
    expect(pipeline.counters().watermark).toBe(Date.UTC(2026, 0, 1, 0, 0, 3));
  });

  it('counts rows that come after their window was closed, also after a restart', async () => {
    const job = newJob([at(1), at(5)], {}, windows);
    await job.start();
    await job.world.table('dst').committedRows(1);
    const pipeline = await job.reopen();
    source(job).append(0, at(1), at(5));
    source(job).end();
    await job.ended;
    expect(job.world.table('dst').rows).toEqual(['{"n":1}', '{"n":2}']);
    expect(pipeline.counters().recordsLate).toBe(1);
  });
});
