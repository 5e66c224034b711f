// What a job promises, case by case: the table of answers, deadlines, durability, coming back.
import { describe, expect, it, vi } from 'vitest';
import { StreamJobsError } from '../../../server/protocol/errors';
import { settle } from './fakeClock';
import { stream } from './fakeEngine';
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

  it('is refused when its event cannot be journalled, and reads on', async () => {
    const harness = new Harness();
    const job = await harness.running();
    const pausing = outcome(harness.clock, job.pause({ by }));
    await harness.clock.advance(1);
    harness.disk.failing = 1;
    expect(await pausing).toBe('STORAGE');
    expect(job.state).toBe('running');
    expect(harness.engine.last().reading).toBe(true);
    expect(harness.disk.jobs.get(stream)?.desired).toBe('running');
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
    const beaten = [request(), request()].map((answer) => outcome(harness.clock, answer));
    await harness.clock.advance(1);
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

describe('resuming', () => {
  it('closes the pause with its length and lag, when it really reads', async () => {
    const harness = new Harness();
    const job = await harness.paused();
    await harness.clock.advance(60_000);
    harness.world.log = { start: 0n, end: 1_500n };
    const details = await harness.clock.until(job.resume({ by }));
    expect(details.pauseHistory).toMatchObject([{ lagAtPause: 1000, lagAtResume: 1500 }]);
    expect(Math.round((details.pauseHistory[0]?.durationMs ?? 0) / 1000)).toBe(60);
    expect(harness.engine.last().reading).toBe(true);
    expect(harness.disk.jobs.get(stream)).toMatchObject({ desired: 'running', resumes: 1 });
  });

  it.each(['hang', 'heed'] as const)(
    'goes back to paused at the deadline when reading says %s',
    async (behaviour) => {
      const harness = new Harness();
      const job = await harness.paused();
      harness.world.misbehave('run', behaviour);
      expect(await outcome(harness.clock, job.resume({ by }))).toBe('RESUME_TIMEOUT');
      expect(job.snapshot()).toMatchObject({
        state: 'paused',
        desired: 'paused',
        error: { code: 'RESUME_TIMEOUT' },
      });
      expect(harness.disk.jobs.get(stream)?.desired).toBe('paused');
      await harness.clock.advance(10_000);
      if (behaviour === 'hang') return;
      expect(await outcome(harness.clock, job.resume({ by }))).toBe('done');
    },
  );

  it('tries again while the broker is away, then reads', async () => {
    const harness = new Harness();
    const job = await harness.paused();
    harness.world.misbehave('run', 'unavailable');
    expect(await outcome(harness.clock, job.resume({ by }))).toBe('done');
    expect(job.snapshot()).toMatchObject({ state: 'running', warnings: [] });
  });

  it('refuses when retention deleted the position, with the numbers, and stays paused', async () => {
    const harness = new Harness();
    const job = await harness.paused();
    harness.world.log = { start: 300n, end: 1_000n };
    await expect(harness.clock.until(job.resume({ by }))).rejects.toMatchObject({
      code: 'DATA_LOSS',
      message:
        'orders cannot go on where it stopped: orders partition 0 stands at 0, the first record kept is 300: 300 lost.',
    });
    expect(job.snapshot()).toMatchObject({
      state: 'paused',
      desired: 'paused',
      depth: 'warm',
      lost: 300,
      lag: 700,
    });
  });

  it('refuses when the topic was made again', async () => {
    const harness = new Harness();
    const job = await harness.running();
    harness.engine.last().process(500);
    await harness.clock.until(job.pause({ by }));
    harness.world.log = { start: 0n, end: 10n };
    expect(await outcome(harness.clock, job.resume({ by }))).toBe('DATA_LOSS');
    expect(job.snapshot().lag).toBe(0);
  });

  it('works from cold, after the warm time', async () => {
    const harness = new Harness();
    const job = await harness.paused();
    expect(job.snapshot().depth).toBe('warm');
    // A refused request does not keep it warm.
    await harness.clock.advance(300_000);
    expect(await outcome(harness.clock, job.pause({ by }))).toBe('JOB_NOT_RUNNING');
    await harness.clock.advance(301_000);
    expect(job.snapshot().depth).toBe('cold');
    expect(harness.engine.openPipelines).toEqual([]);
    expect(await outcome(harness.clock, job.resume({ by }))).toBe('done');
    expect(harness.engine.openPipelines).toHaveLength(1);
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

describe('coming back after kill -9', () => {
  it('a paused job comes back paused, cold, and nothing is read until it is resumed', async () => {
    const harness = new Harness();
    const job = await harness.running();
    harness.engine.last().process(40);
    await harness.clock.until(job.pause({ by, reason: 'index rebuild' }));
    harness.crash();
    await harness.clock.advance(5000);
    expect(harness.engine.pipelines).toEqual([]);
    expect(harness.job.snapshot()).toMatchObject({
      state: 'paused',
      depth: 'cold',
      recordsIn: 40,
      lag: 960,
      pause: { by, reason: 'index rebuild' },
    });
    await harness.clock.until(harness.job.resume({ by }));
    expect(harness.engine.last()).toMatchObject({ position: 40n, reading: true });
  });

  it('a running job goes on from its checkpoint, again and again while its sources are away', async () => {
    const harness = new Harness();
    await harness.running();
    harness.world.misbehave('open', 'unavailable');
    harness.crash();
    await harness.clock.advance(100);
    expect(harness.job.snapshot()).toMatchObject({ state: 'starting', warnings: ['The broker is away.'] });
    await harness.clock.advance(2000);
    expect(harness.job.snapshot()).toMatchObject({ state: 'running', warnings: [] });
  });

  it('can be paused while its sources are away', async () => {
    const harness = new Harness();
    await harness.running();
    harness.world.misbehave('open', 'unavailable');
    harness.crash();
    await harness.clock.advance(100);
    expect(await outcome(harness.clock, harness.job.pause({ by }))).toBe('done');
    await harness.clock.advance(60_000);
    expect(harness.job.snapshot()).toMatchObject({ state: 'paused', depth: 'cold' });
  });

  it('completes the pause a crash cut short, and closes the pause whose resume it cut short', async () => {
    const harness = new Harness();
    const job = await harness.running();
    job.pause({ by, reason: 'why' }).catch(() => undefined);
    await harness.clock.advance(1);
    expect(harness.disk.jobs.get(stream)?.desired).toBe('paused');
    harness.crash();
    await harness.clock.advance(5000);
    expect(harness.job.snapshot().state).toBe('paused');
    expect(harness.disk.history(stream)).toMatchObject([{ event: { by, reason: 'why' } }]);

    harness.world.misbehave('run', 'hang');
    harness.job.resume({ by }).catch(() => undefined);
    await harness.clock.advance(100);
    expect(harness.disk.jobs.get(stream)?.desired).toBe('running');
    harness.crash();
    await harness.clock.advance(5000);
    expect(harness.job.state).toBe('running');
    expect(harness.job.details().pauseHistory).toMatchObject([{ resumedAt: expect.any(String) as string }]);
  });

  it('RESTART closes the pause whose resume a crash cut short', async () => {
    const harness = new Harness();
    const job = await harness.paused();
    void job.resume({ by });
    while (harness.disk.jobs.get(stream)?.desired !== 'running') await harness.clock.advance(1);
    harness.crash();
    harness.world.misbehave('open', 'unavailable');
    await harness.clock.advance(100);
    expect(harness.job.state).toBe('starting');
    const { state, pauseHistory, metrics } = await harness.clock.until(harness.job.restart());
    expect({ state, resumes: metrics.resumes }).toEqual({ state: 'running', resumes: 1 });
    expect(pauseHistory.map(({ resumedAt }) => typeof resumedAt)).toEqual(['string']);
  });

  it('a pause after a resume that a crash cut short is a pause of its own', async () => {
    const harness = new Harness();
    const job = await harness.paused();
    void job.resume({ by });
    while (harness.disk.jobs.get(stream)?.desired !== 'running') await harness.clock.advance(1);
    harness.crash();
    harness.world.misbehave('open', 'unavailable');
    await harness.clock.advance(100);
    expect(harness.job.state).toBe('starting');
    const again = harness.job.pause({ by, reason: 'once more' });
    const { pauseHistory, metrics } = await harness.clock.until(again);
    expect(metrics).toMatchObject({ pauses: 2, resumes: 1 });
    expect(pauseHistory.map(({ reason, resumedAt }) => [reason, typeof resumedAt])).toEqual([
      [undefined, 'string'],
      ['once more', 'undefined'],
    ]);
  });

  it('completes the pause a crash cut short once the disk takes it', async () => {
    const harness = new Harness();
    const job = await harness.running();
    void job.pause({ by, reason: 'index rebuild' });
    while (harness.disk.jobs.get(stream)?.desired !== 'paused') await harness.clock.advance(1);
    harness.crash();
    harness.disk.failing = 1;
    await harness.clock.advance(60_000);
    expect(harness.job.details().pauseHistory).toMatchObject([{ reason: 'index rebuild' }]);
    expect(harness.disk.history(stream)).toHaveLength(1);
  });

  it('a failed job stays failed and says why', async () => {
    const harness = new Harness();
    await harness.running();
    harness.world.misbehave('open', 'fail');
    harness.crash();
    await harness.clock.advance(1000);
    harness.crash();
    await harness.clock.advance(1000);
    expect(harness.job.snapshot()).toMatchObject({
      state: 'failed',
      desired: 'running',
      error: { code: 'SINK_FAILED', message: 'The sink says no.' },
    });
  });
});

describe('starting, ending, failing', () => {
  it('START that fails leaves nothing', async () => {
    const harness = new Harness();
    harness.world.misbehave('run', 'unavailable');
    expect(await outcome(harness.clock, harness.create().start())).toBe('SOURCE_UNAVAILABLE');
    expect(harness.removed).toEqual([stream]);
    expect(harness.disk.jobs.size).toBe(0);
    expect(harness.world.dropped).toEqual([stream]);
    expect(harness.engine.openPipelines).toEqual([]);
  });

  it('what waits for a START that fails is told that there is no job, and does not make one', async () => {
    const harness = new Harness();
    harness.world.misbehave('run', 'unavailable');
    const job = harness.create();
    const started = outcome(harness.clock, job.start());
    const restarted = outcome(harness.clock, job.restart());
    expect(await started).toBe('SOURCE_UNAVAILABLE');
    expect(await restarted).toBe('JOB_NOT_FOUND');
    expect(harness.disk.jobs.size).toBe(0);
    expect(harness.engine.openPipelines).toEqual([]);
  });

  it('START PAUSED reads nothing, durably', async () => {
    const harness = new Harness();
    const request = { at: harness.clock.now(), by, reason: 'started paused' };
    const details = await harness.clock.until(
      harness.create({ desired: 'paused', pauseRequest: request }).start(),
    );
    expect(details).toMatchObject({
      state: 'paused',
      desired: 'paused',
      pauseHistory: [{ reason: 'started paused' }],
    });
    expect(harness.world.committed.get(stream)).toBe(0n);
    harness.crash();
    await harness.clock.advance(1000);
    expect(harness.job.state).toBe('paused');
  });

  it('a source that ends stops the job, "finished"', async () => {
    const harness = new Harness();
    const job = await harness.running();
    harness.engine.last().events.finished();
    await harness.clock.advance(100);
    expect(job.snapshot()).toMatchObject({ state: 'stopped', desired: 'stopped', stopReason: 'finished' });
    harness.crash();
    expect(harness.job.snapshot()).toMatchObject({ state: 'stopped', stopReason: 'finished' });
  });

  it('a source that ended while the job was pausing stops it when it is resumed', async () => {
    const harness = new Harness();
    const job = await harness.running();
    const pausing = job.pause({ by });
    harness.engine.last().events.finished();
    await harness.clock.until(pausing);
    await harness.clock.advance(100);
    expect(job.state).toBe('paused');
    await harness.clock.until(job.resume({ by }));
    await harness.clock.advance(100);
    expect(job.state).toBe('stopped');
  });

  it('a failing pipeline fails a running job; RESTART goes on from the checkpoint', async () => {
    const harness = new Harness();
    const job = await harness.running();
    const pipeline = harness.engine.last();
    pipeline.events.failed(new StreamJobsError('SINK_FAILED', 'No.'));
    await harness.clock.advance(100);
    expect(job.snapshot()).toMatchObject({ state: 'failed', desired: 'running', error: { message: 'No.' } });
    expect(await outcome(harness.clock, job.pause({ by }))).toBe('JOB_NOT_RUNNING');
    expect(await outcome(harness.clock, job.restart())).toBe('done');
    expect(job.snapshot()).toMatchObject({ state: 'running' });
    expect(job.snapshot().error).toBeUndefined();
    // A late word of the pipeline that is gone changes nothing.
    pipeline.events.finished();
    pipeline.events.pauseWanted('late');
    await harness.clock.advance(100);
    expect(job.state).toBe('running');
  });

  it('RESTART while its sources are away says so, and is tried again until they are back', async () => {
    const harness = new Harness();
    const job = await harness.running();
    harness.world.misbehave('open', 'unavailable');
    expect(await outcome(harness.clock, job.restart())).toBe('SOURCE_UNAVAILABLE');
    expect(job.snapshot()).toMatchObject({ state: 'starting', desired: 'running' });
    expect(job.snapshot().warnings).toEqual(['The broker is away.']);
    await harness.clock.advance(2000);
    expect(job.snapshot()).toMatchObject({ state: 'running', warnings: [] });
  });

  it('a failure that passes never ends it: it is opened again until it reads, can be paused and stopped meanwhile', async () => {
    const harness = new Harness();
    const job = await harness.running();
    const full = new StreamJobsError('STORAGE', 'The disk is full.');
    harness.engine.last().process(40);
    for (const end of ['running', 'paused', 'stopped'] as const) {
      harness.world.committed.set(stream, harness.engine.last().position);
      harness.engine.last().events.failed(full);
      await harness.clock.advance(10);
      expect(job.snapshot()).toMatchObject({
        state: 'starting',
        desired: 'running',
        warnings: ['The disk is full.'],
      });
      expect(harness.engine.openPipelines).toEqual([]);
      if (end === 'paused') await harness.clock.until(job.pause({ by }));
      if (end === 'stopped') await harness.clock.until(job.stop(by, false));
      harness.world.misbehave('open', 'unavailable');
      await harness.clock.advance(60_000);
      expect(job.snapshot()).toMatchObject({ state: end, recordsIn: 40, warnings: [] });
      harness.world.behaveWell();
      if (end === 'paused') await harness.clock.until(job.resume({ by }));
    }
  });

  it('an engine that never finished opening does not keep it from being opened again', async () => {
    const harness = new Harness();
    await harness.running();
    harness.crash();
    harness.world.misbehave('open', 'hang');
    await harness.clock.advance(60_000);
    expect(harness.job.state).toBe('running');
  });

  it('a pipeline that fails while it is being paused is not set going again', async () => {
    const harness = new Harness();
    const job = await harness.running();
    const pipeline = harness.engine.last();
    const run = vi.spyOn(pipeline, 'run');
    const pausing = outcome(harness.clock, job.pause({ by }));
    await harness.clock.advance(1);
    pipeline.events.failed(new StreamJobsError('SOURCE_FAILED', 'The source broke.'));
    expect(await pausing).toBe('SOURCE_FAILED');
    await harness.clock.advance(1_000);
    expect(job.state).toBe('failed');
    expect(run).not.toHaveBeenCalled();
  });

  it('a failing pipeline leaves a paused job paused, cold', async () => {
    const harness = new Harness();
    const job = await harness.paused();
    harness.engine.last().events.failed(new StreamJobsError('SOURCE_FAILED', 'The password has expired.'));
    await harness.clock.advance(100);
    expect(job.snapshot()).toMatchObject({
      state: 'paused',
      depth: 'cold',
      warnings: ['The password has expired.'],
    });
  });

  it.each(['heed', 'hang'] as const)(
    'on.error = pause pauses with the reason, however quiesce goes: %s',
    async (behaviour) => {
      const harness = new Harness();
      const job = await harness.running();
      harness.world.misbehave('quiesce', behaviour);
      harness.engine.last().events.pauseWanted('offset 7 of orders is no JSON');
      await harness.clock.advance(20_000);
      expect(job.snapshot()).toMatchObject({
        state: 'paused',
        pause: { by: 'on.error', reason: 'offset 7 of orders is no JSON' },
      });
      expect((await harness.clock.until(job.resume({ by }))).state).toBe('running');
    },
  );

  it('DROP removes everything, of a running, a stuck and a failed job', async () => {
    for (const behaviour of ['ok', 'hang'] as const) {
      const harness = new Harness();
      const job = await harness.running();
      harness.world.misbehave('quiesce', behaviour);
      const pausing = outcome(harness.clock, job.pause({ by }));
      expect(await outcome(harness.clock, job.drop())).toBe('done');
      expect(await pausing).toBe('STOPPED_MEANWHILE');
      expect(harness.disk.jobs.size + harness.disk.pauses.size).toBe(0);
      expect(harness.world.dropped).toEqual([stream]);
      expect(await outcome(harness.clock, job.pause({ by }))).toBe('JOB_NOT_FOUND');
    }
  });

  it('a drop that a full disk cut short is not undone by RESTART, and can be asked again', async () => {
    const harness = new Harness();
    const job = await harness.running();
    const dropped = outcome(harness.clock, job.drop());
    await harness.clock.advance(1);
    harness.disk.failing = 1;
    expect(await dropped).toBe('STORAGE');
    expect(await outcome(harness.clock, job.restart())).toBe('JOB_NOT_RUNNING');
    expect(await outcome(harness.clock, job.drop())).toBe('done');
    expect(harness.disk.jobs.size).toBe(0);
  });

  it('a drop that cannot be journalled leaves the job as its journal has it', async () => {
    const harness = new Harness();
    const job = await harness.running();
    await harness.clock.until(job.stop(by, false));
    const restarted = outcome(harness.clock, job.restart());
    await harness.clock.advance(0);
    const dropped = outcome(harness.clock, job.drop());
    await harness.clock.advance(1);
    harness.disk.failing = 1;
    expect([await restarted, await dropped]).toEqual(['STOPPED_MEANWHILE', 'STORAGE']);
    const { state, desired } = job.snapshot();
    expect({ state, desired }).toEqual({ state: 'stopped', desired: 'stopped' });
  });

  it('a drop that a crash cut short is completed', async () => {
    const harness = new Harness();
    const job = await harness.running();
    job.drop().catch(() => undefined);
    await harness.clock.advance(1);
    expect(harness.disk.jobs.get(stream)?.dropping).toBe(true);
    harness.crash();
    await harness.clock.advance(1000);
    expect(harness.disk.jobs.size).toBe(0);
    expect(harness.world.dropped).toEqual([stream]);
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

describe('ending the server', () => {
  it('checkpoints, keeps the desired state, and leaves nothing waiting', async () => {
    const harness = new Harness();
    const job = await harness.running();
    harness.engine.last().process(40);
    await harness.clock.until(job.shutDown());
    expect(harness.world.committed.get(stream)).toBe(40n);
    expect(harness.disk.jobs.get(stream)?.desired).toBe('running');
    expect(await outcome(harness.clock, job.pause({ by }))).toBe('CANCELLED');
    await harness.clock.advance(10_000);
    expect(harness.clock.sleeping).toBe(0);
    expect(harness.engine.openPipelines).toEqual([]);
  });

  it('ends a job that comes back while its sources are away: nothing is tried any more', async () => {
    const harness = new Harness();
    await harness.running();
    harness.world.misbehave('open', 'unavailable');
    harness.crash();
    await harness.clock.until(harness.job.shutDown());
    await harness.clock.advance(60_000);
    expect(harness.clock.sleeping).toBe(0);
  });

  it('ends what is under way', async () => {
    const harness = new Harness();
    const job = await harness.running();
    harness.world.misbehave('quiesce', 'hang');
    const pausing = outcome(harness.clock, job.pause({ by }));
    await settle();
    await harness.clock.until(job.shutDown());
    expect(await pausing).toBe('CANCELLED');
  });
});

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
