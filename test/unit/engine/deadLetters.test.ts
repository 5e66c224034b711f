// Dead letters: kept whole, shown from an open and a closed job, tried again exactly once.
import { afterEach, describe, expect, it } from 'vitest';
import { Database } from '../../../server/engine/database';
import type { DeadLetter, JobOptions, Pipeline } from '../../../server/engine/engine';
import { StreamJobsError } from '../../../server/protocol/errors';
import { FakeWorld } from './fakes';
import { never, TestJob } from './harness';
import { planScript } from './planScript';

const options = `WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:1', 'format' = 'json')`;
const script = `CREATE TABLE src (id BIGINT) ${options}; CREATE TABLE dst (id BIGINT) ${options};
  INSERT INTO dst SELECT id FROM src;`;
/** The same query over a table that takes what was bad in `{"id":"x"}`. */
const lenient = script.replace("'format'", "'json.ignore-parse-errors' = 'true', 'format'");

const jobs: TestJob[] = [];
afterEach(async () => {
  for (const job of jobs.splice(0)) await job.dispose();
});

function newJob(more: Partial<JobOptions> = {}, sql = script): TestJob {
  const world = new FakeWorld();
  world.log('src', []).bounded = false;
  const job = new TestJob(world, planScript(sql), more);
  jobs.push(job);
  return job;
}
function source(job: TestJob) {
  const log = job.world.logs.get('src');
  if (!log) throw new Error('no source');
  return log;
}
async function read(job: TestJob, ...records: (string | Buffer)[]): Promise<void> {
  source(job).append(0, ...records);
  await source(job).allCommitted();
}
/** The job with its table made lenient, running. */
async function mend(job: TestJob): Promise<Pipeline> {
  job.spec.plan = planScript(lenient);
  return job.reopen();
}
const wrong = '{"id":"x"}';
const right = (id: number): string => `{"id":${id}}`;
const numbersOf = (letters: DeadLetter[]): number[] => letters.map(({ number }) => number);
const shown = (pipeline: Pipeline): Promise<DeadLetter[]> => pipeline.deadLetters(100, 100);

describe('a dead letter', () => {
  it('is the whole record: bytes, place and what was wrong, of an open job and of a closed one', async () => {
    const job = newJob();
    const pipeline = await job.start();
    const binary = Buffer.from([0x7b, 0xff, 0x00, 0x7d]);
    await read(job, right(0), binary, wrong);
    const letters = await shown(pipeline);
    expect(letters).toMatchObject([
      { number: 2, offset: 2n, error: 'Column id takes BIGINT, the record has another kind of value.' },
      {
        number: 1,
        stream: 'src',
        place: 't',
        partition: 0,
        offset: 1n,
        timestamp: 1_700_000_000_001,
        key: { bytes: Buffer.from('key-1'), size: 5 },
        value: { bytes: binary, size: 4 },
        headers: { 'h/1': Buffer.from('1') },
        error: 'The record is not valid UTF-8.',
        attempts: 1,
        whole: true,
      },
    ]);
    expect(pipeline.counters().deadLetters).toEqual({ kept: 2, dropped: 0, retried: 0 });
    await pipeline.close();
    expect(await job.engine.deadLetters(job.spec, 100, 100)).toEqual(letters);
    expect(await job.engine.deadLetters(job.spec, 1, 2)).toMatchObject([
      { number: 2, value: { bytes: Buffer.from('{"'), size: 10 } },
    ]);
    expect((await job.engine.inspect(job.spec)).counters.deadLetters).toMatchObject({ kept: 2 });
  });

  it('makes room for newer ones beyond the limit, and is counted', async () => {
    const job = newJob({ deadLettersMax: 3 });
    const pipeline = await job.start();
    await read(job, wrong, wrong);
    await read(job, wrong, right(1), wrong, wrong, wrong, wrong);
    expect(numbersOf(await shown(pipeline))).toEqual([7, 6, 5]);
    expect(pipeline.counters().deadLetters).toEqual({ kept: 3, dropped: 4, retried: 0 });
    expect(pipeline.counters().recordsFailed).toBe(7);
  });

  it('of a database from before letters were counted is counted, and can be tried again', async () => {
    const job = newJob();
    await job.start();
    await read(job, wrong, wrong);
    await job.pipeline?.close();
    const database = await Database.open(job.spec.databasePath);
    await database.run(
      'CREATE TABLE kept AS SELECT * EXCLUDE (place, headers, whole, attempts, size) FROM dead_letters WHERE seq > 1',
    );
    await database.run('DROP TABLE dead_letters; ALTER TABLE kept RENAME TO dead_letters');
    await database.run(
      `UPDATE job_checkpoint SET body = json_merge_patch(body, '{"counters":{"deadLetters":null}}')`,
    );
    await database.close();
    expect((await job.engine.deadLetters(job.spec, 9, 9)).length).toBe(1);
    const pipeline = await mend(job);
    expect(pipeline.counters().deadLetters).toEqual({ kept: 1, dropped: 1, retried: 0 });
    expect(await pipeline.retryDeadLetters(undefined)).toMatchObject({ succeeded: 1 });
  });
});

