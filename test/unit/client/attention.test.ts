// What the user is told before records are lost, skipped or read again.
import { describe, expect, it } from 'vitest';
import { namedJobs } from '../../../client/commands/namedJobs';
import { movesText } from '../../../client/commands/resumePlaces';
import { OpenRows } from '../../../client/views/openRows';
import { horizonWarning } from '../../../client/horizon';
import { DetailsTables } from '../../../client/webviews/details/detailsTables';
import type { JobDetails } from '../../../server/protocol/jobs';
import { ago, now, paused, snapshot } from './snapshots';

describe('the retention horizon', () => {
  it.each([
    ['far away', paused({ retentionHorizon: ago(-2 * 3600) }), undefined],
    ['unknown', paused(), undefined],
    ['of a running job', snapshot({ retentionHorizon: ago(-60) }), undefined],
    ['near', paused({ retentionHorizon: ago(-40 * 60) }), 'in 40 min'],
    ['passed', paused({ retentionHorizon: ago(60) }), 'any moment now'],
  ])('%s', (_, job, when) => {
    const said = when && `Job orders is paused, and Kafka deletes the oldest record it has not read ${when}.`;
    expect(horizonWarning(job, now)).toBe(said);
  });
});

describe('resuming from another place says', () => {
  const partition = { stream: 's', lag: 10, lost: 0, start: '5', position: '20', end: '30' };
  const partitions = [
    { ...partition, partition: 0 },
    { ...partition, partition: 1, position: '30' },
  ];
  const place = { words: '', clause: '' };
  it.each([
    ['latest', partitions, '10 records are skipped and never read by this job.'],
    ['earliest', partitions, '40 records are read again, and their results written again.'],
    [
      'latest',
      [{ ...partition, partition: 0, end: null }],
      'How many records cannot be said now, since the log cannot be read: they are skipped and never read by this job.',
    ],
  ] as const)('%s', (kind, all, text) => {
    expect(movesText({ ...place, kind }, all)).toBe(text);
  });
});

it('a row under a job stands for the job', () => {
  const node = { job: 'orders' };
  expect(namedJobs([{ parent: node, row: {} }, undefined])).toEqual(['orders']);
  expect(namedJobs([node, [node, { parent: node, row: {} }]])).toEqual(['orders']);
});

describe('a row that VS Code has forgotten while it draws it anew', () => {
  it('is of the open job that is drawn', () => {
    expect(namedJobs([undefined, undefined], 'orders')).toEqual(['orders']);
    expect(namedJobs([undefined, [{ job: 'clicks' }, undefined]], 'orders')).toEqual(['clicks', 'orders']);
  });

  it('is not known where that cannot be said, and no row is none', () => {
    expect(namedJobs([undefined, undefined])).toEqual([]);
    expect(namedJobs([], 'orders')).toEqual([]);
    expect(namedJobs([{ job: 'clicks' }, undefined], 'orders')).toEqual(['clicks']);
  });

  it('is of one job at a time: the next is drawn when VS Code has asked for the rows of the one before', () => {
    const open = new OpenRows();
    expect(open.forgotten).toBeUndefined();
    expect(open.changed(['a', 'b'])).toBe('a');
    expect(open.forgotten).toBe('a');
    expect(open.asked('a')).toBe('b');
    expect(open.forgotten).toBe('b');
    expect(open.asked('b')).toBeUndefined();
    expect(open.forgotten).toBeUndefined();
  });

  it('is not known while VS Code has not asked for those of two jobs, and goes on when it has', () => {
    const open = new OpenRows();
    open.changed(['a', 'b']);
    expect(open.changed(['b', 'c'])).toBe('b');
    expect(open.forgotten).toBeUndefined();
    expect(open.asked('a')).toBeUndefined();
    expect(open.forgotten).toBe('b');
    expect(open.asked('b')).toBe('c');
    open.reset();
    expect(open.forgotten).toBeUndefined();
    expect(open.asked('c')).toBeUndefined();
  });
});

it('the details ask for letters and versions when they may have changed, not each second', async () => {
  const asked: string[] = [];
  const tables = new DetailsTables((sql) => {
    asked.push(sql.replace(/ FOR.*/, ''));
    if (sql.startsWith('SHOW VERSIONS')) return Promise.reject(new Error('not yet'));
    return Promise.resolve({ statement: sql, ok: true, columns: ['number'], rows: [[7]] });
  });
  const metrics = { batches: 1 };
  const job = { ...snapshot(), deadLetters: { kept: 1, dropped: 0 }, metrics } as JobDetails;
  const batch = { ...job, metrics: { ...job.metrics, batches: 2 } };
  expect(await tables.of(job, now)).toEqual({ deadLetters: [{ number: 7 }], versions: [] });
  await tables.of({ ...job, recordsIn: 1 }, now + 60_000);
  await tables.of(batch, now + 1000);
  expect(asked).toEqual(['SHOW DEAD LETTERS', 'SHOW VERSIONS']);
  await tables.of(batch, now + 6000);
  expect(asked.length).toBe(4);
  await tables.of({ ...batch, recordsFailed: 2 }, now + 6001);
  expect(asked.length).toBe(6);
  const none = { ...job, deadLetters: { kept: 0, dropped: 0 } };
  expect((await tables.of(none, now)).deadLetters).toEqual([]);
});
