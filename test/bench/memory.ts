// Memory of the server process with one job and with fifty, and all that a thousand paused ones cost.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectToJobServer } from '../../server/protocol/connect';
import * as protocol from '../../server/protocol/rpc';
import { measurePausedJobs } from './pausedJobs';
import type { Figure } from './report';

export async function measureMemory(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const jobs of [1, 50]) {
    const mib = await residentWith(jobs);
    figures.push({
      what: `server with ${jobs} running ${jobs === 1 ? 'job' : 'jobs'}`,
      value: `${mib.toFixed(0)} MiB`,
    });
  }
  return [...figures, ...(await measurePausedJobs(1_000))];
}

async function residentWith(count: number): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), 'stream-jobs-bench-'));
  const child = spawn(process.execPath, ['dist/cli.js', 'serve', '--data-dir', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await once(createInterface({ input: child.stdout }), 'line');
    const { rpc } = await connectToJobServer(folder, 'bench');
    const tables = `
      CREATE TABLE src (id BIGINT, name STRING) WITH ('connector' = 'datagen', 'rows-per-second' = '100');
      CREATE TABLE snk (id BIGINT, name STRING) WITH ('connector' = 'blackhole');`;
    const starts = Array.from(
      { length: count },
      (_, i) => `START JOB job_${i} AS INSERT INTO snk SELECT id, name FROM src;`,
    );
    const { results } = await rpc.sendRequest(protocol.execute, {
      sql: tables + starts.join('\n'),
      by: 'bench',
    });
    for (const { error } of results) if (error) throw new Error(error.message);
    await sleep(5000);
    rpc.dispose();
    const status = await readFile(`/proc/${child.pid ?? 0}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
  } finally {
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    await exit;
    await rm(folder, { recursive: true, force: true });
  }
}
