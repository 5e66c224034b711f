// Versions of a job over the real engine and real files: what comes out over deployments is what went in, once.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { counting, Deployments, passing, range } from './deployments';
import { fileTables } from './deployments';

let jobs: Deployments;
beforeEach(async () => {
  jobs = new Deployments();
  await jobs.open();
  await jobs.done(fileTables);
});
afterEach(() => jobs.dispose());

describe('DEPLOY ... STRATEGY REPLACE', () => {
  it('goes on at the very next record, in the source and in the sink', async () => {
    jobs.append(500);
    await jobs.done(`START JOB job AS ${passing('1')}`);
    await jobs.drained();
    await jobs.until(() => jobs.server.listJobs()[0]?.lagUnit === 'bytes');
    jobs.append(500);
    const answer = await jobs.done(`DEPLOY JOB job VERSION '2' AS ${passing('2')} STRATEGY ROLLING`);
    expect(answer.message).toBe("job is running, version '2'. On one machine ROLLING is REPLACE.");
    jobs.append(500);
    await jobs.drained();
    await jobs.done('PAUSE JOB job');
    expect(jobs.ids().map(({ id }) => id)).toEqual(range(1500));
    expect(jobs.ids()[0]?.v).toBe('1');
    expect(jobs.ids().at(-1)?.v).toBe('2');
    expect(await jobs.versions()).toEqual([
      ['1', 'previous'],
      ['2', 'active'],
    ]);
    expect(jobs.databases()).toEqual(['1.db']);
  });

  it('of a job to which no record comes answers that it was not tried', async () => {
    jobs.append(5);
    await jobs.done(`START JOB job AS ${passing('1')}`);
    await jobs.drained();
    const untried =
      'No record came while it was on probation; should it fail later, ROLLBACK JOB job goes back.';
    expect((await jobs.done(`DEPLOY JOB job VERSION '2' AS ${passing('2')}`)).message).toBe(
      `job is running, version '2'. ${untried}`,
    );
    const { rows = [] } = await jobs.done('SHOW VERSIONS job');
    expect(rows[1]?.[6]).toBe(untried);
  });

  it('keeps open windows where what they gather is the same, whatever is done with their results', async () => {
    jobs.append(25);
    await jobs.done(`START JOB job AS ${counting('1')}`);
    await jobs.drained();
    // Another projection, a filter on the result, another sink that needs more columns of the same table.
    await jobs.done(`DEPLOY JOB job VERSION '2' AS STATEMENT SET BEGIN
      ${passing('2')}; ${counting('2')} HAVING COUNT(*) > 1; END`);
    jobs.append(26);
    await jobs.drained();
    await jobs.done('PAUSE JOB job');
    expect(jobs.counts().map(({ n, v }) => [n, v])).toEqual([
      [10, '1'],
      [10, '1'],
      [10, '2'],
      [10, '2'],
      [10, '2'],
    ]);
    expect(jobs.ids().map(({ id }) => id)).toEqual(range(51).slice(25));
  });

  it('is refused before anything is done where windows differ, and discards them when told to', async () => {
    jobs.append(25);
    await jobs.done(`START JOB job AS ${counting('1')}`);
    await jobs.drained();
    const refused = await jobs.run(`DEPLOY JOB job VERSION '2' AS ${counting('2', { size: 2 })}`);
    expect(refused.error).toMatchObject({
      code: 'STATE_DIFFERS',
      message:
        "Version '2' of job cannot go on with the state there is: the 1 s windows over orders of the present version " +
        'would be lost; the 2 s windows over orders would begin empty.',
      hint: "WITH ('state' = 'discard') begins at the present position all the same; DEPLOY it so.",
    });
    expect(await jobs.versions()).toEqual([['1', 'active']]);
    const answer = await jobs.done(
      `DEPLOY JOB job VERSION '2' AS ${counting('2', { size: 2 })} WITH ('state' = 'discard')`,
    );
    expect(answer.message).toContain('The 2 s windows over orders began empty.');
    jobs.append(20);
    await jobs.drained();
    await jobs.done('PAUSE JOB job');
    // The window from 2 s on has only what came after the deployment.
    expect(jobs.counts().map(({ n, v }) => [n, v])).toEqual([
      [10, '1'],
      [10, '1'],
      [15, '2'],
    ]);
  });

  it('puts a paused job on the new version without reading, and a failed one to work again', async () => {
    jobs.append(10);
    await jobs.done(`START JOB job PAUSED AS ${passing('1')}`);
    expect((await jobs.done(`DEPLOY JOB job VERSION '2' AS ${passing('2')}`)).message).toBe(
      "job is paused, version '2'. It begins when the job is resumed; should it fail then, ROLLBACK JOB job goes back.",
    );
    expect(jobs.ids()).toEqual([]);
    await jobs.done('RESUME JOB job');
    await jobs.drained();
    expect(jobs.ids().map(({ v }) => v)).toEqual(range(10).map(() => '2'));
    await jobs.done(
      `DEPLOY JOB job VERSION '3' AS INSERT INTO ids SELECT 10 / (id - 15), '3' FROM orders WITH ('on.error' = 'fail')`,
    );
    jobs.append(10);
    await jobs.until(() => jobs.server.getJobDetails('job').state === 'failed');
    await jobs.done(`DEPLOY JOB job VERSION '4' AS ${passing('4')}`);
    await jobs.drained();
    expect(jobs.server.getJobDetails('job')).toMatchObject({ state: 'running', version: '4' });
    expect(
      jobs
        .ids()
        .filter(({ v }) => v !== '3')
        .map(({ id }) => id),
    ).toEqual([...range(10), 15, 16, 17, 18, 19]);
  });
});

