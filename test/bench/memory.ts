// Memory of the server process with one job and with fifty, its peak under a limit, and what a thousand paused jobs cost.
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

const fillMs = 60_000;

export async function measureMemory(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const jobs of [1, 50]) {
    const mib = await residentWith(jobs);
    figures.push({
      what: `server with ${jobs} running ${jobs === 1 ? 'job' : 'jobs'}`,
      value: `${mib.toFixed(0)} MiB`,
    });
  }
  figures.push(await peakUnderLimit('512MB', 6));
  return [...figures, ...(await measurePausedJobs(1_000))];
}

async function residentWith(count: number): Promise<number> {
  const tables = `
    CREATE TABLE src (id BIGINT, name STRING) WITH ('connector' = 'datagen', 'rows-per-second' = '100');
    CREATE TABLE snk (id BIGINT, name STRING) WITH ('connector' = 'blackhole');`;
  const script = tables + starts(count, 'SELECT id, name FROM src');
  return withServer([], script, async (memory) => {
    await sleep(5000);
    return memory('VmRSS');
  });
}

/** Jobs that read as fast as they can, each into a window that only grows. */
async function peakUnderLimit(limit: string, count: number): Promise<Figure> {
  const tables = `
    CREATE TABLE src (id BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'datagen',
      'rows-per-second' = '5000000', 'fields.id.kind' = 'sequence', 'fields.id.start' = '1');
    CREATE TABLE snk (id BIGINT, n BIGINT) WITH ('connector' = 'blackhole');`;
  const windows = `SELECT id, COUNT(*) FROM TABLE(TUMBLE(TABLE src, DESCRIPTOR(ts), INTERVAL '1' HOUR))
    GROUP BY id, window_start, window_end`;
  const mib = await withServer(['--memory-limit', limit], tables + starts(count, windows), async (memory) => {
    await sleep(fillMs);
    return memory('VmHWM');
  });
  return {
    what: `peak of a server with --memory-limit ${limit} while ${count} jobs fill windows for ${fillMs / 1000} s`,
    value: `${mib.toFixed(0)} MiB`,
  };
}

function starts(count: number, query: string): string {
  return Array.from({ length: count }, (_, i) => `START JOB job_${i} AS INSERT INTO snk ${query};`).join(
    '\n',
  );
}

/** Runs the script on a server of its own. @param measure gets what Linux says of its process, in MiB */
async function withServer(
  options: string[],
  sql: string,
  measure: (memory: (field: 'VmRSS' | 'VmHWM') => Promise<number>) => Promise<number>,
): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), 'stream-jobs-bench-'));
  const child = spawn(process.execPath, ['dist/cli.js', 'serve', '--data-dir', folder, ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await once(createInterface({ input: child.stdout }), 'line');
    const { rpc } = await connectToJobServer(folder, 'bench');
    const { results } = await rpc.sendRequest(protocol.execute, { sql, by: 'bench' });
    for (const { error } of results) if (error) throw new Error(error.message);
    rpc.dispose();
    return await measure(async (field) => {
      const status = await readFile(`/proc/${child.pid ?? 0}/status`, 'utf8');
      return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
    });
  } finally {
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    await exit;
    await rm(folder, { recursive: true, force: true });
  }
}
