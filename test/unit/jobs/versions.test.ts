// Versions of a job over fakes: who wins, what a crash or a failure leaves at each step.
import { describe, expect, it } from 'vitest';
import type { Job } from '../../../server/jobs/job';
import { defaultLimits } from '../../../server/jobs/limits';
import { runningName, versionsOf } from '../../../server/jobs/versions';
import { StreamJobsError } from '../../../server/protocol/errors';
import type { FakeClock } from './fakeClock';
import type { FakeEngine } from './fakeEngine';
import type { Call } from './fakeWorld';
import { Harness, outcome } from './harness';

const by = 'ada';
function wanted(version: string) {
  return { version, statement: `DEPLOY ${version}`, settings: {}, by, discardState: false };
}
function states({ record }: Job): string[] {
  return versionsOf(record).map(({ version, state }) => `${version} ${state}`);
}
/** Records read before the deployment: what every version must go on from. */
const read = 40;

async function running(): Promise<Harness> {
  const harness = new Harness();
  await harness.running();
  harness.engine.last().process(read);
  return harness;
}

/** Until a version runs beside the old one, which reads on so that the new one stays behind. */
async function twoPipelines({ pipelines }: FakeEngine, clock: FakeClock): Promise<void> {
  while (pipelines.filter(({ reading }) => reading).length < 2) {
    for (const pipeline of pipelines.filter(({ key }) => key === 'orders')) pipeline.process(1);
    await clock.advance(1);
  }
}

describe('a version beside the running one', () => {
  it('gives way to PAUSE while it catches up, and leaves nothing', async () => {
    const { clock, job, world, engine } = await running();
    const deployed = job.deployBeside(wanted('2'));
    await twoPipelines(engine, clock);
    const answer = outcome(clock, deployed);
    await clock.until(job.pause({ by }));
    expect(await answer).toBe('STOPPED_MEANWHILE');
    await clock.advance(100);
    expect([job.state, ...states(job)]).toEqual(['paused', '1 active', '2 failed']);
    expect([...world.committed.keys()]).toEqual(['orders']);
    expect(engine.openPipelines).toHaveLength(1);
  });

  it('is the only one on its way: another one is refused, and it takes over all the same', async () => {
    const { clock, job, engine, world } = await running();
    const first = job.deployBeside(wanted('2'));
    const others = [job.deployBeside(wanted('3')), job.deploy(wanted('4')), job.rollback(by, undefined)];
    const answers = Promise.all(others.map((other) => outcome(clock, other)));
    await twoPipelines(engine, clock);
    engine.last().process(read * 10);
    expect(await outcome(clock, first)).toBe('done');
    expect(await answers).toEqual(['VERSION_EXISTS', 'VERSION_EXISTS', 'VERSION_NOT_FOUND']);
    expect(states(job)).toEqual(['1 previous', '2 active']);
    await clock.advance(100);
    expect([...world.committed.keys()]).toHaveLength(1);
  });

  it('ends with the old one untouched when that fails, or when it fails itself', async () => {
    for (const own of [true, false]) {
      const { clock, job, engine } = await running();
      const deployed = job.deployBeside(wanted('2'));
      await twoPipelines(engine, clock);
      const [old] = engine.openPipelines.filter(({ key }) => key === 'orders');
      const failing = own ? engine.last() : old;
      failing?.events.failed(new StreamJobsError('SINK_FAILED', 'The sink says no.'));
      expect(await outcome(clock, deployed)).toBe('SINK_FAILED');
      await clock.advance(100);
      expect([job.state, job.record.version]).toEqual([own ? 'running' : 'failed', '1']);
      expect(states(job)).toEqual(['1 active', '2 failed']);
      expect(engine.openPipelines).toHaveLength(own ? 1 : 0);
    }
  });
});

