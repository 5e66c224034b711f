// The server as a whole over fakes: deploying, listening, lag, metrics, coming back, ending.
import { describe, expect, it } from 'vitest';
import { serveMetrics } from '../../../server/jobs/metricsServer';
import type { JobsChange } from '../../../server/jobs/streamJobServer';
import { query, serverWith, tables, type ServerHarness } from './servers';

const by = 'ada';
const started = `${tables} START JOB big AS ${query};`;

describe('the class', () => {
  it('deploys, pauses, resumes, stops, restarts and drops', async () => {
    const { server, clock } = await serverWith(tables);
    const deployed = await clock.until(
      server.deploy({ name: 'big', sql: `${query}; `, options: { 'on.error': 'skip' }, by, paused: true }),
    );
    expect(deployed).toMatchObject({ state: 'paused', options: { 'on.error': 'skip' } });
    expect((await clock.until(server.resumeJob('big', { by }))).state).toBe('running');
    expect((await clock.until(server.pauseJob('big', { by }))).state).toBe('paused');
    expect((await clock.until(server.stopJob('big', { by }))).state).toBe('stopped');
    expect((await clock.until(server.restartJob('big', { by }))).state).toBe('running');
    await clock.until(server.dropJob('big', { by }));
    expect(() => server.getJobDetails('big')).toThrow('There is no job big.');
    await expect(server.pauseJob('nobody', { by })).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' });
  });

  it('does not know a job whose START is refused', async () => {
    const { server, clock } = await serverWith(tables);
    await expect(
      clock.until(server.deploy({ name: 'x', sql: 'SELECT nix FROM orders', by })),
    ).rejects.toMatchObject({
      code: 'NAME_NOT_FOUND',
    });
    expect(server.listJobs()).toEqual([]);
  });
});

describe('placeholders', () => {
  const placed = `CREATE TABLE orders (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '\${RATE:5}');`;

  it('keep their text in what is stored', async () => {
    const harness = await serverWith(placed);
    expect(harness.server.listTables()[0]?.statement).toContain('${RATE:5}');
  });
});

describe('placeholders filled when run', () => {
  const sink = `CREATE TABLE out (id BIGINT, customer STRING) WITH ('connector' = 'blackhole');`;

  it('in strings, names and literals, from settings before the environment, and again after a restart', async () => {
    const harness = await serverWith(`${tables} ${sink}`, { environment: { SINK: 'nowhere', MIN: '7' } });
    await harness.run(
      `START JOB big AS INSERT INTO \${SINK} SELECT id, customer FROM orders WHERE amount > \${MIN} AND customer <> '\${WHO:it}'`,
      { SINK: 'out', WHO: `o'hara` },
    );
    const [job] = harness.server.listJobs();
    expect(job?.statement).toContain('INSERT INTO ${SINK}');
    expect(job?.sinks.map(({ table }) => table)).toEqual(['out']);
    await harness.crash();
    expect(harness.server.listJobs()[0]).toMatchObject({ state: 'running', sinks: [{ table: 'out' }] });
  });

  it('point at the place as it is written', async () => {
    const harness = await serverWith(`${tables} ${sink}`);
    const wrong = 'INSERT INTO ${SINK} SELECT idd, customer FROM orders';
    const start = wrong.indexOf('idd');
    expect(await harness.refused(wrong, { SINK: 'out' })).toMatchObject({
      code: 'NAME_NOT_FOUND',
      range: { start: { line: 0, character: start }, end: { line: 0, character: start + 3 } },
    });
    expect(await harness.refused(wrong)).toMatchObject({
      code: 'SYNTAX',
      message: '${SINK} has no value.',
      range: { start: { line: 0, character: 12 }, end: { line: 0, character: 19 } },
    });
    expect(await harness.refused(wrong, { SINK: 'out; DROP TABLE orders' })).toMatchObject({
      code: 'SYNTAX',
      message: 'The value of ${SINK}, "out; DROP TABLE orders", is no name and no number.',
    });
  });
});

