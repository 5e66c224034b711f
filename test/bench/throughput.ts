// Records a second from end to end, beside plain kafkajs over the same topic in the same run.
import { randomUUID } from 'node:crypto';
import { CompressionTypes } from 'kafkajs';
import { openServer, type BenchServer } from './jobServer';
import { withTopic, type BenchTopic } from './kafkaTopic';
import { percentile, thousands, type Figure } from './report';

/** Fewer for a quick look. */
const records = Number(process.env.STREAM_JOBS_BENCH_RECORDS ?? 1_000_000);
const rounds = 3;
const deliveries = ['at-least-once', 'exactly-once'] as const;
type Delivery = (typeof deliveries)[number];

interface Case {
  name: string;
  /** Columns of the sink, and the query that fills it. */
  sink: string;
  query: string;
  baseline: 'consume' | 'produce';
}

const cases: Case[] = [
  {
    name: 'kafka -> filter 1 in 10 -> kafka',
    sink: 'id BIGINT, ts BIGINT, user_id STRING, amount DOUBLE',
    query: 'SELECT id, ts, user_id, amount FROM src WHERE amount >= 90',
    baseline: 'consume',
  },
  {
    name: 'kafka -> tumbling count per key -> kafka',
    sink: 'user_id STRING, window_start TIMESTAMP(3), n BIGINT',
    query: `SELECT user_id, window_start, COUNT(*)
            FROM TABLE(TUMBLE(TABLE src, DESCRIPTOR(event_time), INTERVAL '10' SECOND))
            GROUP BY user_id, window_start, window_end`,
    baseline: 'consume',
  },
  {
    name: 'kafka -> everything -> kafka',
    sink: 'id BIGINT, ts BIGINT, user_id STRING, region STRING, amount DOUBLE, status STRING, note STRING',
    query: 'SELECT id, ts, user_id, region, amount, status, note FROM src',
    baseline: 'produce',
  },
];

export async function measureThroughput(): Promise<Figure[]> {
  return withTopic(records, async (topic) => {
    const seen: Record<string, number[]> = {};
    const note = (name: string, perSecond: number) => (seen[name] ??= []).push(perSecond);
    // Rounds interleave, so that a busy moment of the machine meets every case.
    for (let round = 0; round < rounds; round++) {
      note('consume', await consumeRaw(topic));
      note('produce', await produceRaw(topic));
      note('datagen', await datagenJob());
      for (const one of cases)
        for (const delivery of deliveries)
          note(`${one.name}, ${delivery}`, await kafkaJob(topic, one, delivery));
    }
    const median = (name: string) => percentile(seen[name] ?? [], 0.5);
    return [
      { what: 'raw kafkajs: consume with JSON.parse', value: thousands(median('consume')) },
      { what: 'raw kafkajs: produce, 1,000 a send', value: thousands(median('produce')) },
      { what: 'datagen -> blackhole', value: thousands(median('datagen')) },
      ...cases.flatMap(({ name, baseline }) => {
        const [atLeast, exactly] = deliveries.map((delivery) => `${name}, ${delivery}`) as [string, string];
        return [
          {
            what: atLeast,
            value: thousands(median(atLeast)),
            beside: `${(median(atLeast) / median(baseline)).toFixed(2)} of raw kafkajs ${baseline}`,
          },
          {
            what: exactly,
            value: thousands(median(exactly)),
            beside: `${(median(exactly) / median(atLeast)).toFixed(2)} of at-least-once`,
          },
        ];
      }),
    ];
  });
}

