// Kafka tables and a connector's surroundings for tests that use the connector without a job server.
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TableColumn, TableDefinition } from '../../server/analysis/catalog';
import type {
  Clock,
  Connection,
  ConnectorContext,
  RecordBatch,
  RowBatch,
  Source,
} from '../../server/connectors/connector';
import { offsetAt } from '../../server/connectors/connector';

export const never = new AbortController().signal;

export const realClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) => sleep(ms, undefined, signal ? { signal } : {}).catch(() => undefined),
};

/** A context whose log can be looked at. */
export function testContext(
  connections: Record<string, Connection> = {},
  jobName = 'job',
): ConnectorContext & { logged: string[] } {
  const logged: string[] = [];
  return {
    clock: realClock,
    jobName,
    baseDir: os.tmpdir(),
    jobDir: path.join(os.tmpdir(), 'stream-jobs-no-files'),
    connection: (name) => {
      const found = connections[name];
      return found ? Promise.resolve(found) : Promise.reject(new Error(`no connection ${name}`));
    },
    print: () => undefined,
    log: (_level, message) => logged.push(message),
    logged,
  };
}

export function kafkaTable(
  topic: string,
  address: string,
  options: Record<string, string> = {},
  columns: TableColumn[] = [],
): TableDefinition {
  const where: Record<string, string> =
    'connection' in options ? {} : { 'properties.bootstrap.servers': address };
  const all = {
    connector: 'kafka',
    topic,
    format: 'json',
    'scan.startup.mode': 'earliest-offset',
    ...where,
    ...options,
  };
  return {
    kind: 'table',
    name: 'orders',
    word: 'TABLE',
    columns,
    options: all,
    connector: 'kafka',
    statement: '',
  };
}

export function metadataColumn(key: string): TableColumn {
  return { kind: 'metadata', name: key, type: { kind: 'bytes' }, key, virtual: true };
}

/** A batch's values as text. */
export function textsOf({ count, values }: RecordBatch): (string | null)[] {
  return Array.from({ length: count }, (_, i) =>
    values.starts[i] === 0xffffffff ? null : values.buffer.toString('utf8', values.starts[i], values.ends[i]),
  );
}

/** Reads until `count` records are there, or for a bounded source until it is finished. */
export async function readRecords(
  source: Source,
  count = Infinity,
): Promise<{ partition: number; offset: bigint; value: string | null }[]> {
  const records: { partition: number; offset: bigint; value: string | null }[] = [];
  const deadline = Date.now() + 30_000;
  while (records.length < count && !(source.finished && count === Infinity)) {
    if (Date.now() > deadline) throw new Error(`Only ${records.length} records came.`);
    const batch = await source.read(Math.min(count - records.length, 20_000), 200, never);
    if (!batch) continue;
    const texts = textsOf(batch);
    for (let i = 0; i < batch.count; i++)
      records.push({ partition: batch.partition, offset: offsetAt(batch, i), value: texts[i] ?? null });
  }
  return records;
}

/** The ids of records that are `{"id": n}`. */
export function idsOf(records: { value: string | null }[]): number[] {
  return records.map(({ value }) => (JSON.parse(value ?? 'null') as { id: number }).id);
}

/** Rows for a sink. */
export function rowBatch(values: (string | null)[], keys?: (string | null)[]): RowBatch {
  const rows: RowBatch = { count: values.length, values: packed(values) };
  if (keys) rows.keys = packed(keys);
  return rows;
}

function packed(texts: (string | null)[]): RowBatch['values'] {
  const parts = texts.map((text) => Buffer.from(text ?? ''));
  const starts = new Uint32Array(texts.length);
  const ends = new Uint32Array(texts.length);
  let at = 0;
  parts.forEach((part, i) => {
    starts[i] = texts[i] === null ? 0xffffffff : at;
    at += part.length;
    ends[i] = at;
  });
  return { buffer: Buffer.concat(parts), starts, ends };
}

/** first, first + 1, ... last. */
export function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}