describe('listening', () => {
  it('tells of changes at most once a second, and what was removed', async () => {
    const harness = await serverWith(started);
    const changes: JobsChange[] = [];
    const end = harness.server.onJobsChanged((change) => void changes.push(change));
    await harness.run('PAUSE JOB big; RESUME JOB big; PAUSE JOB big');
    const told = () =>
      changes.map(({ jobs, removed }) => [...jobs.map(({ name, state }) => `${name} ${state}`), ...removed]);
    await harness.clock.advance(1500);
    expect(told().length).toBeLessThanOrEqual(3);
    expect(told().at(-1)).toEqual(['big paused']);
    await harness.run('DROP JOB big');
    await harness.clock.advance(1500);
    expect(told().at(-1)).toEqual(['big']);
    const count = changes.length;
    end();
    await harness.run(`START JOB big AS ${query}`);
    await harness.clock.advance(1500);
    expect(changes).toHaveLength(count);
  });

  it('lag is refreshed each second while watched, each ten otherwise, and unknown is null', async () => {
    const harness = await serverWith(`${started} PAUSE JOB big;`);
    const lag = () => harness.server.getJobDetails('big').lag;
    harness.world.log = { start: 0n, end: 2_000n };
    await harness.clock.advance(3_000);
    expect(lag()).toBe(1_000);
    harness.server.attend();
    await harness.clock.advance(1_100);
    expect(lag()).toBe(2_000);
    harness.server.setWatched(1);
    for (const end of [3_000n, 4_000n]) {
      harness.world.log = { start: 0n, end };
      await harness.clock.advance(1_100);
    }
    expect(harness.server.getJobDetails('big')).toMatchObject({ lag: 4_000 });
    expect(harness.server.getJobDetails('big').lagPerSecond).toBeGreaterThan(0);
    harness.world.log = null;
    await harness.clock.advance(1_100);
    expect(harness.server.getJobDetails('big')).toMatchObject({ lag: null, kafkaLag: null, lost: 0 });
  });
});

