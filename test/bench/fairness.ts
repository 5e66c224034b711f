// What a job that works off a backlog does to the others: how long their results keep each other waiting, how long
// pausing it takes, and what becomes of the throughput when many drain at once.
import { setTimeout as sleep } from 'node:timers/promises';
import { openServer, type BenchServer } from './jobServer';
import { latencies, thousands, type Figure } from './report';

const lightJobs = 8;
const measureMs = 10_000;
const pauseCount = 20;
const drains = 8;

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
      CREATE TABLE drained (id BIGINT, name STRING) WITH ('connector' = 'blackhole');
      CREATE TABLE rare (id BIGINT, name STRING) WITH ('connector' = 'datagen', 'rows-per-second' = '1');
      CREATE TABLE idle (id BIGINT, name STRING) WITH ('connector' = 'blackhole');
      START JOB idle AS INSERT INTO idle SELECT id, name FROM rare;`);
    for (let i = 0; i < lightJobs; i++)
      await server.run(`
        CREATE TABLE light_${i} (id BIGINT, name STRING) WITH ('connector' = 'blackhole');
        START JOB light_${i} AS INSERT INTO light_${i} SELECT id, name FROM ticks;`);
    await sleep(1000);
    gaps = [];
    await sleep(measureMs / 2);
    const alone = latencies(gaps);
    const idle = await pauses(server, 'idle');
    await server.run('START JOB drain AS INSERT INTO drained SELECT id, name FROM backlog WHERE amount > 0;');
    const readBefore = server.jobs.getJobDetails('drain').recordsIn;
    gaps = [];
    await sleep(measureMs);
    const beside = latencies(gaps);
    const drained = server.jobs.getJobDetails('drain').recordsIn - readBefore;
    const draining = await pauses(server, 'drain');
    await server.run('DROP JOB drain');
    for (let i = 0; i < lightJobs; i++) await server.run(`DROP JOB light_${i}`);
    const one = await drainTogether(server, 1);
    const many = await drainTogether(server, drains);
    return [
      { what: `gap between results of ${lightJobs} light jobs at 100 records/s`, value: alone },
      {
        what: 'the same beside a job that drains a backlog',
        value: beside,
        beside: `which drains ${thousands((drained * 1000) / measureMs)}`,
      },
      { what: 'pausing an idle job (one record a second) beside the light jobs', value: latencies(idle) },
      { what: 'pausing the job that drains', value: latencies(draining) },
      {
        what: `${drains} jobs that drain windowed counts beside each other, against one`,
        value: thousands(sum(many)),
        beside: `${thousands(sum(one))} alone, ratio ${(sum(many) / sum(one)).toFixed(2)}; slowest to fastest ${(Math.min(...many) / Math.max(...many)).toFixed(2)}`,
      },
    ];
  } finally {
    await server.close();
  }
}

/** Records a second of each of so many jobs that work off a backlog of their own. */
async function drainTogether(server: BenchServer, count: number): Promise<number[]> {
  const names = Array.from({ length: count }, (_, i) => `drain_${i}`);
  await server.run(`
    CREATE TABLE windows_${count} (id BIGINT, n BIGINT) WITH ('connector' = 'blackhole');
    CREATE TABLE events_${count} (id BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'datagen',
      'rows-per-second' = '0', 'number-of-rows' = '20000000');
    ${names
      .map(
        (name) => `START JOB ${name} AS INSERT INTO windows_${count} SELECT id, COUNT(*)
      FROM TABLE(TUMBLE(TABLE events_${count}, DESCRIPTOR(ts), INTERVAL '1' HOUR)) GROUP BY id, window_start, window_end;`,
      )
      .join('\n')}`);
  const read = (): number[] => names.map((name) => server.jobs.getJobDetails(name).recordsIn);
  await sleep(2000);
  const before = read();
  await sleep(measureMs);
  const rates = read().map((records, i) => ((records - (before[i] ?? 0)) * 1000) / measureMs);
  for (const name of names) await server.run(`DROP JOB ${name}`);
  return rates;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** How long each of some pauses of a job takes, in ms. */
async function pauses(server: BenchServer, job: string): Promise<number[]> {
  const took: number[] = [];
  for (let i = 0; i < pauseCount; i++) {
    const startedAt = performance.now();
    await server.jobs.pauseJob(job, { by: 'bench' });
    took.push(performance.now() - startedAt);
    await server.jobs.resumeJob(job, { by: 'bench' });
    await sleep(100);
  }
  return took;
}
