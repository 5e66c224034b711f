// Hosting a job server: started once, attached to when it runs, brought back after a crash.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { JobServerHost, type HostState } from '../../../client/host/jobServerHost';
import { RestartPolicy } from '../../../client/host/restartPolicy';
import { serverArguments, serverEnvironment } from '../../../client/host/serverProcess';
import { StreamJobsError } from '../../../server/protocol/errors';

let folder: string;
let dataDir: string;
const hosts: JobServerHost[] = [];
const pids = new Set<number>();

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sj-host-'));
  dataDir = path.join(folder, 'd');
});
afterEach(() => {
  for (const host of hosts.splice(0)) host.dispose();
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
  pids.clear();
  rmSync(folder, { recursive: true, force: true });
});

function host(allowed = true): JobServerHost {
  const made = new JobServerHost({
    start: () => ({
      script: path.join(import.meta.dirname, 'fakeJobServer.cjs'),
      dataDir,
      baseDir: folder,
      nodePath: '',
      memoryLimit: '',
      pauseWarmTime: '',
      keepRunning: false,
    }),
    clientName: 'test',
    requireAllowed: () => {
      if (!allowed) throw new StreamJobsError('BAD_REQUEST', 'not trusted');
    },
    policy: new RestartPolicy(),
    log: () => undefined,
  });
  made.onConnection(({ server }) => pids.add(server.pid));
  hosts.push(made);
  return made;
}

function reaches(watched: JobServerHost, state: HostState): Promise<void> {
  return new Promise((resolve) => watched.onState((now) => now === state && resolve()));
}

it('starts one server for callers at the same time, and a second window attaches to it', async () => {
  const first = host();
  expect(await first.hasData()).toBe(false);
  const [a, b] = await Promise.all([first.connect(), first.connect()]);
  expect(a).toBe(b);
  const second = await host().connect();
  expect(second.server.pid).toBe(a.server.pid);
  expect(await first.hasData()).toBe(true);
});

it('leaves the server alone when the window closes', async () => {
  const first = host();
  const { server } = await first.connect();
  first.dispose();
  expect((await host().connect()).server.pid).toBe(server.pid);
});

it('brings a killed server back, says so, and does not when someone stopped it on purpose', async () => {
  const hosting = host();
  let returns = 0;
  hosting.onReturn(() => returns++);
  const { server } = await hosting.connect();
  const back = reaches(hosting, 'connected');
  process.kill(server.pid, 'SIGKILL');
  await back;
  expect(hosting.connection?.server.pid).not.toBe(server.pid);
  expect(returns).toBe(1);

  const again = reaches(hosting, 'connected');
  process.kill(hosting.connection?.server.pid ?? 0, 'SIGTERM');
  await again;
  expect(returns).toBe(1);
});

it('restarts on request, as another process', async () => {
  const hosting = host();
  const { server } = await hosting.connect();
  await hosting.restart();
  expect(hosting.state).toBe('connected');
  expect(hosting.connection?.server.pid).not.toBe(server.pid);
});

it('says why a server did not start, and starts it once the cause is gone', async () => {
  const hosting = host();
  await hosting.connect();
  const broken = path.join(dataDir, 'broken');
  writeFileSync(broken, '');
  await expect(hosting.restart()).rejects.toThrow(/did not start.*no library for this machine/s);
  expect(hosting.state).toBe('failed');
  rmSync(broken);
  await hosting.connect();
  expect(hosting.state).toBe('connected');
});

it('starts nothing in a workspace that is not trusted', async () => {
  const hosting = host(false);
  await expect(hosting.connect()).rejects.toThrow('not trusted');
  expect(await hosting.hasData()).toBe(false);
});

it('gives up on a server that crashes again and again, and forgives after a quiet time', () => {
  const policy = new RestartPolicy();
  const waits = [0, 1, 2, 3, 4, 5].map((second) => policy.afterCrash(second * 1000));
  expect(waits.slice(0, 5).every((wait, i) => i === 0 || (wait ?? 0) > (waits[i - 1] ?? 0))).toBe(true);
  expect(waits[5]).toBeUndefined();
  expect(policy.afterCrash(10 * 60_000)).toBe(waits[0]);
});

it('tells the server the settings that are set, and leaves it its defaults otherwise', () => {
  const start = { dataDir: 'd', baseDir: 'b', memoryLimit: '', pauseWarmTime: '', keepRunning: false };
  const always = ['--data-dir', 'd', '--base-dir', 'b'];
  expect(serverArguments(start)).toEqual(always);
  expect(serverArguments({ ...start, memoryLimit: '1GB', pauseWarmTime: '2 h', keepRunning: true })).toEqual([
    ...always,
    '--memory-limit',
    '1GB',
    '--pause-warm-time',
    '2 h',
    '--keep-running',
  ]);
});

it('gives the server no hooks of VS Code or the user', () => {
  const env = serverEnvironment({ PATH: '/bin', NODE_OPTIONS: '--inspect', VSCODE_PID: '1' });
  expect(env).toEqual({ PATH: '/bin', ELECTRON_RUN_AS_NODE: '1', UV_THREADPOOL_SIZE: '16' });
});
