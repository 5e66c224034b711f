// How long a pause and a resume take while a job runs as fast as it can, and how long it is away after kill -9.
import { setTimeout as sleep } from 'node:timers/promises';
import { openServer, type BenchServer } from './jobServer';
import { withTopic } from './kafkaTopic';
import { measureRecovery } from './recovery';
import { latencies, type Figure } from './report';

const cycles = 300;
/** A job this close to the end of its topic begins again, so that every pause falls into full load. */
const lagMin = 400_000;

export async function measurePause(): Promise<Figure[]> {
  return [...(await underDatagen()), ...(await underKafka()), ...(await measureRecovery())];
}

async function underDatagen(): Promise<Figure[]> {
  const server = await openServer();
  try {
    await server.run(`
      CREATE TABLE src (id BIGINT, word STRING, amount DECIMAL(10, 2)) WITH ('connector' = 'datagen',
        'rows-per-second' = '5000000', 'fields.id.kind' = 'sequence', 'fields.id.start' = '1');
      CREATE TABLE snk (id BIGINT, word STRING, amount DECIMAL(10, 2)) WITH ('connector' = 'blackhole');`);
    return await cycle(
      server,
      'datagen',
      'START JOB busy AS INSERT INTO snk SELECT id, word, amount FROM src WHERE amount > 0',
    );
  } finally {
    await server.close();
  }
}

async function underKafka(): Promise<Figure[]> {
  return withTopic(2_000_000, async ({ topic, address }) => {
    const server = await openServer();
    try {
      await server.run(`
        CREATE TABLE src (id BIGINT, user_id STRING, amount DOUBLE) WITH ('connector' = 'kafka', 'topic' = '${topic}',
          'properties.bootstrap.servers' = '${address}', 'scan.startup.mode' = 'earliest-offset', 'format' = 'json');
        CREATE TABLE snk (id BIGINT, user_id STRING, amount DOUBLE) WITH ('connector' = 'blackhole');`);
      const start = 'START JOB busy AS INSERT INTO snk SELECT id, user_id, amount FROM src WHERE amount > 1';
      const warm = await cycle(server, 'kafka', start);
      await server.run('DROP JOB busy');
      return [...warm, ...(await cycle(server, 'kafka, cold', start, { cold: true }))];
    } finally {
      await server.close();
    }
  });
}

/** Pauses and resumes under full load, measuring to the last rows, the answers and the first rows. */
async function cycle(
  server: BenchServer,
  name: string,
  start: string,
  options: { cold?: boolean } = {},
): Promise<Figure[]> {
  const { jobs, probe } = server;
  const quiet: number[] = [];
  const paused: number[] = [];
  const first: number[] = [];
  const resumed: number[] = [];
  const begin = async (): Promise<void> => {
    const rows = probe.next();
    await server.run(start);
    await rows;
    await sleep(1000);
  };
  await begin();
  for (let i = 0; i < cycles; i++) {
    if ((jobs.getJobDetails('busy').lag ?? 0) < lagMin) {
      await server.run('DROP JOB busy');
      await begin();
    }
    const asked = performance.now();
    await jobs.pauseJob('busy', { by: 'bench', ...options });
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
