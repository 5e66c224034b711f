// RESUME ... FOR n RECORDS and PEEK: exactly n records, whatever happens meanwhile.
import { describe, expect, it } from 'vitest';
import { stream } from './fakeWorld';
import { Harness, outcome } from './harness';
import { serverWith, tables, query } from './servers';

const by = 'ada';
const step = (records: number) => ({ by, records });

/** A paused job, over a log of so many records. */
async function pausedBefore(records: number): Promise<Harness> {
  const harness = new Harness();
  harness.world.log = { start: 0n, end: BigInt(records) };
  await harness.paused();
  return harness;
}

describe('a step', () => {
  it('processes exactly so many records, and is answered when the job is paused again', async () => {
    const harness = await pausedBefore(1000);
    const details = await harness.clock.until(harness.job.resume(step(7)));
    expect(details).toMatchObject({ state: 'paused', recordsIn: 7, pause: { reason: 'step', by } });
    expect(details.step).toBeUndefined();
    const next = await harness.clock.until(harness.job.resume(step(500)));
    expect(next).toMatchObject({ state: 'paused', recordsIn: 507, metrics: { pauses: 3, resumes: 2 } });
    const cycles = next.pauseHistory.map(({ reason, resumedAt }) => [reason, resumedAt !== undefined]);
    expect(cycles).toEqual([[undefined, true], ['step', true], ['step', false]]); // prettier-ignore
    expect(harness.disk.jobs.get(stream)).toMatchObject({ desired: 'paused' });
  });

  it('of more records than are looked at together stays exact', async () => {
    const harness = await pausedBefore(100_000);
    const details = await harness.clock.until(harness.job.resume(step(25_001)));
    expect(details).toMatchObject({ state: 'paused', recordsIn: 25_001 });
  });

  it('that lacks records says how many, and goes on when they come', async () => {
    const harness = await pausedBefore(3);
    const waiting = await harness.clock.until(harness.job.resume(step(5)));
    expect(waiting).toMatchObject({ state: 'running', recordsIn: 3, step: { records: 5, left: 2 } });
    const refused = harness.job.resume({ by }).catch((error: unknown) => error);
    expect(await harness.clock.until(refused)).toMatchObject({
      code: 'JOB_NOT_PAUSED',
      hint: 'It waits for the last 2 records of a step, and is paused then: PAUSE JOB orders ends the step, RESUME JOB orders then reads on.',
    });
    harness.world.log = { start: 0n, end: 100n };
    await harness.clock.advance(1000);
    expect(harness.job.details()).toMatchObject({ state: 'paused', recordsIn: 5, pause: { reason: 'step' } });
  });

  it.each([
    ['PAUSE', (harness: Harness) => harness.job.pause({ by: 'bob', reason: 'enough' }), 'paused'],
    ['STOP', (harness: Harness) => harness.job.stop('bob', false), 'stopped'],
  ])('is ended by %s, for good', async (_verb, end, state) => {
    const harness = await pausedBefore(3);
    await harness.clock.until(harness.job.resume(step(5)));
    expect(await outcome(harness.clock, end(harness))).toBe('done');
    harness.world.log = { start: 0n, end: 100n };
    await harness.clock.advance(5000);
    expect(harness.job.details()).toMatchObject({ state, recordsIn: 3 });
    expect(harness.job.details().step).toBeUndefined();
  });

  it('whose part could not begin is opened again and goes on: a broker was away for a moment', async () => {
    const harness = await pausedBefore(1000);
    harness.world.misbehave('run', 'unavailable');
    const details = await harness.clock.until(harness.job.resume(step(7)));
    expect(details).toMatchObject({ state: 'paused', recordsIn: 7, pause: { reason: 'step', by } });
    harness.world.misbehave('run', 'dataLoss');
    const lost = await harness.clock.until(harness.job.resume(step(7)));
    expect(lost).toMatchObject({ state: 'paused', recordsIn: 7, pause: { by: 'data loss' } });
  });

  it('after a RESUME that was refused when it was about to read goes on: the pipeline is opened anew', async () => {
    const harness = await pausedBefore(1000);
    harness.world.misbehave('run', 'dataLoss');
    expect(await outcome(harness.clock, harness.job.resume({ by }))).toBe('DATA_LOSS');
    const details = await harness.clock.until(harness.job.resume(step(7)));
    expect(details).toMatchObject({ state: 'paused', recordsIn: 7, pause: { reason: 'step', by } });
  });

  it('that a crash cut short processes the rest and is paused then', async () => {
    const harness = await pausedBefore(1000);
    harness.world.holdSteps = true;
    void harness.job.resume(step(40)).catch(() => undefined);
    await harness.clock.advance(100);
    harness.engine.last().process(25);
    harness.world.committed.set(stream, 25n);
    harness.crash();
    harness.world.holdSteps = false;
    await harness.clock.advance(1000);
    expect(harness.job.details()).toMatchObject({
      state: 'paused',
      recordsIn: 40,
      pause: { reason: 'step', by },
    });
  });

  it('whose records are all processed when the server dies is only paused', async () => {
    const harness = await pausedBefore(1000);
    harness.world.holdSteps = true;
    void harness.job.resume(step(40)).catch(() => undefined);
    await harness.clock.advance(100);
    harness.world.committed.set(stream, 40n);
    harness.crash();
    await harness.clock.advance(1000);
    expect(harness.job.details()).toMatchObject({ state: 'paused', recordsIn: 40 });
  });

  it('goes on after a pause of it that could not be journalled', async () => {
    const harness = await pausedBefore(3);
    await harness.clock.until(harness.job.resume(step(5)));
    Object.assign(harness.disk, { sparing: 1, failing: 1 });
    expect(await outcome(harness.clock, harness.job.pause({ by: 'bob' }))).toBe('STORAGE');
    harness.world.log = { start: 0n, end: 100n };
    await harness.clock.advance(3000);
    expect(harness.job.details()).toMatchObject({ state: 'paused', recordsIn: 5, pause: { by } });
  });

  it('ends with the job when its sources have ended', async () => {
    const harness = await pausedBefore(3);
    harness.world.holdSteps = false;
    const resumed = harness.job.resume(step(5));
    await harness.clock.advance(100);
    const pipeline = harness.engine.last();
    pipeline.ended = true;
    await harness.clock.advance(1000);
    pipeline.events.finished();
    const details = await harness.clock.until(resumed);
    expect(details).toMatchObject({ state: 'stopped', stopReason: 'finished', recordsIn: 3 });
  });

  it.each([0, -1, 1.5, 1_000_001])('of %s records is refused', async (records) => {
    const harness = await pausedBefore(3);
    expect(await outcome(harness.clock, harness.job.resume(step(records)))).toBe('BAD_REQUEST');
    expect(harness.job.state).toBe('paused');
  });
});

