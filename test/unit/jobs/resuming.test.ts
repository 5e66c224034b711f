// What RESUME promises, case by case: deadlines, sources away, records lost, from cold.
import { describe, expect, it } from 'vitest';
import { stream } from './fakeWorld';
import { Harness, outcome } from './harness';

const by = 'ada';

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
      const [stood] = job.snapshot().pauseHistory;
      await harness.clock.advance(60_000);
      harness.world.misbehave('run', behaviour);
      expect(await outcome(harness.clock, job.resume({ by }))).toBe('RESUME_TIMEOUT');
      expect(job.snapshot()).toMatchObject({
        state: 'paused',
        desired: 'paused',
        since: stood?.pausedAt,
        error: { code: 'RESUME_TIMEOUT' },
      });
      expect(harness.disk.jobs.get(stream)).toMatchObject({ desired: 'paused', resumes: 0 });
      expect(job.snapshot().pauseHistory).toEqual([stood]);
      expect(harness.disk.history(stream)).toEqual([{ number: 1, event: stood }]);
      await harness.clock.advance(10_000);
      if (behaviour === 'hang') return;
      expect(await outcome(harness.clock, job.resume({ by }))).toBe('done');
      expect(job.details()).toMatchObject({ metrics: { pauses: 1, resumes: 1 }, pauseHistory: [stood] });
    },
  );

  it('tries again while the broker is away, then reads', async () => {
    const harness = new Harness();
    const job = await harness.paused();
    harness.world.misbehave('run', 'unavailable');
    expect(await outcome(harness.clock, job.resume({ by }))).toBe('done');
    expect(job.snapshot()).toMatchObject({ state: 'running', warnings: [] });
    expect(job.details().metrics).toMatchObject({ pauses: 1, resumes: 1 });
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