describe('a version that fails', () => {
  /** Fails at the order with this id. */
  const failing = (id: number) =>
    `INSERT INTO ids SELECT id + 0 / (id - ${id}), '2' FROM orders WITH ('on.error' = 'fail')`;

  const begin = async (query: string) => {
    await jobs.close();
    await jobs.open(30_000);
    jobs.append(100);
    await jobs.done(`START JOB job AS ${query}`);
    await jobs.drained();
  };

  it('before it committed anything, gives way to the old one: nothing is lost or repeated', async () => {
    await begin(passing('1'));
    await jobs.done(
      "CREATE TABLE nowhere (id BIGINT, v STRING) WITH ('connector' = 'file', 'path' = 'jobs', 'format' = 'json')",
    );
    const sql = `DEPLOY JOB job VERSION '2' AS INSERT INTO nowhere SELECT id, '2' FROM orders`;
    const { error } = await jobs.run(sql);
    expect(error?.code).toBe('DEPLOY_FAILED');
    expect(error?.message).toContain("it is a folder. Version '1' runs again; nothing was lost or repeated.");
    jobs.append(100);
    await jobs.drained();
    await jobs.done('PAUSE JOB job');
    expect(jobs.ids()).toEqual(range(200).map((id) => ({ id, v: '1' })));
    expect(await jobs.versions()).toEqual([
      ['1', 'active'],
      ['2', 'failed'],
    ]);
    expect(jobs.databases()).toHaveLength(1);
  });

  it('after it committed some, gives way where it got to, without a row more or less', async () => {
    await begin(passing('1'));
    jobs.atRest = () => jobs.append(100);
    const { error } = await jobs.run(`DEPLOY JOB job VERSION '2' AS ${failing(150)}`);
    expect(error?.code).toBe('DEPLOY_FAILED');
    expect(error?.message).toContain("Version '1' runs again; it goes on from where the new one got to");
    jobs.append(100);
    await jobs.drained();
    await jobs.done('PAUSE JOB job');
    expect(jobs.ids()).toEqual(range(300).map((id) => ({ id, v: id >= 100 && id < 150 ? '2' : '1' })));
    expect(jobs.databases()).toHaveLength(1);
    const { rows = [] } = await jobs.done('SHOW JOB VERSIONS job');
    expect(String(rows[1]?.[6])).toContain('division by zero');
  });

  it('when a paused job is resumed with it, stays failed until ROLLBACK goes back, as DEPLOY said', async () => {
    jobs.append(100);
    await jobs.done(`START JOB job AS ${passing('1')}`);
    await jobs.drained();
    await jobs.done('PAUSE JOB job');
    jobs.append(100);
    await jobs.done(`DEPLOY JOB job VERSION '2' AS ${failing(150)}`);
    await jobs.done('RESUME JOB job');
    await jobs.until(() => jobs.server.getJobDetails('job').state === 'failed');
    await jobs.done('ROLLBACK JOB job');
    await jobs.drained();
    await jobs.done('PAUSE JOB job');
    expect(jobs.ids()).toEqual(range(200).map((id) => ({ id, v: id >= 100 && id < 150 ? '2' : '1' })));
  });

  it('without agreeing state, gives way to the old one where that stood: its file is cut back', async () => {
    await begin(counting('1'));
    jobs.atRest = () => jobs.append(100);
    const { error } = await jobs.run(
      `DEPLOY JOB job VERSION '2' AS STATEMENT SET BEGIN ${counting('2', { size: 2 })};
        INSERT INTO ids SELECT id + 0 / (id - 150), '2' FROM orders; END WITH ('on.error' = 'fail', 'state' = 'discard')`,
    );
    expect(error?.message).toContain('rows written since then may be repeated');
    jobs.append(101);
    await jobs.until(() => jobs.counts().length === 30);
    await jobs.done('PAUSE JOB job');
    expect(jobs.counts().map(({ n, v }) => [n, v])).toEqual(range(30).map(() => [10, '1']));
  });
});