describe('a deployment', () => {
  it('of a job that is being dropped is refused: what it kept may be gone, and the rest goes soon', async () => {
    const { clock, job, disk } = await running();
    const dropped = outcome(clock, job.drop());
    await clock.advance(1);
    expect(disk.jobs.get(job.name)?.dropping).toBe(true);
    disk.failing = 10;
    expect(await dropped).toBe('STORAGE');
    disk.failing = 0;
    expect(await outcome(clock, job.deploy(wanted('2')))).toBe('JOB_NOT_RUNNING');
    expect(states(job)).toEqual(['1 active']);
  });

  it('is over when the new version has committed a few batches, or after a while', async () => {
    const { clock, job, engine, world } = await running();
    const deployed = job.deploy(wanted('2'));
    await clock.advance(100);
    expect(states(job)).toEqual(['1 previous', '2 active']);
    expect(job.record.spareDatabases).toEqual([0]);
    const { since, probation } = job.details();
    const until = new Date(Date.parse(since) + defaultLimits.probationMs).toISOString();
    expect(probation).toEqual({ version: '2', until });
    engine.last().process(3);
    expect(await clock.until(deployed)).toMatchObject({ state: 'running', version: '2' });
    expect(job.details().probation).toBeUndefined();
    expect(job.record).toMatchObject({ database: 1, spareDatabases: [] });
    expect(engine.last().position).toBe(BigInt(read + 3));
    expect([...world.committed.keys()]).toEqual(['jobs/orders/1.db']);
    await clock.until(job.deploy(wanted('3')));
    expect(job.record.version).toBe('3');
  });

  it('leaves the old version as it was when that does not come to rest, or nothing can be written', async () => {
    for (const [misbehave, code] of [
      [({ world }: Harness) => world.misbehave('quiesce', 'heed'), 'PAUSE_TIMEOUT'],
      [({ world }: Harness) => world.misbehave('carryOver', 'fail'), 'SINK_FAILED'],
      [({ disk }: Harness) => (disk.failing = 1), 'STORAGE'],
    ] as const) {
      const harness = await running();
      misbehave(harness);
      const { clock, job, engine } = harness;
      expect(await outcome(clock, job.deploy(wanted('2')))).toBe(code);
      expect([job.state, job.record.version, job.record.database ?? 0]).toEqual(['running', '1', 0]);
      expect(engine.last()).toMatchObject({ reading: true, position: BigInt(read) });
      expect(engine.openPipelines).toHaveLength(1);
    }
  });

  it.each(['open', 'run'] as const)(
    'that cannot be made while brokers are away leaves the old version to go on when they are back: %s',
    async (call) => {
      const { clock, job, engine, world } = await running();
      world.misbehave('carryOver', 'fail');
      const deployed = job.deploy(wanted('2'));
      world.misbehave(call, 'unavailable');
      expect(await outcome(clock, deployed)).toBe('SINK_FAILED');
      expect([job.state, job.record.version]).toEqual(['starting', '1']);
      await clock.advance(2 * defaultLimits.retryFirstMs);
      expect(job.state).toBe('running');
      expect(engine.last()).toMatchObject({ reading: true, position: BigInt(read) });
    },
  );

  it.each(['open', 'run'] as const)('that fails at %s is taken back', async (call) => {
    const { clock, job, engine, world } = await running();
    const deployed = job.deploy(wanted('2'));
    world.misbehave(call, 'fail');
    expect(await outcome(clock, deployed)).toBe('DEPLOY_FAILED');
    expect([job.state, job.record.version, job.record.database]).toEqual(['running', '1', 0]);
    expect(states(job)).toEqual(['1 active', '2 failed']);
    expect(engine.last()).toMatchObject({ reading: true, position: BigInt(read) });
    expect(job.record.spareDatabases).toEqual([]);
  });

  it('is taken back when its pipeline fails on probation, and the old version tried until it can go on', async () => {
    const { clock, job, engine, world } = await running();
    const deployed = job.deploy(wanted('2'));
    await clock.advance(50);
    engine.last().events.failed(new StreamJobsError('SINK_FAILED', 'The sink says no.'));
    world.misbehave('open', 'unavailable');
    expect(await outcome(clock, deployed)).toBe('DEPLOY_FAILED');
    expect([job.state, job.record.version]).toEqual(['starting', '1']);
    await clock.advance(2 * defaultLimits.retryFirstMs);
    expect(job.state).toBe('running');
    expect(engine.last().position).toBe(BigInt(read));
  });

  it('is beaten by STOP and DROP, and PAUSE waits for it', async () => {
    const { clock, job, engine } = await running();
    const deployed = job.deploy(wanted('2'));
    const stopped = job.stop(by, false);
    expect(await outcome(clock, deployed)).toBe('STOPPED_MEANWHILE');
    await clock.until(stopped);
    expect([job.state, job.record.version, ...states(job)]).toEqual(['stopped', '1', '1 active', '2 failed']);
    await clock.until(job.restart());
    expect(engine.last().position).toBe(BigInt(read));
    const second = job.deploy(wanted('2b'));
    await clock.advance(30);
    const paused = job.pause({ by });
    expect((await clock.until(second)).version).toBe('2b');
    expect((await clock.until(paused)).state).toBe('paused');
    const third = job.deploy(wanted('3'));
    await clock.advance(2);
    const dropped = job.drop();
    expect(await outcome(clock, third)).toBe('STOPPED_MEANWHILE');
    await clock.until(dropped);
  });

  it('keeps so many versions and no more, the present one always', async () => {
    const { clock, job } = await running();
    await clock.until(job.pause({ by }));
    for (let i = 2; i < 30; i++) await clock.until(job.deploy(wanted(String(i))));
    await clock.until(job.rollback(by, '12'));
    expect(versionsOf(job.record)).toHaveLength(defaultLimits.versionsKept);
    for (let i = 30; i < 60; i++) await clock.until(job.deploy(wanted(String(i))));
    expect(states(job).at(-1)).toBe('59 active');
    expect(await outcome(clock, job.rollback(by, '12'))).toBe('VERSION_NOT_FOUND');
  });
});

