// What a pause promises, case by case: deadlines, durability, cold and warm, and its end.
import { describe, expect, it } from 'vitest';
import { stream } from './fakeWorld';
import { Harness, outcome } from './harness';

const by = 'ada';

describe('pausing', () => {
  it('stops reading, is durable when answered, and says who, why and where', async () => {
    const harness = new Harness();
    const job = await harness.running();
    harness.engine.last().process(40);
    const details = await harness.clock.until(job.pause({ by, reason: 'index rebuild' }));
    expect(details).toMatchObject({ state: 'paused', desired: 'paused', depth: 'warm', lag: 960 });
    expect(details.pause).toMatchObject({ by, reason: 'index rebuild' });
    harness.engine.last().process(10);
    expect(harness.engine.last().position).toBe(40n);
    expect(harness.disk.jobs.get(stream)?.desired).toBe('paused');
    const [event] = harness.disk.history(stream);
    expect(event?.event).toMatchObject({
      by,
      reason: 'index rebuild',
      lagAtPause: 960,
      offsets: [{ stream, partition: 0, position: '40' }],
    });
  });

  it.each(['hang', 'heed'] as const)(
    'is refused at the deadline when the engine says %s',
    async (behaviour) => {
      const harness = new Harness();
      const job = await harness.running();
      harness.world.misbehave('quiesce', behaviour);
      expect(await outcome(harness.clock, job.pause({ by }))).toBe('PAUSE_TIMEOUT');
      expect(job.snapshot()).toMatchObject({ state: 'running', desired: 'running', pauseHistory: [] });
      expect(harness.disk.jobs.get(stream)?.desired).toBe('running');
      expect(harness.met.refused).toEqual(['PAUSE_TIMEOUT']);
      expect(harness.engine.last().reading).toBe(true);
    },
  );

  it('counts when the engine is done within the grace', async () => {
    const harness = new Harness();
    const job = await harness.running();
    harness.world.misbehave('quiesce', 'late');
    expect(await outcome(harness.clock, job.pause({ by }))).toBe('done');
    expect(job.state).toBe('paused');
  });

  it.each([
    ['its wish cannot be journalled, although the engine is quiet', 0, 'ok', 'STORAGE'],
    ['neither its wish can be journalled nor the engine becomes quiet', 0, 'heed', 'PAUSE_TIMEOUT'],
    ['its event cannot be journalled', 1, 'ok', 'STORAGE'],
  ] as const)('is refused when %s, and reads on', async (_, sparing, behaviour, code) => {
    const harness = new Harness();
    const job = await harness.running();
    Object.assign(harness.disk, { sparing, failing: 1 });
    harness.world.misbehave('quiesce', behaviour);
    expect(await outcome(harness.clock, job.pause({ by }))).toBe(code);
    expect(harness.met.refused).toEqual([code]);
    expect(job.snapshot()).toMatchObject({ state: 'running', desired: 'running', pauseHistory: [] });
    expect(harness.engine.last().reading).toBe(true);
    expect(harness.disk.jobs.get(stream)?.desired).toBe('running');
    expect(await outcome(harness.clock, job.pause({ by }))).toBe('done');
  });

  it('cut short by a crash before the engine is quiet, comes back paused: the wish was durable meanwhile', async () => {
    const harness = new Harness();
    const job = await harness.running();
    harness.world.misbehave('quiesce', 'hang');
    void job.pause({ by });
    await harness.clock.advance(10);
    harness.crash();
    await harness.clock.advance(1000);
    expect(harness.job.details()).toMatchObject({ state: 'paused', metrics: { pauses: 1 } });
    expect(harness.engine.pipelines).toEqual([]);
  });

  it('that cannot be written while brokers are away leaves a job that goes on when they are back', async () => {
    const harness = new Harness();
    const job = await harness.running();
    harness.engine.last().process(40);
    const pausing = outcome(harness.clock, job.pause({ by }));
    harness.disk.failing = 1;
    harness.world.misbehave('run', 'unavailable');
    expect(await pausing).toBe('STORAGE');
    expect(job.snapshot()).toMatchObject({ state: 'starting', desired: 'running' });
    await harness.clock.advance(5000);
    expect(job.snapshot()).toMatchObject({ state: 'running', recordsIn: 40 });
  });

  it('writes what a full disk refused as soon as there is space', async () => {
    const harness = new Harness();
    const job = await harness.running();
    harness.world.misbehave('quiesce', 'heed');
    const pausing = outcome(harness.clock, job.pause({ by }));
    await harness.clock.advance(1000);
    harness.disk.failing = 2;
    expect(await pausing).toBe('PAUSE_TIMEOUT');
    expect(job.snapshot().warnings).toHaveLength(1);
    await harness.clock.advance(5000);
    expect(harness.disk.jobs.get(stream)?.desired).toBe('running');
    expect(job.snapshot().warnings).toEqual([]);
  });
});