describe('a version of which every record becomes a dead letter', () => {
  /** Fails at the orders behind this one. */
  const failing = (version: string, from: number) =>
    `INSERT INTO ids SELECT id + 0 / (CASE WHEN id < ${from} THEN 1 ELSE 0 END), '${version}' FROM orders`;

  it.each([
    [
      'REPLACE',
      'DEPLOY_FAILED',
      /^Version '2' of job failed: Each of the 100 records it read failed, the first with: .*division by zero.*\. Version '1' runs again; nothing was lost or repeated\.$/,
    ],
    [
      'BLUE_GREEN',
      'BAD_RECORD',
      /^Each of the 100 records it read failed, the first with: .*division by zero.*\.$/,
    ],
  ])('gives way to the old one, which takes those records: %s', async (strategy, code, message) => {
    jobs.append(100);
    await jobs.done(`START JOB job AS ${passing('1')}`);
    await jobs.drained();
    jobs.atRest = () => jobs.append(100);
    const { error } = await jobs.run(
      `DEPLOY JOB job VERSION '2' AS ${failing('2', 100)} STRATEGY ${strategy}`,
    );
    expect(error?.code).toBe(code);
    expect(error?.message).toMatch(message);
    jobs.append(100);
    await jobs.drained();
    await jobs.done('PAUSE JOB job');
    expect(jobs.ids()).toEqual(range(300).map((id) => ({ id, v: '1' })));
    expect((await jobs.done('SHOW DEAD LETTERS FOR job')).rows).toEqual([]);
    const { rows = [] } = await jobs.done('SHOW VERSIONS job');
    expect(rows.map((row) => row.slice(0, 2))).toEqual([
      ['1', 'active'],
      ['2', 'failed'],
    ]);
    expect(String(rows[1]?.[6])).toContain('division by zero');
    await jobs.until(() => jobs.databases().length === 1);
  });

  it("with 'on.error' = 'skip' too, of which no error is kept", async () => {
    jobs.append(100);
    await jobs.done(`START JOB job AS ${passing('1')}`);
    await jobs.drained();
    jobs.atRest = () => jobs.append(1);
    const sql = `DEPLOY JOB job VERSION '2' AS ${failing('2', 100)} WITH ('on.error' = 'skip')`;
    expect((await jobs.run(sql)).error?.message).toContain('The one record it read failed. Version');
    await jobs.drained();
    await jobs.until(() => jobs.ids().length === 101);
  });

  it('stays when it took one of them, and where the job it came to did not run', async () => {
    jobs.append(100);
    await jobs.done(`START JOB job AS ${passing('1')}`);
    await jobs.drained();
    jobs.atRest = () => jobs.append(100);
    await jobs.done(`DEPLOY JOB job VERSION '2' AS ${failing('2', 101)}`);
    await jobs.drained();
    expect(jobs.server.getJobDetails('job')).toMatchObject({ version: '2', recordsFailed: 99 });
    await jobs.done('STOP JOB job');
    jobs.append(1);
    // To get past a record that nobody can read.
    await jobs.done(`DEPLOY JOB job VERSION '3' AS ${failing('3', 200)}`);
    await jobs.drained();
    expect(jobs.server.getJobDetails('job')).toMatchObject({ version: '3', recordsFailed: 100 });
  });
});