describe('metrics', () => {
  it('count pauses and resumes, and speak of lag only while it is known', async () => {
    const harness = await serverWith(`${started} PAUSE JOB big; RESUME JOB big; PAUSE JOB big;`);
    await harness.refused('PAUSE JOB big');
    harness.world.misbehave('run', 'hang');
    await harness.refused('RESUME JOB big');
    const text = await harness.server.renderMetrics();
    for (const line of [
      'jobs_paused_total 2',
      'jobs_resumed_total 1',
      'job_pause_duration_seconds_count 1',
      'job_kafka_lag_while_paused{job="big"} 1000',
      'job_pause_resume_errors_total{op="resume",code="RESUME_TIMEOUT"} 1',
      'jobs{state="paused"} 1',
      'job_records_in_total{job="big"} 0',
    ]) {
      expect(text.split('\n')).toContain(line);
    }
    harness.world.log = null;
    await harness.clock.advance(11_000);
    expect(await harness.server.renderMetrics()).not.toContain('job_kafka_lag_while_paused{');
  });

  it('are served on loopback; a port that is taken is said so', async () => {
    const source = { renderMetrics: () => Promise.resolve('up 1\n') };
    const served = await serveMetrics(source, 0);
    expect(served.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
    expect(await (await fetch(served.url)).text()).toBe('up 1\n');
    expect((await fetch(served.url.replace('/metrics', '/'))).status).toBe(404);
    const port = Number(new URL(served.url).port);
    await expect(serveMetrics(source, port)).rejects.toMatchObject({
      code: 'BAD_OPTION',
      message: expect.stringContaining(`port ${port}`) as string,
    });
    await expect(serveMetrics(source, 70_000)).rejects.toMatchObject({ code: 'BAD_OPTION' });
    await served.close();
    await served.close();
  });
});

/** As an earlier version wrote it. */
function forgetCheckpoints({ disk }: ServerHarness): void {
  for (const [name, record] of disk.jobs) disk.jobs.set(name, { ...record, checkpoint: undefined });
}

describe('coming back and ending', () => {
  it('after a crash paused jobs are paused and running ones run', async () => {
    const harness = await serverWith(`${started} START JOB other AS ${query}; PAUSE JOB big;`);
    const server = await harness.crash();
    expect(server.listJobs().map(({ name, state, desired }) => [name, state, desired])).toEqual([
      ['big', 'paused', 'paused'],
      ['other', 'running', 'running'],
    ]);
    expect(harness.engine.pipelines.map(({ name }) => name)).toEqual(['other']);
  });

  it('a job whose checkpoint is not read yet has no lag, rather than that of its whole log', async () => {
    const harness = await serverWith(`${started} PAUSE JOB big;`);
    harness.world.log = { start: 0n, end: 2_000n };
    harness.world.committed.set('big', 1_500n);
    harness.world.inspectMs = 3000;
    forgetCheckpoints(harness);
    const server = await harness.crash();
    server.setWatched(1);
    const seen = new Set<number | null>();
    for (let i = 0; i < 50; i++) {
      seen.add(server.getJobDetails('big').lag);
      await harness.clock.advance(100);
    }
    expect([...seen].filter((lag) => lag !== null)).toEqual([500]);
  });

  it('paused jobs come back without their databases being opened, and those that must be, a few at a time', async () => {
    const starts = Array.from({ length: 20 }, (_, i) => `START JOB j${i} PAUSED AS ${query};`).join('\n');
    const harness = await serverWith(`${tables} ${starts}`);
    const lags = () => harness.server.listJobs().map(({ lag }) => lag);
    await harness.crash();
    await harness.clock.advance(100);
    expect(harness.engine.inspections).toBe(0);
    expect(new Set(lags())).toEqual(new Set([1_000]));
    forgetCheckpoints(harness);
    harness.world.inspectMs = 100;
    await harness.crash();
    expect(harness.engine.inspections).toBe(4);
    await harness.clock.advance(1000);
    expect(harness.engine.inspections).toBe(20);
    expect(new Set(lags())).toEqual(new Set([1_000]));
    await harness.crash();
    expect(harness.engine.inspections).toBe(0);
  });

  it('open does not wait for sources', async () => {
    const harness = await serverWith(started);
    harness.world.misbehave('open', 'hang');
    const server = await harness.crash();
    expect(server.listJobs()[0]).toMatchObject({ state: 'starting', desired: 'running' });
  });

  it('close checkpoints, is done once, refuses what comes later, and leaves nothing behind', async () => {
    const harness = await serverWith(started);
    harness.engine.last('big').process(50);
    await harness.clock.until(Promise.all([harness.server.close(), harness.server.close()]));
    expect(harness.world.committed.get('big')).toBe(50n);
    expect(harness.disk.jobs.get('big')?.desired).toBe('running');
    await expect(harness.server.execute('SHOW JOBS', { by })).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(harness.server.pauseJob('big', { by })).rejects.toMatchObject({ code: 'CANCELLED' });
    await harness.clock.advance(30_000);
    expect(harness.clock.sleeping).toBe(0);
    expect(harness.engine.openPipelines).toEqual([]);
  });

  it('row 26: close ends in time whatever hangs, with the desired states kept', async () => {
    const harness = await serverWith(started);
    harness.world.misbehave('quiesce', 'hang');
    harness.world.misbehave('close', 'hang');
    const begun = harness.clock.monotonic();
    await harness.clock.until(harness.server.close());
    expect(harness.clock.monotonic() - begun).toBeLessThan(9_000);
    expect(harness.disk.jobs.get('big')?.desired).toBe('running');
  });

  it('answers many clients at once in an order that could have been', async () => {
    const harness = await serverWith(started);
    const requests = Array.from({ length: 100 }, (_, i) =>
      (i % 2 === 0 ? harness.server.pauseJob('big', { by }) : harness.server.resumeJob('big', { by })).then(
        ({ state }) => state,
      ),
    );
    const states = await harness.clock.until(Promise.all(requests));
    expect(states).toEqual(Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? 'paused' : 'running')));
    expect(harness.server.getJobDetails('big').metrics).toMatchObject({ pauses: 50, resumes: 50 });
  });
});