describe('a topic for dead letters', () => {
  it('has each record as it was, with the error and its place as headers, before the batch is durable', async () => {
    const job = newJob({ deadLetterTopic: 'dlq' });
    const topic = job.world.table('dlq');
    const failures = [new StreamJobsError('SINK_UNAVAILABLE', 'no broker')];
    topic.beforeWrite = () => {
      const failure = failures.pop();
      return failure ? Promise.reject(failure) : Promise.resolve();
    };
    const pipeline = await job.start();
    await read(job, right(0), wrong);
    expect(topic.rows).toEqual([wrong]);
    expect(topic.keys).toEqual(['key-1']);
    expect(topic.headers).toEqual([
      {
        'h/1': '1',
        'dead-letter.job': 'job',
        'dead-letter.error': 'Column id takes BIGINT, the record has another kind of value.',
        'dead-letter.stream': 'src',
        'dead-letter.topic': 't',
        'dead-letter.partition': '0',
        'dead-letter.offset': '1',
      },
    ]);
    expect(job.world.table('dst').rows).toEqual([right(0)]);
    expect(job.troubles).toEqual(['no broker', null]);
    // A letter that fails again is there already.
    expect(await pipeline.retryDeadLetters(undefined)).toMatchObject({ failed: 1 });
    expect(topic.rows).toEqual([wrong]);
  });

  it('needs a source on a cluster', async () => {
    const sql = script.replace(options, `WITH ('connector' = 'datagen')`);
    const job = newJob({ deadLetterTopic: 'dlq' }, sql);
    await expect(job.open()).rejects.toMatchObject({ code: 'BAD_OPTION' });
  });
});

