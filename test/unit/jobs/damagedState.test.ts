// Row 17: a paused job's database is damaged while no server runs. Whatever is found is said, and nothing comes twice.
import {
  appendFile,
  copyFile,
  mkdtemp,
  open,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { jobDatabase } from '../../../server/jobs/dataDirectory';
import { hostServer, type HostedServer } from '../../../server/jobs/hostedServer';

const by = 'ada';
const startJob = 'START JOB job AS INSERT INTO ids SELECT id FROM src;';
let folder = '';
let server: HostedServer;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'stream-jobs-damaged-'));
  await serve();
  await run(`CREATE TABLE src (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '20000',
      'fields.id.kind' = 'sequence', 'fields.id.start' = '0', 'fields.id.end' = '1000000000');
    CREATE TABLE ids (id BIGINT) WITH ('connector' = 'file', 'path' = 'ids.json', 'format' = 'json');
    CREATE TABLE others (id BIGINT) WITH ('connector' = 'file', 'path' = 'others.json', 'format' = 'json');
    ${startJob}
    START JOB other AS INSERT INTO others SELECT id FROM src;`);
  await goFurther();
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

async function serve(): Promise<void> {
  server = await hostServer({ dataDir: path.join(folder, 'data'), baseDir: folder, log: () => undefined });
}
async function run(sql: string): Promise<void> {
  const { results } = await server.jobs.execute(sql, { by });
  expect(results.map(({ error }) => error)).toEqual(results.map(() => undefined));
}
const state = (name: string) => server.jobs.getJobDetails(name).state;
const batches = () => server.jobs.getJobDetails('job').metrics.batches;
/** Both jobs process something and are paused again. */
async function goFurther(): Promise<void> {
  for (const name of ['job', 'other'])
    if (state(name) === 'paused') await server.jobs.resumeJob(name, { by });
  const before = batches();
  await expect.poll(batches).toBeGreaterThan(before + 3);
  for (const name of ['job', 'other']) await server.jobs.pauseJob(name, { by });
}

const database = (name = 'job') => jobDatabase(path.join(folder, 'data'), name);
const log = () => `${database()}.wal`;
const output = () => readFile(path.join(folder, 'ids.json'), 'utf8');
const copy = () => path.join(folder, 'copy.db');

/** Turns one byte of every page around. */
async function flipBytes(file: string, everyBytes: number): Promise<void> {
  const { size } = await stat(file);
  const handle = await open(file, 'r+');
  for (let at = 8; at < size; at += everyBytes) {
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, at);
    await handle.write(Buffer.from([~(buffer[0] ?? 0) & 0xff]), 0, 1, at);
  }
  await handle.close();
}

const damages: [name: string, does: () => Promise<void>, says: RegExp][] = [
  ['gone', () => rm(database()), /^The state of job is lost: its file .*\.db is gone\.$/],
  ['emptied', () => truncate(database(), 0), /^The state of job is lost: its file .*\.db is empty\.$/],
  ['cut in its first page', () => truncate(database(), 1000), /cannot be read/],
  ['cut behind its headers', () => truncate(database(), 3 * 4096), /cannot be read/],
  [
    'cut in the middle',
    async () => truncate(database(), (await stat(database())).size / 2),
    /cannot be read/,
  ],
  ['of flipped bytes', () => flipBytes(database(), 512), /cannot be read/],
  ['of other bytes', () => writeFile(database(), 'not a database'.repeat(1000)), /cannot be read/],
  ["another job's", () => copyFile(database('other'), database()), /was made by another query/],
  ['an older copy', () => copyFile(copy(), database()), /is an older copy, of \d+ batches, and the job had/],
];

/** Neither RESUME, also from elsewhere, nor RESTART goes on with the job; the other one does. */
async function expectRefused(says: RegExp): Promise<void> {
  const written = await output();
  await serve();
  expect([state('job'), state('other')]).toEqual(['paused', 'paused']);
  const refusal = {
    code: 'STATE_CORRUPT',
    message: expect.stringMatching(says) as string,
    hint: expect.stringMatching(/DROP JOB and start it again/) as string,
  };
  await expect(server.jobs.resumeJob('job', { by })).rejects.toMatchObject(refusal);
  const from = { kind: 'earliest' } as const;
  await expect(server.jobs.resumeJob('job', { by, from })).rejects.toMatchObject(refusal);
  await server.jobs.stopJob('job', { by });
  await expect(server.jobs.restartJob('job', { by })).rejects.toMatchObject(refusal);
  expect(state('job')).toBe('failed');
  expect((await server.jobs.resumeJob('other', { by })).state).toBe('running');
  expect(await output()).toBe(written);
}

/** What it wrote is each id once. */
async function expectExact(): Promise<void> {
  const ids = (await output())
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { id: number }).id);
  expect(ids.findIndex((id, i) => id !== i)).toBe(-1);
}

describe('row 17: torn or corrupt checkpoint: a file that is', () => {
  it.each(damages)('%s is said, nothing begins anew, other jobs go on', async (_name, damage, says) => {
    await server.close();
    await copyFile(database(), copy());
    await serve();
    await goFurther();
    await server.close();
    await damage();
    await expectRefused(says);
  });

  it('of a job of the same name that was dropped is said', async () => {
    await server.close();
    await copyFile(database(), copy());
    await serve();
    await run(`DROP JOB job; ${startJob}`);
    await server.jobs.pauseJob('job', { by });
    await server.close();
    await copyFile(copy(), database());
    await expectRefused(/holds the state of another job/);
  });
});

describe('row 17: torn or corrupt checkpoint: after a crash of a paused job, a log that', () => {
  /** The files of the paused job as a crash leaves them. */
  async function crash(): Promise<void> {
    await copyFile(database(), copy());
    await copyFile(log(), `${copy()}.wal`);
    await server.close();
    await copyFile(copy(), database());
    await copyFile(`${copy()}.wal`, log());
  }
  const half = async () => truncate(log(), Math.floor((await stat(log())).size / 2));

  it.each<[string, () => Promise<void>, RegExp]>([
    ['is gone', () => rm(log()), /holds nothing of it|is an older copy/],
    ['lacks what was committed', half, /holds nothing of it|is an older copy|cannot be read/],
    ['has flipped bytes', () => flipBytes(log(), 512), /holds nothing of it|is an older copy|cannot be read/],
  ])('%s is said, nothing begins anew', async (_name, damage, says) => {
    await crash();
    await damage();
    await expectRefused(says);
  });

  it('is torn behind the last commit costs nothing', async () => {
    const torn = (await readFile(log())).subarray(-40, -10);
    await crash();
    await appendFile(log(), torn);
    await serve();
    await goFurther();
    await expectExact();
  });
});
