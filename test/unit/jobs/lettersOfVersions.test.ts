// Dead letters with the real engine: over a deployment, where the new query can compute what the old one could not, and
// of a job whose file is gone.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { jobDatabase } from '../../../server/jobs/dataDirectory';
import { StreamJobServer } from '../../../server/jobs/streamJobServer';
import { systemClock } from '../../../server/jobs/systemClock';
import { folderEngine } from '../../folderEngine';

let folder: string;
let server: StreamJobServer;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'letters-of-versions-'));
  server = await open();
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

function open(): Promise<StreamJobServer> {
  return StreamJobServer.open({ dataDir: folder, engine: folderEngine(folder), clock: systemClock });
}

async function run(sql: string): Promise<{ message?: string; rows: unknown[][] }> {
  const last = (await server.execute(sql, { by: 'test' })).results.at(-1);
  if (last?.ok !== true) throw new Error(`${sql}: ${JSON.stringify(last?.error)}`);
  return { rows: last.rows ?? [], ...(last.message === undefined ? {} : { message: last.message }) };
}

const numbersOfLetters = async () => (await run('SHOW DEAD LETTERS FOR job')).rows.map(([number]) => number);

it('a fixed query takes what the one before it could not, and they are seen from its own database', async () => {
  await writeFile(path.join(folder, 'in.json'), '{"v":"1"}\n{"v":"two"}\n{"v":"3"}\n');
  const table = (name: string, column: string) =>
    `CREATE TABLE ${name} (${column}) WITH ('connector' = 'file', 'path' = '${name}.json', 'format' = 'json');`;
  await run(`${table('in', 'v STRING').replace('TABLE in', 'TABLE `in`')}${table('out', 'v INT')}
    START JOB job AS INSERT INTO \`out\` SELECT CAST(v AS INT) FROM \`in\`;`);
  await expect.poll(() => server.getJobDetails('job').recordsIn, { timeout: 10_000 }).toBe(3);
  expect(await numbersOfLetters()).toEqual([1]);
  await run("DEPLOY JOB job VERSION '2' AS INSERT INTO `out` SELECT TRY_CAST(v AS INT) FROM `in`;");
  await run('PAUSE JOB job');
  await server.close();
  server = await open();
  expect(await numbersOfLetters()).toEqual([1]);
  await run('RESUME JOB job');
  expect((await run('RETRY DEAD LETTER 1 FOR job')).message).toBe(
    '1 dead letter of job succeeded, 0 failed again.',
  );
  expect(await numbersOfLetters()).toEqual([]);
  expect(await readFile(path.join(folder, 'out.json'), 'utf8')).toBe('{"v":1}\n{"v":3}\n{"v":null}\n');
}, 30_000);

it('row 17: torn or corrupt checkpoint: a file that is gone is said, and is not the same as no letters', async () => {
  await writeFile(path.join(folder, 'in.json'), '{"v":"two"}\n');
  await run(`CREATE TABLE src (v STRING) WITH ('connector' = 'file', 'path' = 'in.json', 'format' = 'json');
    CREATE TABLE nowhere (v INT) WITH ('connector' = 'blackhole');
    START JOB lost AS INSERT INTO nowhere SELECT CAST(v AS INT) FROM src;
    START JOB whole AS INSERT INTO nowhere SELECT CAST(v AS INT) FROM src;`);
  for (const job of ['lost', 'whole']) {
    await expect.poll(() => server.getJobDetails(job).deadLetters?.kept, { timeout: 10_000 }).toBe(1);
    await run(`PAUSE JOB ${job} COLD`);
  }
  await rm(jobDatabase(folder, 'lost'));
  const [refused] = (await server.execute('SHOW DEAD LETTERS FOR lost', { by: 'test' })).results;
  expect(refused?.error).toMatchObject({
    code: 'STATE_CORRUPT',
    message: expect.stringMatching(/^The state of lost is lost: its file .* is gone\.$/) as string,
  });
  const ofAll = await run('SHOW DEAD LETTERS');
  expect(ofAll.rows.map(([, job]) => job)).toEqual(['whole']);
  expect(ofAll.message).toMatch(/^1 dead letter; unknown for lost: The state of lost is lost: .* is gone\.$/);
}, 30_000);
