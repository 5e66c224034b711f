// Servers started at the same moment on one data directory, as processes, again and again over what a killed one left.
import type { ChildProcess } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { connectToJobServer } from '../../../server/protocol/connect';
import { kill, Workplace } from '../cli/process';

const rounds = process.env.STREAM_JOBS_LONG === undefined ? 3 : 20;
const together = 4;

let place: Workplace;
beforeEach(async () => {
  place = await Workplace.make();
});
afterEach(() => place.dispose());

interface Start {
  child: ChildProcess;
  stderr: string;
  /** Undefined when it serves. */
  code?: number | null;
}

/** Resolves when it serves or has ended. */
function start(): Promise<Start> {
  const child = place.spawn(['serve']);
  const started: Start = { child, stderr: '' };
  child.stderr?.on('data', (chunk: Buffer) => (started.stderr += chunk.toString()));
  return new Promise((resolve) => {
    child.stdout?.once('data', () => resolve(started));
    child.once('close', (code) => resolve({ ...started, code }));
  });
}

it('row 31: two servers started at the same moment: one serves, the others name its process, also after kill -9', async () => {
  for (let round = 0; round < rounds; round++) {
    const starts = await Promise.all(Array.from({ length: together }, start));
    const { rpc, server } = await connectToJobServer(place.dataDir, 'test');
    rpc.dispose();
    const said = `A stream job server (process ${server.pid}) already runs on ${place.dataDir}.`;
    for (const { child, code, stderr } of starts)
      if (child.pid === server.pid) expect(code).toBeUndefined();
      else expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(said) });
    const winner = starts.find(({ child }) => child.pid === server.pid);
    expect(winner).toBeDefined();
    if (winner) await kill(winner.child, 'SIGKILL');
  }
}, 120_000);

it('row 31: two scripts run at the same moment: one starts the server, the other finds it', async () => {
  const script = place.file('show.sql');
  await writeFile(script, 'SHOW JOBS;');
  const outcomes = await Promise.all([1, 2].map(() => place.run(['run', script, '--for', '2s', '--json'])));
  for (const { stdout, stderr } of outcomes) {
    expect(stderr).not.toContain('SERVER_RUNNING');
    expect(stdout).toContain('{"result":');
  }
}, 60_000);
