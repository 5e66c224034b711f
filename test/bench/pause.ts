// How long a pause and a resume take while a job runs as fast as it can.
import { setTimeout as sleep } from 'node:timers/promises';
import { openServer, type BenchServer } from './jobServer';
import { withTopic } from './kafkaTopic';
import { latencies, type Figure } from './report';

const cycles = 100;

export async function measurePause(): Promise<Figure[]> {
  return [...(await underDatagen()), ...(await underKafka())];
}

async function underDatagen(): Promise<Figure[]> {
  const server = await openServer();
  try {
    await server.run(`
      CREATE TABLE src (id BIGINT, word STRING, amount DECIMAL(10, 2)) WITH ('connector' = 'datagen',
        'rows-per-second' = '5000000', 'fields.id.kind' = 'sequence', 'fields.id.start' = '1');
      CREATE TABLE snk (id BIGINT, word STRING, amount DECIMAL(10, 2)) WITH ('connector' = 'blackhole');
      START JOB busy AS INSERT INTO snk SELECT id, word, amount FROM src WHERE amount > 0;`);
    return await cycle(server, 'datagen');
  } finally {
    await server.close();
  }
}

async function underKafka(): Promise<Figure[]> {
  return withTopic(3_000_000, async ({ topic, address }) => {
    const server = await openServer();
    try {
      await server.run(`
        CREATE TABLE src (id BIGINT, user_id STRING, amount DOUBLE) WITH ('connector' = 'kafka', 'topic' = '${topic}',
          'properties.bootstrap.servers' = '${address}', 'scan.startup.mode' = 'earliest-offset', 'format' = 'json');
        CREATE TABLE snk (id BIGINT, user_id STRING, amount DOUBLE) WITH ('connector' = 'blackhole');
        START JOB busy AS INSERT INTO snk SELECT id, user_id, amount FROM src WHERE amount > 1;`);
      return await cycle(server, 'kafka');
    } finally {
      await server.close();
    }
  });
}

/** Pauses and resumes under full load, measuring to the last rows, the answers and the first rows. */
async function cycle({ jobs, probe }: BenchServer, name: string): Promise<Figure[]> {
  const quiet: number[] = [];
  const paused: number[] = [];
  const first: number[] = [];
  const resumed: number[] = [];
  await probe.next();
  await sleep(1000);
  for (let i = 0; i < cycles; i++) {
    const asked = performance.now();
    await jobs.pauseJob('busy', { by: 'bench' });
    paused.push(performance.now() - asked);
    quiet.push(Math.max(0, probe.last - asked));
    await sleep(20);
    if (probe.last > asked + (paused.at(-1) ?? 0)) throw new Error('rows left a paused job');
    const asked2 = performance.now();
    const rows = probe.next().then((at) => first.push(at - asked2));
    await jobs.resumeJob('busy', { by: 'bench' });
    resumed.push(performance.now() - asked2);
    await rows;
    await sleep(40);
  }
  return [
    { what: `${name}: pause -> last record`, value: latencies(quiet) },
    { what: `${name}: pause -> durable answer`, value: latencies(paused) },
    { what: `${name}: resume -> answer`, value: latencies(resumed) },
    { what: `${name}: resume -> first record`, value: latencies(first) },
  ];
}
