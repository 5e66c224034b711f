// What the server notices by itself: each warning a sentence with its next step, gone when its cause is gone.
import { describe, expect, it } from 'vitest';
import { clockJump, serverWarnings, type DiskSpace } from '../../../server/jobs/health';
import { query, ServerHarness, tables } from './servers';

const mebibyte = 1024 * 1024;
const gibibyte = 1024 * mebibyte;

async function watched(diskSpace: () => Promise<DiskSpace | undefined> = () => Promise.resolve(undefined)) {
  const harness = new ServerHarness({ diskSpace });
  await harness.open();
  await harness.run(`${tables} START JOB big AS ${query};`);
  harness.server.setWatched(1);
  await harness.clock.advance(1_100);
  return { harness, warnings: () => harness.server.getJobDetails('big').warnings };
}

describe('a job', () => {
  it('that gets on with nothing though records wait is stuck, until it gets on', async () => {
    const { harness, warnings } = await watched();
    await harness.clock.advance(50_000);
    expect(warnings()).toEqual([]);
    await harness.clock.advance(30_000);
    expect(warnings()).toEqual([
      expect.stringMatching(
        /^No record was processed for 8\d s, though 1,000 wait\..*RESTART JOB big/,
      ) as string,
    ]);
    harness.engine.last('big').process(1);
    await harness.clock.advance(1_100);
    expect(warnings()).toEqual([]);
  });

  it.each(['nothing waits', 'its lag is unknown', 'it is paused', 'its source is away'])(
    'is not stuck while %s',
    async (why) => {
      const { harness, warnings } = await watched();
      if (why === 'nothing waits') harness.engine.last('big').process(1_000);
      if (why === 'its lag is unknown') harness.world.log = null;
      if (why === 'it is paused') await harness.run('PAUSE JOB big');
      if (why === 'its source is away') harness.engine.last('big').events.trouble('The broker is away.');
      await harness.clock.advance(200_000);
      expect(warnings()).toEqual(why === 'its source is away' ? ['The broker is away.'] : []);
    },
  );

  it('whose positions cannot be committed says so after a while, and that nothing is lost', async () => {
    const { harness, warnings } = await watched();
    harness.engine.last('big').process(1_000);
    const since = harness.clock.monotonic();
    harness.world.failingCommits = { attempts: 4, since, reason: 'not authorized.' };
    await harness.clock.advance(5_000);
    expect(warnings()).toEqual([]);
    await harness.clock.advance(15_000);
    expect(warnings()).toEqual([
      expect.stringMatching(
        /^The positions of orders could not .* for 20 s \(4 attempts: not authorized\)\. Nothing is lost/,
      ) as string,
    ]);
    const metrics = () => harness.server.renderMetrics().then((text) => text.split('\n'));
    expect(await metrics()).toContain('job_commits_failed_total{job="big"} 3');
    expect(await metrics()).toContain('job_warnings{job="big",kind="commits"} 1');
    harness.world.failingCommits = undefined;
    expect(warnings()).toEqual([]);
    expect((await metrics()).join()).not.toContain('job_warnings{');
  });
});

describe('a server', () => {
  it.each([
    ['499 MB of a small disk', 499 * mebibyte, 20 * gibibyte, true],
    ['less than a twentieth', 0.9 * gibibyte, 20 * gibibyte, true],
    ['more than a twentieth', 1.1 * gibibyte, 20 * gibibyte, false],
    ['less than a twentieth of a large disk', 100 * gibibyte, 4000 * gibibyte, false],
    ['very little of a large disk', 4 * gibibyte, 4000 * gibibyte, true],
  ])('whose disk has %s left', (_, freeBytes, totalBytes, isTold) => {
    const warnings = serverWarnings({ path: '/data', freeBytes, totalBytes }, undefined, 0);
    expect(warnings).toHaveLength(isTold ? 1 : 0);
    if (isTold)
      expect(warnings[0]?.text).toMatch(/^The disk of \/data is nearly full: .* are free\. Make room/);
  });

  it('tells all jobs of its disk, paused ones too, and of the space that is made', async () => {
    let freeBytes = 100 * mebibyte;
    const { harness, warnings } = await watched(() =>
      Promise.resolve({ path: '/data', freeBytes, totalBytes: gibibyte }),
    );
    await harness.run('PAUSE JOB big COLD');
    const told: number[] = [];
    harness.server.onJobsChanged(({ jobs }) => void told.push(...jobs.map((job) => job.warnings.length)));
    expect(warnings()).toEqual([expect.stringMatching('nearly full: 100 MB of 1.0 GB') as string]);
    freeBytes = 900 * mebibyte;
    await harness.clock.advance(7_000);
    expect(warnings()).toEqual([]);
    expect(told.at(-1)).toBe(0);
  });

  it('row 21: clock jumps are said, durations are right, and UNTIL and FOR fire once', async () => {
    const { harness, warnings } = await watched();
    const until = new Date(harness.clock.now() + 3_600_000).toISOString();
    await harness.run(`START JOB other AS ${query}`);
    await harness.clock.until(harness.server.pauseJob('big', { by: 'ada', until }));
    await harness.clock.until(harness.server.pauseJob('other', { by: 'ada', forMs: 7_200_000 }));
    await harness.clock.advance(10_000);
    harness.clock.wall += 2 * 3_600_000;
    await harness.clock.advance(30_000);
    expect(warnings()).toEqual([expect.stringMatching(/^The clock went forward by 2 h at/) as string]);
    expect(harness.server.getJobDetails('big')).toMatchObject({ state: 'running' });
    expect(harness.server.getJobDetails('other')).toMatchObject({ state: 'paused' });
    harness.clock.wall -= 2 * 3_600_000;
    await harness.clock.advance(60_000);
    expect(warnings().at(-1)).toMatch(/^The clock went back by 2 h at/);
    await harness.clock.advance(7_200_000);
    for (const name of ['big', 'other']) {
      const { state, metrics, pauseHistory } = harness.server.getJobDetails(name);
      expect({ state, resumes: metrics.resumes, pauses: pauseHistory.length }).toEqual({
        state: 'running',
        resumes: 1,
        pauses: 1,
      });
    }
    const durationOf = (name: string) => harness.server.getJobDetails(name).pauseHistory[0]?.durationMs ?? 0;
    expect(durationOf('big')).toBeLessThan(40_000);
    expect(durationOf('other')).toBeGreaterThanOrEqual(7_200_000);
    expect(durationOf('other')).toBeLessThan(7_201_000);
    expect(warnings().filter((warning) => warning.includes('clock'))).toEqual([]);
  });

  it('does not take drift for a jump', () => {
    const before = { wall: 1_000_000, monotonic: 0 };
    expect(clockJump(before, { wall: 1_013_000, monotonic: 10_000 })).toBeUndefined();
    expect(clockJump(before, { wall: 1_016_000, monotonic: 10_000 })?.byMs).toBe(6_000);
  });
});
