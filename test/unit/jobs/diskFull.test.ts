// A server whose data directory runs out of space, on a real small disk.
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StreamJobServer } from '../../../server/jobs/streamJobServer';
import { systemClock } from '../../../server/jobs/systemClock';
import type { JobDetails } from '../../../server/protocol/jobs';
import { folderEngine } from '../../folderEngine';
import { missingForSmallDisk, SmallDisk } from './smallDisk';

const missing = missingForSmallDisk();
const isCi = (process.env.CI ?? '') !== '';
if (missing !== undefined) console.warn(`*** DISK TESTS SKIPPED: no small disk here (${missing}) ***`);

/** A job over a file that is elsewhere: it never is in need of space. */
const script = (file: string) => `
  CREATE TABLE lines (id BIGINT) WITH ('connector' = 'file', 'path' = '${file}', 'format' = 'json', 'follow' = 'true');
  CREATE TABLE nowhere (id BIGINT) WITH ('connector' = 'blackhole');
  START JOB copy AS INSERT INTO nowhere SELECT id FROM lines;`;

describe.skipIf(missing !== undefined && !isCi)('row 18: disk full', () => {
  let disk: SmallDisk;
  let server: StreamJobServer | undefined;
  let written = 0;
  const log: string[] = [];
  const elsewhere = mkdtempSync(path.join(tmpdir(), 'stream-jobs-lines-'));
  const file = path.join(elsewhere, 'lines.ndjson');

  beforeEach(() => {
    disk = SmallDisk.make(32);
    written = 0;
    rmSync(file, { force: true });
  });
  afterEach(async () => {
    disk.free();
    await server?.close();
    disk.dispose();
  });
  afterAll(() => rmSync(elsewhere, { recursive: true }));

  async function start(): Promise<StreamJobServer> {
    const { folder } = disk;
    const dataDir = path.join(folder, 'data');
    const engine = folderEngine(folder, { dataDir });
    const logLine = (_level: string, message: string) => void log.push(message);
    server = await StreamJobServer.open({ dataDir, engine, clock: systemClock, log: logLine });
    const { results } = await server.execute(script(file), { by: 'test' });
    expect(results.map(({ ok }) => ok)).toEqual([true, true, true]);
    return server;
  }
  /** Appends lines to the job's source, and gives how many there are now. */
  function write(count: number): number {
    const ids = Array.from({ length: count }, (_, i) => `{"id":${written + i}}\n`);
    appendFileSync(file, ids.join(''));
    written += count;
    return written;
  }
  async function untilJob(on: StreamJobServer, wanted: (job: JobDetails) => boolean): Promise<JobDetails> {
    for (;;) {
      const job = on.getJobDetails('copy');
      if (wanted(job)) return job;
      await systemClock.sleep(20);
    }
  }
  const codeOf = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'done',
      (error: unknown) => (error as { code: string }).code,
    );

  it('what cannot be made durable is refused, the job is as before, and all goes on when there is space', async () => {
    write(1);
    const on = await start();
    await untilJob(on, ({ recordsIn }) => recordsIn === written);
    disk.fill();
    await untilJob(on, ({ recordsIn, warnings }) => {
      if (recordsIn === written) write(1);
      return warnings.some((warning) => warning.includes('cannot be written'));
    });
    // The last pages of the server's own file take a few changes still.
    for (let code = 'done'; code === 'done';) {
      const { state } = on.getJobDetails('copy');
      const asked =
        state === 'running' ? on.pauseJob('copy', { by: 'test' }) : on.resumeJob('copy', { by: 'test' });
      code = await codeOf(asked);
      const other = state === 'running' ? 'paused' : 'running';
      expect([code, on.getJobDetails('copy').state]).toEqual(
        code === 'done' ? ['done', other] : ['STORAGE', state],
      );
    }
    disk.free();
    if (on.getJobDetails('copy').state === 'paused') await on.resumeJob('copy', { by: 'test' });
    await untilJob(on, ({ recordsIn, warnings }) => recordsIn === written && warnings.length === 0);
    expect(await on.pauseJob('copy', { by: 'test' })).toMatchObject({ state: 'paused', desired: 'paused' });
  });

  it('a database that a full disk made unusable is opened again, and its job goes on exactly where it was', async () => {
    write(1000);
    const on = await start();
    await untilJob(on, ({ recordsIn }) => recordsIn === written);
    disk.fill();
    // Quiet for a moment, the database writes its log back into its file, and breaks.
    const broken = () => log.some((line) => line.includes('running -> starting'));
    while (!broken()) {
      await systemClock.sleep(2500);
      write(1);
    }
    expect(on.getJobDetails('copy').desired).toBe('running');
    disk.free();
    const job = await untilJob(on, ({ state, recordsIn }) => state === 'running' && recordsIn >= written);
    expect(job).toMatchObject({ recordsIn: written, recordsOut: written, warnings: [] });
  });
});
