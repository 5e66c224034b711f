// PAUSE, RESUME, STOP, RESTART and DROP JOB, run against a server over fakes.
import { describe, expect, it } from 'vitest';
import { query, serverWith, tables, type ServerHarness } from '../servers';

const started = `${tables} START JOB big AS ${query};`;

describe('pausing, resuming and stopping', () => {
  const three = `${tables} START JOB a_1 AS ${query}; START JOB a_2 AS ${query}; START JOB b AS ${query};`;
  const states = (harness: ServerHarness) =>
    harness.server.listJobs().map(({ name, state }) => `${name} ${state}`);

  it('one job, with its reason, for a while', async () => {
    const harness = await serverWith(started);
    const result = await harness.run(`PAUSE JOB big WITH REASON 'index rebuild' FOR INTERVAL '30' MINUTE`);
    expect(result).toMatchObject({ ok: true, message: 'big is paused.' });
    expect(harness.server.getJobDetails('big').pause).toEqual({
      pausedAt: expect.any(String) as string,
      by: 'ada',
      reason: 'index rebuild',
      until: expect.stringMatching(/^2026-01-01T10:30:00/) as string,
    });
    await harness.clock.advance(31 * 60_000);
    expect(harness.server.getJobDetails('big').state).toBe('running');
  });

  it('several names: each its own row; one that fails does not stop the others', async () => {
    const harness = await serverWith(`${three} PAUSE JOB b;`);
    const { results } = await harness.execute('PAUSE JOB a_1, a2, b, a_2; DROP JOB b');
    expect(results).toHaveLength(1);
    expect(results[0]).toMatchObject({
      ok: false,
      message: '2 of 4 jobs paused.',
      columns: ['job', 'result', 'message'],
      rows: [
        ['a_1', 'paused', 'a_1 is paused.'],
        ['a2', 'JOB_NOT_FOUND', 'There is no job a2.'],
        ['b', 'JOB_NOT_RUNNING', expect.stringContaining('b is already paused since') as string],
        ['a_2', 'paused', 'a_2 is paused.'],
      ],
      error: { code: 'JOB_NOT_FOUND' },
    });
    expect(states(harness)).toEqual(['a_1 paused', 'a_2 paused', 'b paused']);
  });

  it('LIKE and ALL mean the jobs that are not so already', async () => {
    const harness = await serverWith(`${three} PAUSE JOB a_1;`);
    expect(await harness.run(`PAUSE JOBS LIKE 'a\\_%'`)).toMatchObject({ message: 'No job to be paused.' });
    expect(await harness.run(`PAUSE JOBS LIKE 'a__'`)).toMatchObject({ message: 'a_2 is paused.' });
    expect(await harness.run('RESUME ALL JOBS')).toMatchObject({ message: '2 of 2 jobs resumed.' });
    expect(await harness.run('PAUSE ALL JOBS')).toMatchObject({ message: '3 of 3 jobs paused.' });
    expect(states(harness)).toEqual(['a_1 paused', 'a_2 paused', 'b paused']);
    expect(await harness.run('PAUSE ALL JOBS')).toMatchObject({ message: 'No job to be paused.' });
  });

  it('COLD means warm ones too, and says what became of each', async () => {
    const harness = await serverWith(`${three} PAUSE JOB a_1; PAUSE JOB b COLD;`);
    expect(await harness.run('PAUSE ALL JOBS COLD')).toMatchObject({
      message: '2 of 2 jobs paused.',
      rows: [
        ['a_1', 'paused', 'a_1 is paused, cold: it keeps no connection and no memory.'],
        ['a_2', 'paused', 'a_2 is paused, cold: it keeps no connection and no memory.'],
      ],
    });
    expect(harness.engine.openPipelines).toEqual([]);
    const { rows = [] } = await harness.run('SHOW STATUS');
    expect(rows.map((row) => row[4])).toEqual(['cold', 'cold', 'cold']);
    expect(await harness.run('PAUSE ALL JOBS COLD')).toMatchObject({ message: 'No job to be paused.' });
    const again = await harness.refused('PAUSE JOB b COLD');
    expect(again?.code).toBe('JOB_NOT_RUNNING');
  });

  it("'pause.warm-time' says how long a pause stays warm; 0: not at all", async () => {
    const start = (name: string, warm: string) =>
      `START JOB ${name} AS ${query} WITH ('pause.warm-time' = '${warm}');`;
    const harness = await serverWith(
      `${tables} ${start('none', '0')} ${start('hour', '1 h')} START JOB usual AS ${query};`,
    );
    const depths = () => harness.server.listJobs().map(({ name, depth }) => `${name} ${String(depth)}`);
    await harness.run('PAUSE ALL JOBS');
    expect(depths()).toEqual(['hour warm', 'none cold', 'usual warm']);
    await harness.clock.advance(11 * 60_000);
    expect(depths()).toEqual(['hour warm', 'none cold', 'usual cold']);
    await harness.clock.advance(50 * 60_000);
    expect(depths()).toEqual(['hour cold', 'none cold', 'usual cold']);
  });

  it('IF EXISTS makes a notice of a job that is not there', async () => {
    const harness = await serverWith(started);
    for (const verb of ['PAUSE', 'RESUME', 'STOP', 'DROP']) {
      expect(await harness.run(`${verb} JOB IF EXISTS nobody`)).toMatchObject({
        message: 'There is no job nobody: nothing to do.',
      });
      expect(await harness.refused(`${verb} JOB bg`)).toEqual({
        code: 'JOB_NOT_FOUND',
        message: 'There is no job bg.',
        hint: 'Did you mean big?',
        range: {
          start: { line: 0, character: verb.length + 5 },
          end: { line: 0, character: verb.length + 7 },
        },
      });
    }
  });

  it('a resume refused for records that were deleted says of which jobs, so that the loss can be accepted', async () => {
    const harness = await serverWith(`${three} PAUSE JOB a_1, b;`);
    harness.world.log = { start: 300n, end: 1_000n };
    const refused = async (sql: string) => (await harness.execute(sql)).results.at(-1);
    const lost = (job: string) => ({
      job,
      message: expect.stringMatching(`^${job} cannot go on where it stopped: .* 300 lost`) as string,
    });
    expect(await refused('SHOW JOBS; RESUME JOB a_1; RESUME JOB b')).toMatchObject({
      statement: 'RESUME JOB a_1',
      error: { code: 'DATA_LOSS', range: { start: { line: 0, character: 22 }, end: { character: 25 } } },
      dataLoss: [lost('a_1')],
    });
    expect(await refused('RESUME JOB a_2, b, a_1')).toMatchObject({
      error: { code: 'JOB_NOT_PAUSED' },
      dataLoss: [lost('b'), lost('a_1')],
    });
    // Accepted, it would go on for good and not for one record.
    expect(await refused('RESUME JOB b FOR 1 RECORDS')).not.toHaveProperty('dataLoss');
    expect(await refused('RESUME JOB a_2')).not.toHaveProperty('dataLoss');
  });

  it('stops, restarts and drops', async () => {
    const harness = await serverWith(started);
    expect(await harness.run('STOP JOB big')).toMatchObject({ message: 'big is stopped.' });
    expect(await harness.refused('PAUSE JOB big')).toMatchObject({ code: 'JOB_NOT_RUNNING' });
    expect(await harness.run('RESTART JOB big')).toMatchObject({ message: 'big is running.' });
    expect(await harness.run('DROP JOB big')).toMatchObject({ message: 'big is dropped.' });
    expect(harness.server.listJobs()).toEqual([]);
    await harness.run(`START JOB big AS ${query}`);
  });
});
