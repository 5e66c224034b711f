// What a job that works off a backlog does to the others: how long their results keep each other waiting, and how
// long pausing it takes.
import { setTimeout as sleep } from 'node:timers/promises';
import { openServer } from './jobServer';
import { latencies, thousands, type Figure } from './report';

const lightJobs = 8;
const measureMs = 10_000;

export async function measureFairness(): Promise<Figure[]> {
  const lastAt = new Map<string, number>();
  let gaps: number[] = [];
  const server = await openServer((table) => {
    if (!table.startsWith('light')) return;
    const now = performance.now();
    const last = lastAt.get(table);
    if (last !== undefined) gaps.push(now - last);
    lastAt.set(table, now);
  });
  try {
    await server.run(`
      CREATE TABLE ticks (id BIGINT, name STRING) WITH ('connector' = 'datagen', 'rows-per-second' = '100');
      CREATE TABLE backlog (id BIGINT, name STRING, amount DOUBLE) WITH ('connector' = 'datagen', 'rows-per-second' = '0',
        'number-of-rows' = '20000000');
      CREATE TABLE drained (id BIGINT, name STRING) WITH ('connector' = 'blackhole');`);
    for (let i = 0; i < lightJobs; i++)
      await server.run(`
        CREATE TABLE light_${i} (id BIGINT, name STRING) WITH ('connector' = 'blackhole');
        START JOB light_${i} AS INSERT INTO light_${i} SELECT id, name FROM ticks;`);
    await sleep(1000);
    gaps = [];
    await sleep(measureMs / 2);
    const alone = latencies(gaps);
    await server.run('START JOB drain AS INSERT INTO drained SELECT id, name FROM backlog WHERE amount > 0;');
    const readBefore = server.jobs.getJobDetails('drain').recordsIn;
    gaps = [];
    await sleep(measureMs);
    const beside = latencies(gaps);
    const drained = server.jobs.getJobDetails('drain').recordsIn - readBefore;
    const pauses: number[] = [];
    for (let i = 0; i < 20; i++) {
      const startedAt = performance.now();
      await server.jobs.pauseJob('drain', { by: 'bench' });
      pauses.push(performance.now() - startedAt);
      await server.jobs.resumeJob('drain', { by: 'bench' });
      await sleep(100);
    }
    return [
      { what: `gap between results of ${lightJobs} light jobs at 100 records/s`, value: alone },
      {
        what: 'the same beside a job that drains a backlog',
        value: beside,
        beside: `which drains ${thousands((drained * 1000) / measureMs)}`,
      },
      { what: 'pausing the job that drains', value: latencies(pauses) },
    ];
  } finally {
    await server.close();
  }
}
