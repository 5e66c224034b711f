// The command line as scripts rely on it: what it prints where, its JSON shapes, its exit codes.
import { execFile, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CheckedFile } from '../../../server/protocol/languageServer';
import type { JobSnapshot } from '../../../server/protocol/jobs';
import type { ExecuteResult } from '../../../server/protocol/results';
import { kill, Workplace } from './process';

let place: Workplace;
beforeEach(async () => {
  place = await Workplace.make();
});
afterEach(() => place.dispose());

/** What a command writes first to its standard error. */
async function firstText({ stderr }: ChildProcess): Promise<string> {
  if (stderr === null) throw new Error('It has no standard error.');
  const [text] = (await once(stderr, 'data')) as [Buffer];
  return text.toString();
}

const script = `
CREATE TABLE numbers (id BIGINT, word STRING) WITH ('connector' = 'datagen', 'rows-per-second' = '1000',
  'fields.id.kind' = 'sequence', 'fields.id.start' = '1');
CREATE TABLE even (id BIGINT) WITH ('connector' = 'file', 'path' = 'even.ndjson', 'format' = 'json');
START JOB evens AS INSERT INTO even SELECT id FROM numbers WHERE MOD(id, 2) = 0;
`;

describe('usage', () => {
  it.each([
    [[], 2, /Say what to do/],
    [['fly'], 2, /no command fly/],
    [['exec'], 2, /exec takes a statement/],
    [['exec', 'PAUSE', 'JOB'], 2, /put the whole statement in quotes/],
    [['run'], 2, /run takes one file/],
    [['run', 'missing.sql'], 2, /missing.sql cannot be read/],
    [['check', 'missing.sql'], 2, /missing.sql cannot be read/],
    [['serve', '--metrics-port', 'x'], 2, /port from 0 to 65535/],
    [['serve', '--metrics-port', ''], 2, /port from 0 to 65535/],
    [['serve', '--pause-warm-time', 'long'], 2, /--pause-warm-time: .*takes a duration such as 5 s/],
    [['serve', '--memory-limit', '100MB'], 2, /--memory-limit: .*at least 512MB/s],
    [['serve', '--data-dir', __filename], 1, /STORAGE: .*cli\.test\.ts/],
    [['run', 'a.sql', '--for', '10'], 2, /a time such as 10s/],
    [['jobs', '--wat'], 2, /--wat/],
    [['language-server'], 2, /--stdio/],
  ])('%j ends with %i', async (args, code, message) => {
    const outcome = await place.run(args);
    expect(outcome).toMatchObject({ code, stdout: '' });
    expect(outcome.stderr).toMatch(message);
  });

  it('prints help and version on standard output', async () => {
    expect(await place.run(['--version'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
    for (const command of ['run', 'serve', 'exec', 'jobs', 'check', 'language-server']) {
      const { code, stdout } = await place.run([command, '--help']);
      expect(code).toBe(0);
      expect(stdout).toContain(`Usage: stream-jobs ${command}`);
    }
  });

  it('is started by npx in the project, as README shows', async () => {
    // A cache of its own, so that nothing is left behind; offline, as all that it takes is here.
    const env = { ...process.env, npm_config_cache: place.file('npm'), npm_config_offline: 'true' };
    const options = { cwd: path.join(__dirname, '../../..'), env, shell: process.platform === 'win32' };
    const { stdout } = await promisify(execFile)('npx', ['stream-jobs', '--version'], options);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each([[['exec', 'SHOW JOBS']], [['jobs']]])('%j without a server ends with 3', async (args) => {
    const outcome = await place.run(args);
    expect(outcome.code).toBe(3);
    expect(outcome.stderr).toMatch(/No stream job server runs on .*\n.*stream-jobs serve/);
  });
});

describe('check', () => {
  it('prints diagnostics with places, and as JSON', async () => {
    await writeFile(place.file('a.sql'), 'PAUSE orders;');
    const text = await place.run(['check', 'a.sql']);
    expect(text).toMatchObject({ code: 1, stdout: expect.stringMatching(/^a.sql:1:\d+ error SJ1\d\d /) });
    const { stdout } = await place.run(['check', '--json', 'a.sql']);
    const [file] = JSON.parse(stdout) as CheckedFile[];
    expect(file).toMatchObject({
      file: 'a.sql',
      diagnostics: [{ severity: 'error', fix: 'PAUSE JOB orders' }],
    });
  });

  it('reads standard input, refuses what is not UTF-8, is content with a good file', async () => {
    expect(await place.run(['check', '-'], 'SELECT 1;')).toMatchObject({ code: 0 });
    await writeFile(place.file('latin1.sql'), Buffer.from([0x2d, 0x2d, 0x20, 0xe9, 0xff]));
    expect(await place.run(['check', 'latin1.sql'])).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/not UTF-8/),
    });
    await writeFile(place.file('good.sql'), script);
    expect(await place.run(['check', 'good.sql'])).toMatchObject({ code: 0, stdout: '' });
  });
});

describe('serve, exec and jobs', () => {
  it('keep paused jobs warm for as long as --pause-warm-time says, unless they say it themselves', async () => {
    await place.serve('--pause-warm-time', '0s');
    await place.exec(`${script} PAUSE JOB evens;`);
    expect(await job('evens')).toMatchObject({ state: 'paused', depth: 'cold' });
    await place.exec(
      `CREATE TABLE nowhere (id BIGINT) WITH ('connector' = 'blackhole');
       START JOB others AS INSERT INTO nowhere SELECT id FROM numbers WITH ('pause.warm-time' = '1 h');
       PAUSE JOB others;`,
    );
    expect(await job('others')).toMatchObject({ state: 'paused', depth: 'warm' });
  });

  it('run a job, pause it, survive kill -9 and resume without losing or repeating a row', async () => {
    const first = await place.serve();
    expect(first.line).toContain('ready');
    const started = (await place.exec(script)) as ExecuteResult;
    expect(started.results.map(({ ok }) => ok)).toEqual([true, true, true]);

    const paused = (await place.exec(`PAUSE JOB evens WITH REASON 'look'`)) as ExecuteResult;
    expect(paused.results[0]).toMatchObject({ ok: true });
    const before = await job('evens');
    expect(before).toMatchObject({
      state: 'paused',
      desired: 'paused',
      pause: { reason: 'look', by: 'cli' },
    });
    await kill(first.child, 'SIGKILL');

    const second = await place.serve();
    const after = await job('evens');
    expect(after).toMatchObject({
      state: 'paused',
      recordsIn: before.recordsIn,
      recordsOut: before.recordsOut,
    });
    const again = (await place.exec('PAUSE JOB evens')) as ExecuteResult;
    expect(again.results[0]).toMatchObject({ ok: false, error: { code: 'JOB_NOT_RUNNING' } });

    await place.exec('RESUME JOB evens');
    await expect
      .poll(async () => (await job('evens')).recordsIn, { timeout: 10_000 })
      .toBeGreaterThan(before.recordsIn);
    expect(await kill(second.child, 'SIGTERM')).toBe(0);

    const ids = (await readFile(place.file('even.ndjson'), 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { id: number }).id);
    expect(ids).toEqual(ids.map((_, i) => 2 * (i + 1)));
    expect(ids.length).toBeGreaterThan(before.recordsOut);
  }, 60_000);

  it('a second server on the same data directory is refused, naming the first', async () => {
    const { child } = await place.serve();
    const outcome = await place.run(['serve']);
    expect(outcome).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(new RegExp(`SERVER_RUNNING.*${child.pid}`)),
    });
  });

  it('exec says what a DEPLOY waits for', async () => {
    await place.serve();
    const files = (id: string) => `INSERT INTO copies SELECT ${id} FROM lines`;
    await writeFile(place.file('lines.ndjson'), '');
    await place.exec(
      `CREATE TABLE lines (id BIGINT) WITH ('connector' = 'file', 'path' = 'lines.ndjson', 'format' = 'json');
       CREATE TABLE copies (id BIGINT) WITH ('connector' = 'file', 'path' = 'copies.ndjson', 'format' = 'json');
       START JOB copy AS ${files('id')};`,
    );
    const deploying = place.spawn(['exec', `DEPLOY JOB copy VERSION '2' AS ${files('id + 1')}`]);
    expect(await firstText(deploying)).toMatch(
      /^copy: version '2' is on probation until it has committed a few batches, for \d+ s at most\.\n/,
    );
    await kill(deploying, 'SIGKILL');
  });

  it('exec stops at the first statement that fails and says where', async () => {
    await place.serve();
    const outcome = await place.run(['exec', 'SHOW JOBS;\nPAUSE JOB nothing; SHOW JOBS', '--json']);
    expect(outcome.code).toBe(1);
    const { results } = JSON.parse(outcome.stdout) as ExecuteResult;
    expect(results).toHaveLength(2);
    expect(results[1]).toMatchObject({
      ok: false,
      error: { code: 'JOB_NOT_FOUND', range: { start: { line: 1, character: 10 } } },
    });
  });

  it('exec shows the rows of a query up to its limit', async () => {
    await place.serve();
    await place.exec(script);
    const { results } = (await place.exec('SELECT id FROM numbers LIMIT 3')) as ExecuteResult;
    expect(results[0]).toMatchObject({ ok: true, columns: ['id'], rows: [[1], [2], [3]] });
  });

  it('exec shows the rows of each query of a script', async () => {
    await place.serve();
    await place.exec(script);
    const query = 'SELECT id FROM numbers LIMIT 3';
    const { results } = (await place.exec(`${query}; ${query}; ${query}`)) as ExecuteResult;
    expect(results.map(({ rows }) => rows)).toEqual(Array(3).fill([[1], [2], [3]]));
  });

  it('nothing is left of a job that was dropped, nor of a query that ended', async () => {
    await place.serve();
    await place.exec(script);
    await place.exec('SELECT id FROM numbers LIMIT 3');
    await place.exec('DROP JOB evens');
    await expect.poll(() => readdir(path.join(place.dataDir, 'jobs'))).toEqual([]);
  });

  it('serves metrics on loopback when asked', async () => {
    const { line } = await place.serve('--metrics-port', '0');
    await place.exec(script);
    const url = /http:\/\/127\.0\.0\.1:\d+\S*/.exec(line)?.[0];
    const text = await (await fetch(url ?? '')).text();
    expect(text).toMatch(/^# TYPE jobs_paused_total counter$/m);
  });
});

describe('run', () => {
  it('runs a script, shows its jobs and leaves them as they were', async () => {
    await writeFile(place.file('jobs.sql'), script);
    const { code, stdout } = await place.run(['run', 'jobs.sql', '--for', '2s', '--json']);
    expect(code).toBe(0);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.filter((line) => 'result' in line)).toHaveLength(3);
    expect(lines.some((line) => 'jobs' in line)).toBe(true);
    await place.serve();
    expect(await job('evens')).toMatchObject({ desired: 'running' });
  }, 30_000);

  it('ends with 1 when a statement fails', async () => {
    await writeFile(place.file('bad.sql'), 'START JOB a AS SELECT nothing FROM nowhere;');
    const { code, stderr } = await place.run(['run', 'bad.sql', '--for', '1s']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/nowhere/);
  });
});

async function job(name: string): Promise<JobSnapshot> {
  const { stdout } = await place.run(['jobs', '--json']);
  const found = (JSON.parse(stdout) as JobSnapshot[]).find((snapshot) => snapshot.name === name);
  if (!found) throw new Error(`no job ${name}`);
  return found;
}
