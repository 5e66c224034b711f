// What rows, tooltips and the status bar say of a job.
import { describe, expect, it } from 'vitest';
import { deployText } from '../../../client/commands/deployText';
import { bar, sparkline } from '../../../client/views/charts';
import { jobChildRows } from '../../../client/views/jobChildren';
import { jobRow } from '../../../client/views/jobRow';
import { jobTooltip } from '../../../client/views/jobTooltip';
import type { JobSnapshot } from '../../../server/protocol/jobs';
import { codeBlock, escapeMarkdown } from '../../../server/protocol/markdown';
import { statusText } from '../../../client/views/statusText';
import { streamChildRows, streamRow } from '../../../client/views/streamRows';
import { ago, now, paused, snapshot } from './snapshots';

describe('a job row', () => {
  it.each([
    ['running', snapshot(), 'sync', '12.4k/s · lag 0'],
    ['lag that cannot be read', snapshot({ lag: null }), 'sync', '12.4k/s · lag unknown'],
    ['paused', paused(), 'debug-pause', 'paused 12 min · lag 8,403 (+120/s) · index rebuild'],
    [
      'paused for a while',
      paused({ pause: { pausedAt: ago(720), by: 'cli', until: ago(-300) } }),
      'debug-pause',
      'paused 12 min · lag 8,403 (+120/s) · resumes in 5 min',
    ],
    [
      'records gone',
      paused({ lost: 1204, lagPerSecond: null, pause: { pausedAt: ago(720), by: 'cli' } }),
      'debug-pause',
      'paused 12 min · lag 8,403 · 1,204 records already deleted by retention',
    ],
    [
      'behind in a file',
      paused({ lagUnit: 'bytes' }),
      'debug-pause',
      'paused 12 min · lag 8,403 bytes (+120/s) · index rebuild',
    ],
    ['in transition', snapshot({ state: 'pausing' }), 'loading~spin', 'pausing…'],
    [
      'failed',
      snapshot({ state: 'failed', error: { code: 'SINK_FAILED', message: 'The disk is full.' } }),
      'error',
      'failed · The disk is full.',
    ],
    ['stopped', snapshot({ state: 'stopped', stopReason: 'finished' }), 'debug-stop', 'stopped · finished'],
    [
      'paused near the retention horizon',
      paused({ retentionHorizon: ago(-7300) }),
      'debug-pause',
      'paused 12 min · lag 8,403 (+120/s) · index rebuild · oldest unread is deleted in 2 h',
    ],
    [
      'paused cold, within the last hour before the horizon, which is said once',
      paused({
        depth: 'cold',
        retentionHorizon: ago(-1800),
        warnings: ['Retention deletes unread records from 10:42 on.', 'The clock jumped.'],
      }),
      'debug-pause',
      'paused 12 min · cold · lag 8,403 (+120/s) · index rebuild · ⚠ oldest unread is deleted in 30 min · ⚠ The clock jumped.',
    ],
    ['in a step', snapshot({ step: { records: 10, left: 7 } }), 'sync', '12.4k/s · lag 0 · step: 3 of 10'],
    [
      'with dead letters, more of which had to leave',
      snapshot({ recordsFailed: 9, deadLetters: { kept: 2, dropped: 3, retried: 4 } }),
      'sync',
      '12.4k/s · lag 0 · 2 dead letters · 3 failed records',
    ],
    ['with bad records', snapshot({ recordsFailed: 3 }), 'sync', '12.4k/s · lag 0 · 3 failed records'],
  ])('%s', (_, job, icon, description) => {
    const row = jobRow(job, now);
    expect([row.id, row.label, row.icon.id, row.description]).toEqual([
      'job:orders',
      'orders',
      icon,
      description,
    ]);
  });

  it('says its state in words to a screen reader', () => {
    expect(jobRow(paused(), now).accessibleLabel).toBe(
      'Job orders, paused: paused 12 min, lag 8,403 (+120 per second), index rebuild',
    );
  });
});

it('a job opens to partitions, sinks, what waits in it, version, group and the last three pauses, the newest first', () => {
  const pause = (reason: string, seconds: number) => ({
    pausedAt: ago(seconds),
    resumedAt: ago(seconds - 90),
    durationMs: 90_000,
    reason,
    by: 'editor',
    lagAtPause: 0,
    lagAtResume: 1200,
    offsets: [],
  });
  const partition = { stream: 'incoming', start: '0', lost: 0 };
  const job = paused({
    partitions: [
      { ...partition, partition: 0, position: '100', end: '180', lag: 80 },
      { ...partition, partition: 1, position: '100', end: '110', lag: 10, unit: 'bytes' },
      { ...partition, partition: 2, position: '7', end: null, lag: null },
    ],
    sinks: [{ table: 'big', connector: 'kafka', target: 'big-orders', recordsOut: 9000 }],
    consumerGroup: 'stream-jobs.orders',
    unpublished: 12,
    deadLetters: { kept: 1, dropped: 4 },
    pauseHistory: [pause('first', 4000), pause('b', 3000), pause('c', 2000), pause('last', 1000)],
  });
  const rows = jobChildRows(job, now);
  expect(
    rows.map(({ label, description }) => `${label}: ${description}`.replace(/paused .*?: /, 'paused: ')),
  ).toEqual([
    'incoming 0: ▰▰▰▰▰▰▰▰ · lag 80 · 100 of 180',
    'incoming 1: ▰▱▱▱▱▱▱▱ · lag 10 bytes · 100 of 110',
    'incoming 2: lag unknown · 7 of unknown',
    'writes big: kafka big-orders · 9,000 records',
    '12 rows not published yet: safe here, sent when the sink takes them',
    '1 dead letter: 4 older ones made room',
    'version 1: started 2 h ago',
    'consumer group stream-jobs.orders: ',
    'paused: 90 s · by editor · last · lag 0 to 1,200',
    'paused: 90 s · by editor · c · lag 0 to 1,200',
    'paused: 90 s · by editor · b · lag 0 to 1,200',
  ]);
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  expect(rows.every(({ id }) => id.startsWith('job:orders/'))).toBe(true);
});

