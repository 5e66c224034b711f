// Servers to which nobody listens any more: what they print goes to a closed pipe or to a full disk.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { addressFile } from '../../../server/protocol/rpc';
import { kill, Workplace } from './process';

const jobServer = path.join(__dirname, '../../../dist/job-server.js');
/** A file that takes no byte. */
const full = '/dev/full';

let place: Workplace;
let hosted: ChildProcess | undefined;
beforeEach(async () => {
  place = await Workplace.make();
});
afterEach(async () => {
  if (hosted?.exitCode === null) await kill(hosted, 'SIGKILL');
  hosted = undefined;
  await place.dispose();
});

/** Each change of the job's state is a line in the server's log. */
const script = `
  CREATE TABLE numbers (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '10');
  CREATE TABLE nowhere (id BIGINT) WITH ('connector' = 'blackhole');
  START JOB quiet AS INSERT INTO nowhere SELECT id FROM numbers;
  PAUSE JOB quiet;
  RESUME JOB quiet;`;

async function goesOn(server: ChildProcess): Promise<void> {
  expect(await place.run(['exec', script])).toMatchObject({ code: 0, stderr: '' });
  expect((await place.run(['exec', 'SHOW JOBS'])).stdout).toMatch(/quiet +running/);
  expect(await kill(server, 'SIGTERM')).toBe(0);
  expect(existsSync(path.join(place.dataDir, addressFile))).toBe(false);
}

it('serve goes on when the pipes it writes to are closed', async () => {
  const { child } = await place.serve();
  child.stdout?.destroy();
  child.stderr?.destroy();
  await goesOn(child);
});

it('serve comes up when nobody waits for its first line', async () => {
  const child = place.spawn(['serve']);
  child.stdout?.destroy();
  child.stderr?.destroy();
  while ((await place.run(['jobs'])).code !== 0) expect(child.exitCode).toBeNull();
  await goesOn(child);
});

it.skipIf(!existsSync(full))('row 18: the disk of its log is full: the server goes on', async () => {
  const log = openSync(full, 'w');
  const child = fork(jobServer, ['--data-dir', place.dataDir, '--keep-running'], {
    stdio: ['ignore', log, log, 'ipc'],
    execArgv: [],
  });
  hosted = child;
  closeSync(log);
  await once(child, 'message');
  await goesOn(child);
});
