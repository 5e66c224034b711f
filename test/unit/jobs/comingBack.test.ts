// A job over the end of its server: ended in order, or by kill -9.
import { describe, expect, it } from 'vitest';
import { defaultLimits } from '../../../server/jobs/limits';
import { StreamJobsError } from '../../../server/protocol/errors';
import { settle } from './fakeClock';
import { stream } from './fakeWorld';
import { Harness, outcome } from './harness';

const by = 'ada';

/** A crash has cut a resume short, after it was journalled and before it was done; its sources are away now. */
async function resumeCutShort(): Promise<Harness> {
  const harness = new Harness();
  const job = await harness.paused();
  // Going on elsewhere is journalled before it is done.
  void job.resume({ by, from: { kind: 'latest' } });
  while (harness.disk.jobs.get(stream)?.desired !== 'running') await harness.clock.advance(1);
  expect(harness.disk.history(stream)).toMatchObject([{ event: { by } }]);
  harness.crash();
  harness.world.misbehave('open', 'unavailable');
  await harness.clock.advance(100);
  expect(harness.job.state).toBe('starting');
  return harness;
}

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

  it('a running job whose topic is away waits for it for two minutes, says so, then fails', async () => {
    const harness = new Harness();
    await harness.running();
    harness.world.isTopicAway = true;
    harness.crash();
    await harness.clock.advance(100);
    expect(harness.job.snapshot()).toMatchObject({
      state: 'starting',
      warnings: ['There is no topic. The job waits 120 s for it and then fails.'],
    });
    await harness.clock.advance(115_000);
    expect(harness.job.state).toBe('starting');
    await harness.clock.advance(2 * defaultLimits.retryMaxMs);
    expect(harness.job.snapshot()).toMatchObject({
      state: 'failed',
      error: { code: 'SOURCE_FAILED', message: 'There is no topic.' },
    });
    // Who asks is told at once.
    expect(await outcome(harness.clock, harness.job.restart())).toBe('SOURCE_FAILED');
    expect(harness.job.state).toBe('failed');
  });

  it('a running job whose topic is back meanwhile goes on, and waits anew when it goes once more', async () => {
    const harness = new Harness();
    await harness.running();
    for (let time = 0; time < 2; time++) {
      harness.world.isTopicAway = true;
      harness.crash();
      await harness.clock.advance(100_000);
      expect(harness.job.state).toBe('starting');
      harness.world.isTopicAway = false;
      await harness.clock.advance(defaultLimits.retryMaxMs);
      expect(harness.job.snapshot()).toMatchObject({ state: 'running', warnings: [] });
    }
    harness.world.isTopicAway = true;
    harness.engine.last().events.failed(new StreamJobsError('SOURCE_UNAVAILABLE', 'The broker is away.'));
    await harness.clock.advance(100_000);
    expect(harness.job.state).toBe('starting');
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
    const harness = await resumeCutShort();
    const { state, pauseHistory, metrics } = await harness.clock.until(harness.job.restart());
    expect({ state, resumes: metrics.resumes }).toEqual({ state: 'running', resumes: 1 });
    expect(pauseHistory.map(({ resumedAt }) => typeof resumedAt)).toEqual(['string']);
  });

  it('a pause after a resume that a crash cut short is a pause of its own', async () => {
    const harness = await resumeCutShort();
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
