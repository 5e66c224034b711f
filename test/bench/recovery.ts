// How long a job is away after kill -9 of its server: from the start of the new process to its first new record.
import { JobServerProcess } from '../kafka/jobServers';
import { latencies, type Figure } from './report';

const rounds = 10;
const mebibyte = 2 ** 20;

interface Case {
  name: string;
  query: string;
  sink: string;
  /** The server is killed for the first time when the job's files are about this large. */
  stateBytesMin: number;
}

const cases: Case[] = [
  {
    name: 'small state',
    sink: 'bucket BIGINT, n BIGINT',
    query:
      "SELECT id % 100, COUNT(*) FROM TABLE(TUMBLE(TABLE src, DESCRIPTOR(at), INTERVAL '1' DAY)) GROUP BY id % 100, window_start, window_end",
    stateBytesMin: 0,
  },
  {
    name: 'large state',
    sink: 'bucket BIGINT, n BIGINT',
    query:
      "SELECT id, COUNT(*) FROM TABLE(TUMBLE(TABLE src, DESCRIPTOR(at), INTERVAL '1' DAY)) GROUP BY id, window_start, window_end",
    stateBytesMin: 128 * mebibyte,
  },
];

export async function measureRecovery(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const one of cases) figures.push(await recover(one));
  return figures;
}

async function recover({ name, sink, query, stateBytesMin }: Case): Promise<Figure> {
  const server = await JobServerProcess.start();
  try {
    await server.run(`
      CREATE TABLE src (id BIGINT, note STRING, at TIMESTAMP(3), WATERMARK FOR at AS at) WITH ('connector' = 'datagen',
        'rows-per-second' = '200000', 'fields.id.kind' = 'sequence', 'fields.id.start' = '1');
      CREATE TABLE snk (${sink}) WITH ('connector' = 'blackhole');
      START JOB job AS INSERT INTO snk ${query}`);
    const grown = await server.untilJob(
      ({ metrics }) => (metrics.stateBytes ?? 0) >= Math.max(1, stateBytesMin),
      120_000,
    );
    const samples: number[] = [];
    for (let round = 0; round < rounds; round++) {
      await server.kill();
      const started = performance.now();
      await server.start();
      const { recordsIn } = await server.untilJob(({ recordsIn }) => recordsIn > 0);
      await server.untilJob((job) => job.state === 'running' && job.recordsIn > recordsIn);
      samples.push(performance.now() - started);
    }
    const size = ((grown.metrics.stateBytes ?? 0) / mebibyte).toFixed(1);
    return {
      what: `kill -9 -> first new record: ${name} (${size} MiB at the first kill)`,
      value: latencies(samples),
    };
  } finally {
    await server.dispose();
  }
}
