// Requests to one job: those that come together, those that do not fit its state, many in a row.
import { describe, expect, it } from 'vitest';
import { stream } from './fakeWorld';
import { Harness, outcome } from './harness';

const by = 'ada';

describe('requests that come together', () => {
  it('joins the same request and gives the same result', async () => {
    const harness = new Harness();
    const job = await harness.running();
    const [first, second] = [job.pause({ by, reason: 'a' }), job.pause({ by: 'bob' })];
    const [one, other] = await harness.clock.until(Promise.all([first, second]));
    expect(one).toBe(other);
    expect(one.pauseHistory).toHaveLength(1);
    const resumed = await harness.clock.until(Promise.all([job.resume({ by }), job.resume({ by: 'bob' })]));
    expect(resumed[0]).toBe(resumed[1]);
    expect(job.details().metrics).toMatchObject({ pauses: 1, resumes: 1 });
  });

  it('does not take a pause that ends by itself for one that does not', async () => {
    const harness = new Harness();
    const job = await harness.running();
    const timed = outcome(harness.clock, job.pause({ by, forMs: 1_000 }));
    const untimed = outcome(harness.clock, job.pause({ by: 'bob' }));
    expect([await timed, await untimed]).toEqual(['done', 'JOB_NOT_RUNNING']);
  });

  it('runs the opposite request after the one under way', async () => {
    const harness = new Harness();
    const job = await harness.running();
    const pausing = job.pause({ by });
    const resuming = job.resume({ by });
    const again = job.pause({ by });
    expect((await harness.clock.until(pausing)).state).toBe('paused');
    expect((await harness.clock.until(resuming)).state).toBe('running');
    expect((await harness.clock.until(again)).state).toBe('paused');
    expect(job.details().pauseHistory.map((event) => event.resumedAt !== undefined)).toEqual([true, false]);
  });

  it.each([
    ['pause', 'ok'],
    ['pause', 'hang'],
    ['resume', 'ok'],
    ['resume', 'hang'],
  ] as const)('STOP wins over %s, also when the engine says %s', async (verb, behaviour) => {
    const harness = new Harness();
    const job = verb === 'pause' ? await harness.running() : await harness.paused();
    harness.world.misbehave(verb === 'pause' ? 'quiesce' : 'run', behaviour);
    const request = () => (verb === 'pause' ? job.pause({ by }) : job.resume({ by }));
    const requests = [request(), request()];
    await harness.clock.advance(1);
    const beaten = requests.map((answer) => outcome(harness.clock, answer));
    expect(await outcome(harness.clock, job.stop(by, false))).toBe('done');
    expect(await Promise.all(beaten)).toEqual(['STOPPED_MEANWHILE', 'STOPPED_MEANWHILE']);
    expect(job.snapshot()).toMatchObject({
      state: 'stopped',
      desired: 'stopped',
      stopReason: 'stopped by ada',
    });
    expect(job.snapshot().pauseHistory.every((event) => event.resumedAt !== undefined)).toBe(true);
    expect(harness.engine.last().reading).toBe(false);
  });

  it('a quiet engine that answers after its pause was given up is set going again', async () => {
    const harness = new Harness();
    const job = await harness.running();
    const { promise, resolve } = withResolvers();
    const pipeline = harness.engine.last();
    const quiesce = pipeline.quiesce.bind(pipeline);
    pipeline.quiesce = async (signal) => {
      await promise;
      return quiesce(signal);
    };
    expect(await outcome(harness.clock, job.pause({ by }))).toBe('PAUSE_TIMEOUT');
    resolve();
    await harness.clock.advance(10);
    expect(pipeline.reading).toBe(true);
    expect(job.state).toBe('running');
    pipeline.quiesce = quiesce;
    expect(await outcome(harness.clock, job.pause({ by }))).toBe('done');
    expect(pipeline.reading).toBe(false);
  });
});

describe('requests that do not fit', () => {
  it('says the state, since when and why', async () => {
    const harness = new Harness();
    const job = await harness.running();
    await expect(harness.clock.until(job.resume({ by }))).rejects.toThrow(
      'orders is running since 2026-01-01 10:00:00 UTC; only a paused job can be resumed.',
    );
    await harness.clock.until(job.pause({ by, reason: 'index rebuild' }));
    await expect(harness.clock.until(job.pause({ by }))).rejects.toMatchObject({
      code: 'JOB_NOT_RUNNING',
      message: 'orders is already paused since 2026-01-01 10:00:00 UTC by ada (reason: index rebuild).',
      hint: 'RESUME JOB orders',
    });
    await harness.clock.until(job.stop(by, false));
    await expect(harness.clock.until(job.stop(by, false))).rejects.toMatchObject({
      code: 'JOB_NOT_RUNNING',
      message: 'orders is already stopped since 2026-01-01 10:00:00 UTC (stopped by ada).',
    });
    await expect(harness.clock.until(job.resume({ by }))).rejects.toMatchObject({
      code: 'JOB_NOT_PAUSED',
      hint: 'RESTART JOB orders',
    });
  });

  it.each([
    [{ forMs: 0 }, 'A pause lasts longer than nothing.'],
    [{ until: '2025-01-01T00:00:00Z' }, 'The pause would end at 2025-01-01 00:00:00 UTC, which is past.'],
    [{ until: 'soon' }, '"soon" is no moment.'],
    [{ reason: 'x'.repeat(501) }, 'The reason has more than 500 characters.'],
  ])('refuses PAUSE with %o', async (options, message) => {
    const harness = new Harness();
    const job = await harness.running();
    await expect(harness.clock.until(job.pause({ by, ...options }))).rejects.toThrow(message);
    expect(job.state).toBe('running');
  });
});

describe('many cycles', () => {
  it('leave no waiter behind and a bounded history', async () => {
    const harness = new Harness();
    const job = await harness.running();
    const sleeping: number[] = [];
    for (let cycle = 0; cycle < 300; cycle++) {
      await harness.clock.until(job.pause({ by }));
      await harness.clock.until(job.resume({ by }));
      sleeping.push(harness.clock.sleeping);
    }
    expect(Math.max(...sleeping.slice(-10))).toBeLessThanOrEqual(Math.max(...sleeping.slice(0, 10)));
    expect(job.details()).toMatchObject({ metrics: { pauses: 300, resumes: 300 } });
    expect(job.details().pauseHistory).toHaveLength(100);
    expect(job.snapshot().pauseHistory).toHaveLength(10);
    expect(harness.disk.history(stream).map(({ number }) => number)[0]).toBe(201);
  });
});

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
