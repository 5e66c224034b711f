// How a job starts, ends, fails, is restarted and dropped.
import { describe, expect, it, vi } from 'vitest';
import { StreamJobsError } from '../../../server/protocol/errors';
import { stream } from './fakeWorld';
import { Harness, outcome } from './harness';

const by = 'ada';

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
    harness.world.misbehave('quiesce', 'hang');
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
