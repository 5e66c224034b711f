// Fixtures: SQL with a cursor mark, live jobs at a fixed moment, and results rendered to one string.
import { TextDocument } from 'vscode-languageserver-textdocument';
import { MapCatalog } from '../../../server/analysis/catalogs';
import { buildScript } from '../../../server/language/buildScript';
import { knownJobs, type KnownJobs } from '../../../server/language/liveJobs/knownJobs';
import type { Script } from '../../../server/language/script';
import type { JobBrief } from '../../../server/protocol/jobs';

export const uri = 'file:///script.streamsql';

/** Noon of some day, local time, as messages show times of day. */
const noon = new Date(2026, 10, 24, 12, 0).getTime();
export const snapshotTime = new Date(noon).toISOString();

export function minutesBefore(minutes: number): string {
  return new Date(noon - minutes * 60_000).toISOString();
}

/** Live jobs: `orders` runs its third version, `clicks` is paused since 11:48, `old` stopped, `slow` is being paused. */
export const briefs: JobBrief[] = [
  {
    ...{ name: 'orders', state: 'running', since: minutesBefore(90), lag: 0, recordsPerSecond: 12_400 },
    version: '3',
    versions: [
      { version: '1', state: 'previous' },
      { version: 'wrong', state: 'failed' },
      { version: '3', state: 'active' },
    ],
  },
  {
    name: 'clicks',
    state: 'paused',
    since: minutesBefore(12),
    reason: 'index rebuild',
    lag: 8403,
    recordsPerSecond: 0,
    deadLetters: 2,
  },
  { name: 'old', state: 'stopped', since: minutesBefore(180), lag: null, recordsPerSecond: 0 },
  { name: 'slow', state: 'pausing', since: minutesBefore(0), lag: null, recordsPerSecond: 0 },
];
export const liveJobs: KnownJobs = knownJobs({ at: snapshotTime, jobs: briefs });

/** Some tables to write queries over. */
export const tables = `CREATE TABLE orders_in (id BIGINT, customer STRING, amount DECIMAL(10, 2), ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'datagen');
CREATE TABLE out_t (id BIGINT, customer STRING) WITH ('connector' = 'print');
`;

/** A job over them that keeps windows. */
export const sums = `START JOB sums AS SELECT customer, window_start, SUM(amount) AS total
  FROM TABLE(TUMBLE(TABLE orders_in, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY customer, window_start, window_end;
`;

export function scriptOf(text: string, documentUri = uri): Script {
  return buildScript(TextDocument.create(documentUri, 'streamsql', 1, text), new MapCatalog());
}

/** Takes the cursor mark out of a text. */
export function withCursor(marked: string): { text: string; offset: number } {
  const offset = marked.indexOf('$0');
  if (offset < 0) throw new Error(`No cursor in ${marked}`);
  return { text: marked.slice(0, offset) + marked.slice(offset + 2), offset };
}