/** So many milliseconds are more than a deployment takes: each of its steps takes one. */
const steps = 40;
const kinds: [string, (job: Job) => Promise<unknown>, Call | undefined][] = [
  ['DEPLOY', (job) => job.deploy(wanted('2')), undefined],
  ['a DEPLOY beside', (job) => job.deployBeside(wanted('2')), undefined],
  ['a CANARY', (job) => job.deploy({ ...wanted('2'), canaryPercent: 10 }), undefined],
  ['a CANARY that fails', (job) => job.deploy({ ...wanted('2'), canaryPercent: 10 }), 'run'],
  ['a DEPLOY that fails', (job) => job.deploy(wanted('2')), 'run'],
];

describe.each(kinds)('a server killed in %s', (_, deploy, failing) => {
  it.each(Array.from({ length: steps }, (__, ms) => ms))(
    'after %i ms comes back as one of them',
    async (ms) => {
      const harness = await running();
      const { clock, world } = harness;
      const cut = deploy(harness.job).catch(() => undefined);
      if (failing !== undefined) world.misbehave(failing, 'fail');
      await clock.advance(ms);
      world.behaveWell();
      harness.crash();
      void cut;
      await clock.advance(1000);
      const { job, engine } = harness;
      expect(job.state).toBe('running');
      expect(engine.openPipelines).toHaveLength(1);
      // A kill right at the beginning loses what was not committed, and it comes again.
      const { position } = engine.last();
      expect([0n, BigInt(read)]).toContain(position);
      expect(job.record.spareDatabases ?? []).toEqual([]);
      expect(states(job).filter((state) => state.endsWith('active'))).toEqual([
        `${job.record.version} active`,
      ]);
      expect(states(job).filter((state) => state.endsWith('deploying'))).toEqual([]);
      // One database is left, that of the version that runs.
      expect([...world.committed.keys()].length).toBeLessThanOrEqual(1);
      engine.last().process(2);
      await clock.until(job.pause({ by }));
      harness.crash();
      await clock.advance(100);
      await clock.until(harness.job.resume({ by }));
      expect(harness.engine.last().position).toBe(position + 2n);
    },
  );
});

it('a paused job on another version is known to stand where it stood as soon as the server is back', async () => {
  const harness = await running();
  const { clock, world } = harness;
  await clock.until(harness.job.pause({ by }));
  await clock.until(harness.job.deploy(wanted('2')));
  expect(harness.job.details()).toMatchObject({ state: 'paused', version: '2', recordsIn: read });
  world.inspectMs = 3000;
  harness.crash();
  await clock.advance(100);
  expect(harness.job.details()).toMatchObject({ state: 'paused', version: '2', recordsIn: read });
});

const changes: [string, (job: Job) => Promise<unknown>, string][] = [
  ['a promotion', (job) => job.deploy(wanted('2')), '2'],
  ['a larger share', (job) => job.deploy({ ...wanted('2'), canaryPercent: 50 }), '1 + 2 (50 %)'],
  ['ROLLBACK', (job) => job.rollback(by, undefined), '1'],
];

describe.each(changes)('a server killed in %s of a canary', (_, change, then) => {
  it.each(Array.from({ length: steps }, (__, ms) => ms))(
    'after %i ms runs it or what follows',
    async (ms) => {
      const harness = await running();
      const { clock, world } = harness;
      await clock.until(harness.job.deploy({ ...wanted('2'), canaryPercent: 10 }));
      void change(harness.job).catch(() => undefined);
      await clock.advance(ms);
      harness.crash();
      await clock.advance(1000);
      const { job, engine } = harness;
      expect(job.state).toBe('running');
      expect(['1 + 2 (10 %)', then]).toContain(runningName(job.record));
      // Long after the record was written it is what follows.
      if (ms === steps - 1) expect(runningName(job.record)).toBe(then);
      expect(job.record.spareDatabases ?? []).toEqual([]);
      const expected = {
        '1 + 2 (10 %)': ['1 active', '2 canary'],
        '1 + 2 (50 %)': ['1 active', '2 canary'],
        '1': ['1 active', '2 rolled back'],
        '2': ['1 previous', '2 active'],
      }[runningName(job.record)];
      expect(states(job)).toEqual(expected);
      expect(engine.last().position).toBe(BigInt(read));
      expect([...world.committed.keys()]).toHaveLength(1);
    },
  );
});