describe('a retry', () => {
  it('takes what succeeds to the sink and out of the store, and keeps what fails again with the new error', async () => {
    const job = newJob();
    await job.start();
    await read(job, wrong, 'no JSON', right(2), wrong);
    const pipeline = await mend(job);
    const before = pipeline.counters();
    const positions = pipeline.positions();
    expect(await pipeline.retryDeadLetters(undefined)).toEqual({
      succeeded: 2,
      failed: 1,
      unfit: 0,
      left: 0,
    });
    expect(job.world.table('dst').rows).toEqual([right(2), '{"id":null}', '{"id":null}']);
    expect(await shown(pipeline)).toMatchObject([{ number: 2, attempts: 2, value: { size: 7 } }]);
    const { recordsIn, recordsFailed, recordsOut, deadLetters } = pipeline.counters();
    expect({ recordsIn, recordsFailed }).toEqual({ recordsIn: 4, recordsFailed: before.recordsFailed });
    expect(recordsOut).toBe(before.recordsOut + 2);
    expect(deadLetters).toEqual({ kept: 1, dropped: 0, retried: 2 });
    expect(pipeline.positions()).toEqual(positions);
    await read(job, right(4));
    expect(job.world.table('dst').rows.at(-1)).toBe(right(4));
  });

  it('of one letter leaves the others; of one that is not there is refused', async () => {
    const job = newJob();
    await job.start();
    await read(job, wrong, wrong, wrong);
    const pipeline = await mend(job);
    expect(await pipeline.retryDeadLetters(2)).toMatchObject({ succeeded: 1 });
    expect(numbersOf(await shown(pipeline))).toEqual([3, 1]);
    await expect(pipeline.retryDeadLetters(2)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await pipeline.quiesce(never);
    expect(() => pipeline.retryDeadLetters(1)).toThrow('does not process anything');
    expect(numbersOf(await shown(pipeline))).toEqual([3, 1]);
  });

  it('of more letters than one batch holds, in the middle of a backlog, loses and repeats nothing', async () => {
    const job = newJob({ batchRecordsMax: 300 });
    await job.start();
    await read(job, ...Array.from({ length: 1200 }, () => wrong));
    await job.pipeline?.close();
    source(job).readMax = 300;
    source(job).append(0, ...Array.from({ length: 5000 }, (_, i) => right(i)));
    const pipeline = await mend(job);
    const outcome = await pipeline.retryDeadLetters(undefined);
    expect(outcome).toEqual({ succeeded: 1200, failed: 0, unfit: 0, left: 0 });
    await source(job).allCommitted();
    const { rows } = job.world.table('dst');
    expect(rows.filter((row) => row === '{"id":null}').length).toBe(1200);
    expect(rows.filter((row) => row !== '{"id":null}')).toEqual(
      Array.from({ length: 5000 }, (_, i) => right(i)),
    );
  });

  it('whose rows the sink refuses for a while puts them there once', async () => {
    const job = newJob();
    await job.start();
    await read(job, wrong, right(1));
    const table = job.world.table('dst');
    const pipeline = await mend(job);
    const failures = [new StreamJobsError('SINK_UNAVAILABLE', 'no disk')];
    table.beforeWrite = () => {
      const failure = failures.pop();
      return failure ? Promise.reject(failure) : Promise.resolve();
    };
    expect(await pipeline.retryDeadLetters(undefined)).toMatchObject({ succeeded: 1, failed: 0 });
    expect(table.rows).toEqual([right(1), '{"id":null}']);
    expect(job.troubles).toEqual(['no disk', null]);
  });

  it('is cut short by a pause: what was not tried stays as it was', async () => {
    const job = newJob();
    await job.start();
    await read(job, ...Array.from({ length: 600 }, () => wrong));
    const pipeline = await mend(job);
    let pausing: Promise<unknown> | undefined;
    job.world.table('dst').beforeWrite = () => {
      pausing ??= pipeline.quiesce(never);
      return Promise.resolve();
    };
    expect(await pipeline.retryDeadLetters(undefined)).toEqual({
      succeeded: 500,
      failed: 0,
      unfit: 0,
      left: 100,
    });
    await pausing;
    expect((await shown(pipeline)).length).toBe(100);
    expect(job.world.table('dst').rows.length).toBe(500);
  });

  it('does not take what is not kept whole', async () => {
    const job = newJob();
    const pipeline = await job.start();
    source(job).append(0, { failed: 'too long', beginning: right(1) });
    await source(job).allCommitted();
    expect(await pipeline.retryDeadLetters(undefined)).toEqual({
      succeeded: 0,
      failed: 0,
      unfit: 1,
      left: 0,
    });
    expect(await shown(pipeline)).toMatchObject([{ attempts: 1, whole: false, error: 'too long' }]);
  });

  it('puts a row into its window while that is open; later it counts as late', async () => {
    const windows = (format: string): string => `
      CREATE TABLE src (ts TIMESTAMP(3), n BIGINT, WATERMARK FOR ts AS ts) ${options.replace("'format'", `${format}'format'`)};
      CREATE TABLE dst (n BIGINT, m BIGINT) ${options};
      INSERT INTO dst SELECT COUNT(*), COUNT(n) FROM TABLE(TUMBLE(TABLE src, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end;`;
    const at = (second: number, n = '1'): string => `{"ts":"2026-01-01 00:00:${second}","n":${n}}`;
    const job = newJob({}, windows(''));
    await job.start();
    await read(job, at(10), at(12, '"x"'), at(30), at(31, '"x"'));
    job.spec.plan = planScript(windows("'json.ignore-parse-errors' = 'true', "));
    const pipeline = await job.reopen();
    expect(await pipeline.retryDeadLetters(undefined)).toMatchObject({ succeeded: 2 });
    expect(pipeline.counters()).toMatchObject({ recordsLate: 1, recordsFailed: 2 });
    source(job).end();
    await job.ended;
    expect(job.world.table('dst').rows).toEqual(['{"n":1,"m":1}', '{"n":2,"m":1}']);
  });
});