describe('DEPLOY ... STRATEGY BLUE_GREEN', () => {
  it('has the new version fill its windows from the log, unseen, and take over where the old one ends', async () => {
    jobs.append(25);
    await jobs.done(`START JOB job AS ${counting('1')}`);
    await jobs.drained();
    const more = setInterval(() => jobs.append(7), 10);
    const answer = await jobs.done(
      `DEPLOY JOB job VERSION '2' AS STATEMENT SET BEGIN ${counting('2', { size: 2 })}; ${passing('2')}; END STRATEGY BLUE_GREEN`,
    );
    clearInterval(more);
    expect(answer.message).toBe("job is running, version '2'. Its windows were filled from the log.");
    jobs.append(200);
    await jobs.drained();
    await jobs.done('PAUSE JOB job');
    const counts = jobs.counts();
    const old = counts.filter(({ v }) => v === '1');
    const next = counts.filter(({ v }) => v === '2');
    expect(old.every(({ n }) => n === 10)).toBe(true);
    // Not one window of the new version has less than all its orders, and they begin where the old ones end.
    expect(next.length).toBeGreaterThan(5);
    expect(next.every(({ n }) => n === 20)).toBe(true);
    const ends = Date.parse(String(old.at(-1)?.start).replace(' ', 'T')) + 1000;
    const begins = Date.parse(String(next[0]?.start).replace(' ', 'T'));
    expect([0, 1000]).toContain(ends - begins);
    const ids = jobs.ids().map(({ id }) => id);
    expect(ids).toEqual(range(jobs.appended).slice(ids[0]));
    expect(jobs.databases()).toHaveLength(1);
  });

  it('with the state there is, loses and repeats nothing while records come', async () => {
    jobs.append(500);
    await jobs.done(`START JOB job AS ${passing('1')}`);
    const more = setInterval(() => jobs.append(50), 5);
    await jobs.done(`DEPLOY JOB job VERSION '2' AS ${passing('2')} STRATEGY BLUE_GREEN`);
    clearInterval(more);
    jobs.append(50);
    await jobs.drained();
    await jobs.done('PAUSE JOB job');
    expect(jobs.ids().map(({ id }) => id)).toEqual(range(jobs.appended));
    expect(jobs.ids().at(-1)?.v).toBe('2');
    expect(jobs.server.getJobDetails('job').recordsIn).toBe(jobs.appended);
  });

  it('that fails beside the old one leaves it untouched; it is refused beside a job that does not run', async () => {
    jobs.append(100);
    await jobs.done(`START JOB job AS ${counting('1')}`);
    await jobs.drained();
    const sql = `DEPLOY JOB job VERSION '2' AS INSERT INTO ids SELECT id + 0 / (id - 50), '2' FROM orders
      WITH ('on.error' = 'fail') STRATEGY BLUE_GREEN`;
    expect((await jobs.run(sql)).error?.message).toContain('division by zero');
    expect(jobs.ids()).toEqual([]);
    jobs.append(11);
    await jobs.until(() => jobs.counts().length === 11);
    await jobs.until(() => jobs.databases().length === 1);
    expect(await jobs.versions()).toEqual([
      ['1', 'active'],
      ['2', 'failed'],
    ]);
    await jobs.done('PAUSE JOB job');
    expect((await jobs.run(sql.replace("'2' AS I", "'3' AS I"))).error?.code).toBe('JOB_NOT_RUNNING');
  });
});

describe('the name of a version', () => {
  it.each(['', '  ', 'a\nb', 'x'.repeat(101)])('is not %j', async (version) => {
    jobs.append(1);
    await jobs.done(`START JOB job AS ${passing('1')}`);
    for (const strategy of ['REPLACE', 'BLUE_GREEN']) {
      const { error } = await jobs.run(
        `DEPLOY JOB job VERSION '${version}' AS ${passing('2')} STRATEGY ${strategy}`,
      );
      expect(error?.code).toBe('BAD_NAME');
      expect(error?.hint).toContain('1 to 100');
    }
    expect(await jobs.versions()).toEqual([['1', 'active']]);
  });
});

describe('ROLLBACK', () => {
  it('says of this time only where it came from, however often it went back before', async () => {
    jobs.append(10);
    await jobs.done(`START JOB job AS ${counting('1')}`);
    await jobs.drained();
    for (const version of ['2', '3']) {
      await jobs.done(`DEPLOY JOB job VERSION '${version}' AS ${counting(version)}`);
      expect((await jobs.done("ROLLBACK JOB job TO VERSION '1'")).message).toBe(
        `job is running, version '1'. Rolled back from '${version}'.`,
      );
    }
  });

  it('goes back to the version before, from where the job stands, with its state', async () => {
    jobs.append(25);
    await jobs.done(`START JOB job AS ${counting('1')}`);
    await jobs.drained();
    await jobs.done(`DEPLOY JOB job VERSION '2' AS ${counting('2')}`);
    jobs.append(10);
    await jobs.drained();
    expect((await jobs.done('ROLLBACK JOB job')).message).toBe(
      "job is running, version '1'. Rolled back from '2'.",
    );
    jobs.append(16);
    await jobs.drained();
    await jobs.done('PAUSE JOB job');
    expect(jobs.counts().map(({ n, v }) => [n, v])).toEqual([
      [10, '1'],
      [10, '1'],
      [10, '2'],
      [10, '1'],
      [10, '1'],
    ]);
    expect(await jobs.versions()).toEqual([
      ['1', 'active'],
      ['2', 'rolled back'],
    ]);
    expect((await jobs.run('ROLLBACK JOB job')).error?.code).toBe('VERSION_NOT_FOUND');
    expect((await jobs.run("ROLLBACK JOB job TO VERSION '7'")).error).toMatchObject({
      code: 'VERSION_NOT_FOUND',
      hint: "Its versions are '1', '2'.",
    });
    expect((await jobs.run(`DEPLOY JOB job VERSION '2' AS ${counting('2')}`)).error?.code).toBe(
      'VERSION_EXISTS',
    );
    await jobs.done("ROLLBACK JOB job VERSION '2'");
    expect(jobs.server.getJobDetails('job').version).toBe('2');
  });
});