describe('a cold pause', () => {
  it('has let go of the pipeline when it is answered, warm or not before, and goes on where it was', async () => {
    const harness = new Harness();
    const job = await harness.running();
    for (const warmFirst of [false, true]) {
      harness.engine.last().process(40);
      if (warmFirst) await harness.clock.until(job.pause({ by, reason: 'first' }));
      const { position } = harness.engine.last();
      const details = await harness.clock.until(job.pause({ by, cold: true }));
      expect(details).toMatchObject({ state: 'paused', depth: 'cold', lag: 1000 - Number(position) });
      expect(details.pause?.reason).toBe(warmFirst ? 'first' : undefined);
      expect(harness.engine.openPipelines).toEqual([]);
      await harness.clock.until(job.resume({ by }));
      expect(harness.engine.last()).toMatchObject({ position, reading: true });
    }
    expect(job.details().metrics).toMatchObject({ pauses: 2, resumes: 2 });
  });

  it('of a paused job does not pass over another reason or end', async () => {
    const harness = new Harness();
    const job = await harness.paused();
    for (const more of [{ reason: 'x' }, { forMs: 1000 }]) {
      expect(await outcome(harness.clock, job.pause({ by, cold: true, ...more }))).toBe('JOB_NOT_RUNNING');
    }
    expect(job.depth).toBe('warm');
  });

  it('row 22: paused for days: lag goes on being watched, nothing piles up, and it resumes', async () => {
    const harness = new Harness();
    const job = await harness.paused();
    await harness.clock.advance(3_600_000);
    await harness.clock.until(job.readLag());
    const { sleeping } = harness.clock;
    for (let day = 1; day <= 7; day++) {
      await harness.clock.advance(24 * 3_600_000);
      harness.world.log = { start: 0n, end: 1_000n * BigInt(day) };
      await harness.clock.until(job.readLag());
      expect(job.snapshot()).toMatchObject({ state: 'paused', depth: 'cold', lag: 1_000 * day });
      expect(harness.engine.watches.size).toBe(1);
      expect(harness.clock.sleeping).toBe(sleeping);
    }
    await harness.clock.until(job.resume({ by }));
    expect(harness.engine.watches.size).toBe(0);
    expect(job.state).toBe('running');
  });

  it('asks anew, with the connection as it is then, when nothing answers', async () => {
    const harness = new Harness();
    const job = await harness.running();
    await harness.clock.until(job.pause({ by, cold: true }));
    await harness.clock.until(job.readLag());
    const [first] = harness.engine.watches;
    harness.world.log = null;
    await harness.clock.until(job.readLag());
    expect(job.snapshot().lag).toBeNull();
    expect(harness.engine.watches.size).toBe(0);
    harness.world.log = { start: 0n, end: 5n };
    await harness.clock.until(job.readLag());
    expect(job.snapshot().lag).toBe(5);
    expect(harness.engine.watches).not.toContain(first);
  });
});

describe('a pause with an end', () => {
  it('resumes by itself, once, by durations that do not jump', async () => {
    const harness = new Harness();
    const job = await harness.running();
    await harness.clock.until(job.pause({ by, forMs: 60_000 }));
    harness.clock.wall += 3_600_000;
    await harness.clock.advance(30_000);
    expect(job.state).toBe('paused');
    await harness.clock.advance(31_000);
    expect(job.state).toBe('running');
    await harness.clock.until(job.pause({ by }));
    await harness.clock.advance(120_000);
    expect(job.state).toBe('paused');
  });

  it('row 21: clock jumps: the length of a pause that STOP wins over is not theirs', async () => {
    const harness = new Harness();
    const job = await harness.running();
    const pausing = outcome(harness.clock, job.pause({ by }));
    while (harness.disk.writes < 2) await harness.clock.advance(1);
    const stopping = outcome(harness.clock, job.stop(by, true));
    harness.clock.wall += 3_600_000;
    await Promise.all([pausing, stopping]);
    for (const { durationMs = 0 } of job.details().pauseHistory) expect(durationMs).toBeLessThan(60_000);
  });

  it('follows the clock people see for UNTIL, also over a restart', async () => {
    const harness = new Harness();
    const job = await harness.running();
    const until = new Date(harness.clock.now() + 3_600_000).toISOString();
    await harness.clock.until(job.pause({ by, until }));
    harness.crash();
    await harness.clock.advance(1000);
    expect(harness.job.snapshot()).toMatchObject({ state: 'paused', depth: 'cold', pause: { until } });
    harness.clock.wall += 3_600_000;
    await harness.clock.advance(30_000);
    expect(harness.job.state).toBe('running');
    expect(harness.job.details().pauseHistory).toHaveLength(1);
  });

  it('stays paused when its resume fails, and does not try for ever', async () => {
    const harness = new Harness();
    const job = await harness.running();
    await harness.clock.until(job.pause({ by, forMs: 60_000 }));
    harness.world.log = { start: 300n, end: 1000n };
    await harness.clock.advance(70_000);
    expect(job.snapshot()).toMatchObject({ state: 'paused', error: { code: 'DATA_LOSS' } });
    expect(job.snapshot().pause?.until).toBeUndefined();
    harness.world.log = { start: 0n, end: 1000n };
    harness.crash();
    await harness.clock.advance(600_000);
    expect(harness.job.state).toBe('paused');
  });
});
