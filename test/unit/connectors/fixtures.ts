// Surroundings of a connector under test: a clock that only moves when told, a folder of its own, tables in one line.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach } from 'vitest';
import type { TableDefinition } from '../../../server/analysis/catalog';
import type { SqlType } from '../../../server/analysis/types';
import { allConnectors } from '../../../server/connectors/connectors';
import type {
  Clock,
  ConnectorContext,
  RecordBatch,
  RowBatch,
  Sink,
  Source,
} from '../../../server/connectors/connector';
import { offsetAt } from '../../../server/connectors/connector';

const made: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(made.splice(0).map((part) => part.close()));
});
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

export const never = new AbortController().signal;

/** Sleeping moves the clock on. */
export class FakeClock implements Clock {
  constructor(private time = Date.UTC(2026, 0, 31, 12)) {}
  now(): number {
    return this.time;
  }
  monotonic(): number {
    return this.time;
  }
  async sleep(ms: number): Promise<void> {
    this.time += ms;
    await new Promise((resolve) => setImmediate(resolve));
  }
  advance(ms: number): void {
    this.time += ms;
  }
}

export interface TestContext extends ConnectorContext {
  clock: FakeClock;
  printed: string[];
  logged: string[];
}

/** Removed after the last test of the file. */
export function newFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'stream-jobs-connectors-'));
  folders.push(folder);
  return folder;
}

/** `folder`: of an earlier context, to come back as the same job after a crash. */
export function newContext(folder = newFolder(), clock = new FakeClock()): TestContext {
  const printed: string[] = [];
  const logged: string[] = [];
  return {
    clock,
    jobName: 'orders-job',
    baseDir: folder,
    jobDir: path.join(folder, 'data'),
    connection: (name) => Promise.reject(new Error(`no connection ${name}`)),
    print: (lines) => printed.push(...lines),
    log: (_level, message) => logged.push(message),
    printed,
    logged,
  };
}

export type ColumnTypes = Record<string, SqlType | Exclude<SqlType['kind'], 'decimal' | 'timestamp'>>;

export function tableOf(
  connector: string,
  options: Record<string, string>,
  columns: ColumnTypes = {},
): TableDefinition {
  return {
    kind: 'table',
    name: 'orders',
    word: 'TABLE',
    connector,
    statement: '',
    options: { connector, ...options },
    columns: Object.entries(columns).map(([name, type]) => ({
      kind: 'physical',
      name,
      notNull: false,
      type: typeof type === 'string' ? ({ kind: type } as SqlType) : type,
    })),
  };
}

export function makeSource(table: TableDefinition, context: ConnectorContext): Source {
  const source = allConnectors.find(({ name }) => name === table.connector)?.source?.(table, context);
  if (!source) throw new Error(`${table.connector} has no source`);
  made.push(source);
  return source;
}
export function makeSink(table: TableDefinition, context: ConnectorContext): Sink {
  const sink = allConnectors.find(({ name }) => name === table.connector)?.sink?.(table, context);
  if (!sink) throw new Error(`${table.connector} has no sink`);
  made.push(sink);
  return sink;
}

export function textsOf({ count, values }: RecordBatch): string[] {
  return Array.from({ length: count }, (_, i) =>
    values.buffer.toString('utf8', values.starts[i], values.ends[i]),
  );
}

/** Everything there is to read now, as `offset text`. */
export async function readNow(source: Source, recordsMax = 1000): Promise<string[]> {
  const lines: string[] = [];
  for (;;) {
    const batch = await source.read(recordsMax, 0, never);
    if (!batch) return lines;
    textsOf(batch).forEach((text, i) => lines.push(`${offsetAt(batch, i)} ${text}`));
  }
}

/** Rows in one buffer; `separator` between them. */
export function rowBatch(texts: string[], separator = ''): RowBatch {
  const buffer = Buffer.from(texts.join(separator));
  const starts = new Uint32Array(texts.length);
  const ends = new Uint32Array(texts.length);
  let at = 0;
  texts.forEach((text, i) => {
    starts[i] = at;
    ends[i] = at + Buffer.byteLength(text);
    at += Buffer.byteLength(text) + separator.length;
  });
  return { count: texts.length, values: { buffer, starts, ends } };
}
