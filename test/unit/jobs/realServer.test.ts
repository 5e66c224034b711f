// The matrix's rows that need the real thing, without a broker: real sockets, files and databases.
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hostServer, type HostedServer } from '../../../server/jobs/hostedServer';
import { connectToJobServer } from '../../../server/protocol/connect';
import type { JobDetails } from '../../../server/protocol/jobs';
import * as protocol from '../../../server/protocol/rpc';

const by = 'ada';
let folder = '';
let server: HostedServer;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'stream-jobs-real-'));
  server = await hostServer({ dataDir: path.join(folder, 'data'), baseDir: folder, log: () => undefined });
  const { results } = await server.jobs.execute(
    `CREATE TABLE src (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '20000',
       'fields.id.kind' = 'sequence', 'fields.id.start' = '0', 'fields.id.end' = '1000000000');
     CREATE TABLE ids (id BIGINT) WITH ('connector' = 'file', 'path' = 'ids.json', 'format' = 'json');
     START JOB job AS INSERT INTO ids SELECT id FROM src WITH ('batch.records' = '500');`,
    { by },
  );
  expect(results.map(({ error }) => error)).toEqual(results.map(() => undefined));
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

const job = (): JobDetails => server.jobs.getJobDetails('job');
/** What it wrote is each id once, up to where it stands. */
async function expectExact(): Promise<void> {
  const { pauseHistory } = job();
  const text = await readFile(path.join(folder, 'ids.json'), 'utf8');
  const ids = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { id: number }).id);
  expect(pauseHistory.at(-1)?.offsets[0]?.position).toBe(String(ids.length));
  expect(ids.findIndex((id, i) => id !== i)).toBe(-1);
}

describe('a real job server', () => {
  it('row 29: many cycles: 1000 under load, no row lost and none twice', async () => {
    for (let cycle = 0; cycle < 1000; cycle++) {
      await server.jobs.pauseJob('job', { by });
      await server.jobs.resumeJob('job', { by });
    }
    await server.jobs.pauseJob('job', { by });
    expect(job().metrics).toMatchObject({ pauses: 1001, resumes: 1000 });
    await expectExact();
  }, 180_000);

  it('row 20: client gone in the middle of a call: the call finishes, and asking again says so', async () => {
    const dataDir = path.join(folder, 'data');
    const leaving = await connectToJobServer(dataDir, 'leaving');
    const lost = leaving.rpc.sendRequest(protocol.pauseJob, { name: 'job', options: { by, reason: 'left' } });
    lost.catch(() => undefined);
    await expect.poll(() => job().state).not.toBe('running');
    leaving.rpc.dispose();
    await expect.poll(() => job().state).toBe('paused');
    const { rpc } = await connectToJobServer(dataDir, 'staying');
    const again = rpc.sendRequest(protocol.pauseJob, { name: 'job', options: { by } });
    await expect(again).rejects.toMatchObject({ data: { code: 'JOB_NOT_RUNNING' } });
    await expect(again).rejects.toThrow(/paused since .* by ada \(reason: left\)/);
    const details = await rpc.sendRequest(protocol.resumeJob, { name: 'job', by });
    expect(details.metrics).toMatchObject({ pauses: 1, resumes: 1 });
    rpc.dispose();
  });

  it('row 31: two servers, one data folder: the second refuses and the first serves on', async () => {
    const dataDir = path.join(folder, 'data');
    const cli = path.join(__dirname, '../../../dist/job-server.js');
    const second = spawnSync(process.execPath, [cli, '--data-dir', dataDir], { encoding: 'utf8' });
    expect(second.status).toBe(1);
    expect(second.stderr).toContain(
      `SERVER_RUNNING: A stream job server (process ${process.pid}) already runs`,
    );
    const again = hostServer({ dataDir, baseDir: folder, log: () => undefined });
    await expect(again).rejects.toMatchObject({ code: 'SERVER_RUNNING' });
    const { rpc } = await connectToJobServer(dataDir, 'test');
    expect(await rpc.sendRequest(protocol.listJobs, {})).toMatchObject([{ name: 'job', state: 'running' }]);
    rpc.dispose();
  });
});