describe('in statements', () => {
  it('a step says what became of it, and PEEK shows what it will process', async () => {
    const harness = await serverWith(`${tables} START JOB big AS ${query}; PAUSE JOB big;`);
    harness.world.log = { start: 0n, end: 4n };
    const shown = await harness.run('PEEK JOB big LIMIT 2');
    expect(shown.columns).toEqual(['stream', 'partition', 'offset', 'timestamp', 'key', 'value']);
    expect(shown.rows?.map((row) => row.slice(0, 3))).toEqual([[stream, 0, '0'], [stream, 0, '1']]); // prettier-ignore
    const one = await harness.run('RESUME JOB big FOR 1 RECORDS');
    expect(one.message).toBe('big has processed 1 record and is paused again.');
    expect((await harness.run('PEEK JOB big')).rows?.map((row) => row[2])).toEqual(['1', '2', '3']);
    const five = await harness.run('RESUME JOB big FOR 5 RECORDS');
    expect(five.message).toBe(
      'big has processed 3 of 5 records and waits for 2 more; PAUSE JOB ends the wait.',
    );
    expect((await harness.run('PEEK JOB big')).message).toBe('big has nothing to process now.');
    await harness.run('STOP JOB big');
    harness.world.log = { start: 0n, end: 5n };
    expect((await harness.run('PEEK JOB big')).rows).toHaveLength(1);
  });

  it.each([
    ['PEEK JOB bigg', 'JOB_NOT_FOUND'],
    ['PEEK JOB big LIMIT 1001', 'BAD_REQUEST'],
    ['RESUME JOB big FOR 0 RECORDS', 'BAD_REQUEST'],
  ])('%s is refused with %s', async (sql, code) => {
    const harness = await serverWith(`${tables} START JOB big PAUSED AS ${query};`);
    expect((await harness.refused(sql))?.code).toBe(code);
  });
});

describe('the state of a job', () => {
  const windowed = `CREATE TABLE timed (id BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'datagen');
    START JOB win AS SELECT window_start, COUNT(*) AS records
    FROM TABLE(TUMBLE(TABLE timed, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end;`;
  const sql = 'SELECT records FROM STATE OF JOB win';

  it('is answered at once, from the pipeline or from the closed database', async () => {
    const harness = await serverWith(windowed);
    expect(await harness.run(sql)).toMatchObject({ columns: ['records'], rows: [['open']] });
    await harness.run('PAUSE JOB win COLD');
    expect((await harness.run(sql)).rows).toEqual([['closed']]);
    await harness.run('STOP JOB win');
    expect((await harness.run(sql)).rows).toEqual([['closed']]);
    const plan = await harness.run(`EXPLAIN ${sql}`);
    expect(plan.rows?.flat().join(' ')).toContain('State of job win');
  });

  it.each([
    [
      `${tables} START JOB big AS ${query}; SELECT * FROM STATE OF JOB big`,
      'NOT_SUPPORTED',
      'big keeps no state',
    ],
    [`${windowed} SELECT record FROM STATE OF JOB win`, 'NAME_NOT_FOUND', 'Did you mean records?'],
    ['SELECT * FROM STATE OF JOB nobody', 'JOB_NOT_FOUND', 'nobody'],
  ])('%s is refused with %s', async (script, code, part) => {
    const error = await (await serverWith('SHOW JOBS')).refused(script);
    expect(error?.code).toBe(code);
    expect(error?.message).toContain(part);
  });

  it('of no job is refused on its name', async () => {
    const harness = await serverWith('SHOW JOBS');
    for (const before of ['', 'EXPLAIN ']) {
      const error = await harness.refused(`${before}SELECT * FROM STATE OF JOB nobody WHERE 1 = 1`);
      const start = `${before}SELECT * FROM STATE OF JOB `.length;
      expect(error?.range).toEqual({
        start: { line: 0, character: start },
        end: { line: 0, character: start + 'nobody'.length },
      });
    }
  });

  it('comes as a preview for who asks for one', async () => {
    const harness = await serverWith(windowed);
    const seen: unknown[] = [];
    const ended = new Promise<void>((resolve) => {
      const receiver = {
        rows: (_id: string, rows: unknown) => void seen.push(rows),
        done: (_id: string, reason: string) => {
          seen.push(reason);
          resolve();
        },
      };
      void harness.clock.until(harness.server.preview(sql, receiver));
    });
    await ended;
    expect(seen).toEqual([[['open']], 'finished']);
  });
});
