// Statements the job tests use, and what must be true of the ids that come out of them.
import { readFile } from 'node:fs/promises';
import type { JobDetails } from '../../server/protocol/jobs';
import type { SeenRecord } from './cluster';

/** CREATE TABLE of a kafka table at `address`. */
export function kafkaTableSql(
  name: string,
  columns: string,
  topic: string,
  address: string,
  options: Record<string, string> = {},
): string {
  const all = {
    connector: 'kafka',
    'properties.bootstrap.servers': address,
    topic,
    format: 'json',
    'scan.startup.mode': 'earliest-offset',
    ...options,
  };
  return `CREATE TABLE ${name} (${columns}) WITH (${optionsSql(all)});\n`;
}

/** CREATE TABLE of a kafka table with ids, on a named connection. */
export function connectedTableSql(
  name: string,
  topic: string,
  connection: string,
  more: Record<string, string> = {},
): string {
  const options = {
    connector: 'kafka',
    connection,
    topic,
    format: 'json',
    'scan.startup.mode': 'earliest-offset',
    ...more,
  };
  return `CREATE TABLE ${name} (id BIGINT) WITH (${optionsSql(options)});\n`;
}

/** CREATE TABLE of a file of JSON lines. */
export function fileTableSql(name: string, columns: string, file: string): string {
  return `CREATE TABLE ${name} (${columns}) WITH (${optionsSql({ connector: 'file', path: file, format: 'json' })});\n`;
}

function optionsSql(options: Record<string, string>): string {
  return Object.entries(options)
    .map(([key, value]) => `'${key}' = '${value}'`)
    .join(', ');
}

/** The ids of a file of JSON lines, in order. Empty where there is no file. */
export async function idsInFile(file: string): Promise<number[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { id: number }).id);
}

export interface Differences {
  lost: number[];
  repeated: number[];
  unexpected: number[];
}

/** How ids differ from what they should be; the first few of each kind, so that a failure can be read. */
export function differences(ids: number[], expected: number[]): Differences {
  const seen = new Set(ids);
  const wanted = new Set(expected);
  const shown = 10;
  const firsts = new Set<number>();
  const repeated = ids.filter((id) => {
    const again = firsts.has(id);
    firsts.add(id);
    return again;
  });
  return {
    lost: expected.filter((id) => !seen.has(id)).slice(0, shown),
    repeated: repeated.slice(0, shown),
    unexpected: ids.filter((id) => !wanted.has(id)).slice(0, shown),
  };
}

export const none: Differences = { lost: [], repeated: [], unexpected: [] };

/** Where the job stands in a partition: the offset it reads next. */
export function positionOf({ partitions }: JobDetails, partition = 0): number {
  return Number(partitions.find((found) => found.partition === partition)?.position ?? -1);
}

export function parsed<Row>(records: SeenRecord[]): Row[] {
  return records.map(({ value }) => JSON.parse(value ?? 'null') as Row);
}
