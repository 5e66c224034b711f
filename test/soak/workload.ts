// The jobs of a soak, and what must have come out of each when everything was read.
import { readFile } from 'node:fs/promises';
import type { JobDetails } from '../../server/protocol/jobs';
import { fileTableSql, kafkaTableSql } from '../kafka/jobTables';
import type { InputPlaces } from './producer';
import { compare } from './records';
import type { Comparison, ReadTopic } from './records';

export interface OutputTopics {
  filtered: string;
  copied: string;
  counted: string;
  made: string;
}

export interface SoakJob {
  name: string;
  delivery: 'exactly-once' | 'at-least-once';
  /** The input it reads; a generator goes on with the clock. */
  reads?: keyof InputPlaces;
  /** CREATE TABLE of what it reads and writes. */
  tables: string;
  /** What follows AS where it is started and deployed. */
  query: string;
  /** Whether its versions can share keys. */
  keyed: boolean;
  /** What came out against what should have. */
  check: (read: ReadTopic, job: JobDetails) => Promise<Comparison>;
  /** Of the records it read, how many could not be. */
  failed: (read: ReadTopic) => Promise<number>;
}

const windowMs = 1000;
const noneFailed = (): Promise<number> => Promise.resolve(0);

export function workload(
  broker: string,
  inputs: InputPlaces,
  outputs: OutputTopics,
  outputFile: string,
): SoakJob[] {
  const source = { 'scan.topic-partition-discovery.interval': '1 s' };
  const orders = (name: string): string => kafkaTableSql(name, 'id BIGINT', inputs.orders, broker, source);
  const sink = (name: string, topic: string): string => kafkaTableSql(name, 'id BIGINT', topic, broker);
  return [
    {
      name: 'filter',
      delivery: 'exactly-once',
      reads: 'orders',
      tables: `${orders('orders_1')}${sink('filtered', outputs.filtered)}`,
      query: `INSERT INTO filtered SELECT id FROM orders_1 WHERE id % 2 = 0
        WITH ('delivery' = 'exactly-once')`,
      keyed: true,
      check: async (read) => {
        const ids = (await goodOrders(read, inputs.orders)).filter((id) => id % 2 === 0);
        return compareIds(ids, await idsIn(read, outputs.filtered));
      },
      failed: (read) => poisonIn(read, inputs.orders),
    },
    {
      name: 'copy',
      delivery: 'at-least-once',
      reads: 'orders',
      tables: `${orders('orders_2')}${sink('copied', outputs.copied)}`,
      query: `INSERT INTO copied SELECT id FROM orders_2
        WITH ('delivery' = 'at-least-once', 'batch.records' = '500')`,
      keyed: true,
      check: async (read) =>
        compareIds(await goodOrders(read, inputs.orders), await idsIn(read, outputs.copied)),
      failed: (read) => poisonIn(read, inputs.orders),
    },
    countJob(broker, inputs.events, outputs.counted),
    {
      name: 'generate',
      delivery: 'exactly-once',
      tables: `CREATE TABLE made_up (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '200',
          'partitions' = '3', 'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '1000000000');
        ${sink('made', outputs.made)}`,
      query: `INSERT INTO made SELECT id FROM made_up WITH ('delivery' = 'exactly-once')`,
      keyed: true,
      check: async (read, job) => {
        const ids = job.partitions.flatMap(({ partition, position }) =>
          Array.from({ length: Number(position) }, (_, i) => i * 3 + partition + 1),
        );
        return compareIds(ids, await idsIn(read, outputs.made));
      },
      failed: noneFailed,
    },
    {
      name: 'lines',
      delivery: 'exactly-once',
      reads: 'file',
      tables: `${fileTableSql('lines_in', 'id BIGINT', inputs.file)}${fileTableSql('lines_out', 'id BIGINT', outputFile)}`,
      query: `INSERT INTO lines_out SELECT id FROM lines_in WHERE id % 3 = 0`,
      keyed: true,
      check: async () => {
        const ids = (await idsOfLines(inputs.file)).filter((id) => id % 3 === 0);
        return compareIds(ids, await idsOfLines(outputFile));
      },
      failed: noneFailed,
    },
  ];
}

/** Counts events by key in windows of event time; no event is late, since each partition is in order. */
function countJob(broker: string, events: string, counted: string): SoakJob {
  const columns = `id BIGINT, k STRING, ts BIGINT, at AS TO_TIMESTAMP_LTZ(ts, 3),
    WATERMARK FOR at AS at - INTERVAL '5' SECOND`;
  return {
    name: 'count',
    delivery: 'exactly-once',
    reads: 'events',
    tables: `${kafkaTableSql('events', columns, events, broker)}
      ${kafkaTableSql('counted', 'k STRING, s BIGINT, n BIGINT, total BIGINT', counted, broker)}`,
    query: `INSERT INTO counted
      SELECT k, CAST(EXTRACT(EPOCH FROM window_start) AS BIGINT), COUNT(*), SUM(id)
      FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(at), INTERVAL '1' SECOND)) GROUP BY k, window_start, window_end
      WITH ('delivery' = 'exactly-once')`,
    keyed: false,
    check: async (read) => {
      const windows = new Map<string, { n: number; total: number }>();
      let last = 0;
      const input = (await read(events)).map(
        ({ value }) => JSON.parse(value) as { id: number; k: string; ts: number },
      );
      for (const { id, k, ts } of input) {
        const start = Math.floor(ts / windowMs);
        last = Math.max(last, start);
        const key = `${k} ${start}`;
        const { n, total } = windows.get(key) ?? { n: 0, total: 0 };
        windows.set(key, { n: n + 1, total: total + id });
      }
      // The events that close the windows stand in one that stays open.
      const closed = [...windows].filter(([key]) => Number(key.split(' ')[1]) < last);
      const rows = (await read(counted)).map(({ value }) => {
        const { k, s, n, total } = JSON.parse(value) as { k: string; s: number; n: number; total: number };
        return `${k} ${s}: ${n}, ${total}`;
      });
      return compare(
        closed.map(([key, { n, total }]) => `${key}: ${n}, ${total}`),
        rows,
      );
    },
    failed: noneFailed,
  };
}

async function goodOrders(read: ReadTopic, topic: string): Promise<number[]> {
  return (await read(topic)).flatMap(({ value }) => idOf(value) ?? []);
}
async function poisonIn(read: ReadTopic, topic: string): Promise<number> {
  return (await read(topic)).filter(({ value }) => idOf(value) === undefined).length;
}
/** Undefined for a record that is no JSON. */
function idOf(value: string): number | undefined {
  return value.endsWith('}') ? (JSON.parse(value) as { id: number }).id : undefined;
}
async function idsIn(read: ReadTopic, topic: string): Promise<number[]> {
  return (await read(topic)).map(({ value }) => (JSON.parse(value) as { id: number }).id);
}
async function idsOfLines(file: string): Promise<number[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => (line === '' ? [] : (JSON.parse(line) as { id: number }).id));
}
function compareIds(expected: number[], found: number[]): Comparison {
  return compare(expected.map(String), found.map(String));
}