/** Runs a job over the whole topic; records a second from START's answer to its end. */
async function kafkaJob(
  { topic, address, cluster }: BenchTopic,
  { sink, query }: Case,
  delivery: Delivery,
): Promise<number> {
  const out = await cluster.createTopic('out');
  const server = await openServer();
  try {
    const kafka = `'connector' = 'kafka', 'properties.bootstrap.servers' = '${address}', 'format' = 'json'`;
    await server.run(`
      CREATE TABLE src (id BIGINT, ts BIGINT, user_id STRING, region STRING, amount DOUBLE, status STRING, note STRING,
        event_time AS TO_TIMESTAMP_LTZ(ts, 3), WATERMARK FOR event_time AS event_time - INTERVAL '1' SECOND)
        WITH (${kafka}, 'topic' = '${topic}', 'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset');
      CREATE TABLE snk (${sink}) WITH (${kafka}, 'topic' = '${out}');`);
    const perSecond = await untilFinished(
      server,
      `START JOB measured AS INSERT INTO snk ${query} WITH ('delivery' = '${delivery}')`,
      records,
    );
    return perSecond;
  } finally {
    await server.close();
    await cluster.deleteTopic(out);
  }
}

async function datagenJob(): Promise<number> {
  const server = await openServer();
  try {
    await server.run(`
      CREATE TABLE src (id BIGINT, user_id STRING, amount DOUBLE, ts TIMESTAMP(3)) WITH ('connector' = 'datagen',
        'rows-per-second' = '100000000', 'number-of-rows' = '${records}', 'fields.id.kind' = 'sequence', 'fields.id.start' = '1');
      CREATE TABLE snk (id BIGINT, user_id STRING, amount DOUBLE, ts TIMESTAMP(3)) WITH ('connector' = 'blackhole');`);
    const start = 'START JOB measured AS INSERT INTO snk SELECT id, user_id, amount, ts FROM src';
    return await untilFinished(server, start, records);
  } finally {
    await server.close();
  }
}

async function untilFinished(server: BenchServer, start: string, expected: number): Promise<number> {
  const { jobs } = server;
  const finished = new Promise<void>((resolve) => {
    jobs.onJobsChanged(({ jobs: changed }) => {
      if (changed.some(({ state }) => state === 'stopped' || state === 'failed')) resolve();
    });
  });
  const started = performance.now();
  await server.run(start);
  while (!['stopped', 'failed'].includes(jobs.getJobDetails('measured').state)) {
    await Promise.race([finished, new Promise((resolve) => setTimeout(resolve, 10))]);
  }
  const seconds = (performance.now() - started) / 1000;
  const { state, recordsIn, error } = jobs.getJobDetails('measured');
  if (state !== 'stopped' || recordsIn !== expected) {
    throw new Error(`The job ended ${state} after ${recordsIn} records: ${error?.message ?? ''}`);
  }
  return expected / seconds;
}

async function consumeRaw({ topic, cluster }: BenchTopic): Promise<number> {
  const consumer = cluster.kafka.consumer({ groupId: randomUUID(), maxBytesPerPartition: 4 << 20 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  let seen = 0;
  let started = 0;
  let sum = 0;
  await new Promise<void>((resolve, reject) => {
    void consumer
      .run({
        autoCommit: false,
        eachBatch({ batch }) {
          if (started === 0) started = performance.now();
          for (const { value } of batch.messages) {
            sum += (JSON.parse(value?.toString() ?? '') as { amount: number }).amount;
          }
          seen += batch.messages.length;
          if (seen >= records) resolve();
          return Promise.resolve();
        },
      })
      .catch(reject);
  });
  const seconds = (performance.now() - started) / 1000;
  await consumer.disconnect();
  if (sum === 0) throw new Error('nothing was parsed');
  return seen / seconds;
}

/** Produces rows like those of the topic, prepared beforehand, 1,000 in a send: kafkajs' best. */
async function produceRaw({ cluster }: BenchTopic): Promise<number> {
  const out = await cluster.createTopic('raw');
  const producer = cluster.kafka.producer();
  await producer.connect();
  const value = Buffer.alloc(180, 'x');
  const messages = Array.from({ length: 1000 }, () => ({ value }));
  const count = records / 4;
  const started = performance.now();
  for (let sent = 0; sent < count; sent += messages.length) {
    await producer.send({ topic: out, messages, compression: CompressionTypes.None });
  }
  const perSecond = count / ((performance.now() - started) / 1000);
  await producer.disconnect();
  await cluster.deleteTopic(out);
  return perSecond;
}