it('the row of the version names the others, the latest first', () => {
  const job = snapshot({
    version: '3',
    versions: [
      { version: '1', state: 'previous' },
      { version: '2', state: 'failed' },
      { version: '3', state: 'active' },
    ],
  });
  const row = jobChildRows(job, now).find(({ id }) => id.endsWith('/version'));
  expect(row?.description).toBe('started 2 h ago · 2 failed · 1 previous');
});

describe('the statement to deploy a new version with', () => {
  const of = (statement: string, more: Partial<JobSnapshot> = {}) =>
    deployText(snapshot({ statement, ...more }))
      .split('\n')
      .slice(1)
      .join('\n');
  const query = 'INSERT INTO big SELECT * FROM incoming';
  it.each([
    [
      `START JOB IF NOT EXISTS orders PAUSED AS\n${query} WITH ('on.error' = 'skip');`,
      `${query} WITH ('on.error' = 'skip')`,
    ],
    [`START JOB \`orders\` AS ${query}`, query, '`orders`'],
    [`START JOB "my AS job" AS ${query}`, query, '"my AS job"'],
    [`DEPLOY JOB orders VERSION 'AS it''s' AS ${query} STRATEGY CANARY(10)`, query],
    [query, query, '`orders`'],
    [
      `CREATE TABLE orders WITH ('connector' = 'print') AS SELECT 1`,
      'INSERT INTO ... SELECT ...',
      '`orders`',
    ],
  ])('%s', (statement, body, name = 'orders') => {
    expect(of(statement)).toBe(`DEPLOY JOB ${name} VERSION '2' AS\n${body};\n`);
  });
  it('has a version that is not taken, and the name in quotes where it needs them', () => {
    const versions = [
      { version: '1', state: 'previous' as const },
      { version: '7', state: 'active' as const },
    ];
    expect(of(query, { name: 'my job', version: '7', versions })).toContain("JOB `my job` VERSION '8' AS");
  });
});

describe('text of strangers in Markdown', () => {
  it('has no meaning left', () => {
    const evil = '[x](command:evil) <b> `code` $(error) **b** | a\nb';
    expect(escapeMarkdown(evil)).not.toMatch(/(?<!\\)[[\]<>`*$|]/);
    expect(escapeMarkdown(evil)).not.toContain('\n');
  });
  it('cannot end its code block', () => {
    expect(codeBlock('sql', 'SELECT ```` x')).toBe('`````sql\nSELECT ```` x\n`````');
  });
  it('is escaped in the tooltip, which shows statement, counts and the lag as a chart', () => {
    const job = paused({ pause: { pausedAt: ago(720), by: 'x', reason: '[go](command:evil)' } });
    const tooltip = jobTooltip(job, [0, 4000, 8403], now);
    expect(tooltip).not.toContain('[go](command:evil)');
    expect(tooltip).toContain('```sql\nSTART JOB orders');
    expect(tooltip).toContain('▁▄█');
    expect(tooltip).toContain('In 20,000');
  });
});

it.each([
  [[], ''],
  [[5], ''],
  [[0, 0, 0], '▁▁▁'],
  [[0, 50, 100], '▁▅█'],
])('sparkline of %j is %s', (values, expected) => {
  expect(sparkline(values)).toBe(expected);
});

it.each([
  [0, '▱▱▱▱'],
  [0.01, '▰▱▱▱'],
  [0.5, '▰▰▱▱'],
  [1, '▰▰▰▰'],
])('bar of %d is %s', (part, expected) => {
  expect(bar(part, 4)).toBe(expected);
});

describe('the status bar', () => {
  it.each([
    ['nothing', [], undefined],
    ['running jobs', [snapshot(), snapshot()], '$(sync) 2 running'],
    [
      'paused jobs and their lag',
      [snapshot(), paused(), paused({ lag: 0 })],
      '$(debug-pause) 2 paused · lag 8.4k',
    ],
    [
      'records and bytes apart',
      [paused(), paused(), paused({ lag: 5000, lagUnit: 'bytes' })],
      '$(debug-pause) 3 paused · lag 16.8k + 5k bytes',
    ],
    ['an unknown lag as unknown', [paused(), paused({ lag: null })], '$(debug-pause) 2 paused · lag unknown'],
    ['a failure first', [paused(), snapshot({ state: 'failed' })], '$(error) 1 failed · 1 paused · lag 8.4k'],
    ['stopped jobs', [snapshot({ state: 'stopped' })], '$(debug-stop) 1 stopped'],
  ])('shows %s', (_, jobs, text) => {
    expect(statusText(jobs)?.text).toBe(text);
  });
});

it('a stream says who writes and reads it, and opens to its columns and jobs', () => {
  const table = {
    name: 'incoming',
    kind: 'table' as const,
    connector: 'datagen',
    statement: 'CREATE TABLE incoming (id BIGINT)',
    columns: [{ name: 'id', type: 'BIGINT' }],
    readBy: ['orders', 'counts'],
    writtenBy: [],
  };
  expect(streamRow(table).description).toBe('datagen · read by orders, counts');
  expect(streamRow({ ...table, connector: 'kafka', writtenBy: ['load'] }).description).toBe(
    'kafka · written by load · read by orders, counts',
  );
  expect(streamChildRows(table).map(({ label, description }) => `${label} ${description}`)).toEqual([
    'id BIGINT',
    'orders reads',
    'counts reads',
  ]);
});
