// A job's details page.
import { expect, it } from 'vitest';
import { detailsSections } from '../../../client/webviews/details/detailsHtml';
import type { JobDetails } from '../../../server/protocol/jobs';
import { ago, now, paused, snapshot } from './snapshots';

function details(changes: Partial<JobDetails>): JobDetails {
  return {
    ...snapshot(),
    query: 'SELECT 1',
    options: {},
    metrics: {
      batches: 1,
      lastBatchMs: null,
      lastCheckpointMs: 2,
      pauses: 0,
      resumes: 0,
      stateBytes: null,
      watermark: null,
      commitsFailed: null,
      warnings: {},
    },
    kafkaLag: null,
    lastProcessedOffset: [],
    ...changes,
  };
}

function html(job: JobDetails, id: string): string {
  const tables = {
    deadLetters: [
      {
        number: 7,
        stream: 'src',
        partition: 0,
        offset: '12',
        error: '<b>',
        key: null,
        value: '{"id',
        attempts: 2,
      },
    ],
    versions: [{ job: 'orders', version: '2', deployed_at: '2026-01-01' }],
  };
  return detailsSections(job, [0, 10], now, tables).find((section) => section.id === id)?.html ?? '';
}

it('offers what makes sense in the state', () => {
  expect(html(details({}), 'actions')).toContain('data-command="streamJobs.pauseJob"');
  expect(html(details(paused()), 'actions')).not.toContain('streamJobs.pauseJob"');
  expect(html(details(paused()), 'actions')).toContain('data-command="streamJobs.resumeJob"');
  expect(html(details({ state: 'pausing' }), 'actions')).not.toMatch(/pauseJob|resumeJob/);
});

it('never takes text of a job for HTML', () => {
  const evil = '<img src=x onerror="alert(1)">';
  const job = details({
    name: evil,
    statement: evil,
    warnings: [evil],
    error: { code: 'TYPE', message: evil, hint: evil },
    options: { [evil]: evil },
    partitions: [{ stream: evil, partition: 0, start: evil, position: evil, end: evil, lag: null, lost: 0 }],
    pauseHistory: [{ pausedAt: ago(60), by: evil, reason: evil, lagAtPause: null, offsets: [] }],
    sinks: [{ table: evil, connector: evil, target: evil, recordsOut: 0 }],
  });
  const page = detailsSections(job, [], now)
    .map((section) => section.html)
    .join('');
  expect(page).not.toContain('<img');
  expect(page.split('&lt;img').length - 1).toBeGreaterThanOrEqual(13);
});

it('shows dead letters with what can be done about them, and how many are not shown', () => {
  const letters = html(details({ deadLetters: { kept: 3, dropped: 5 } }), 'letters');
  expect(letters).toContain('<td>src 0</td><td>12</td><td>&lt;b&gt;</td>');
  expect(letters).toContain('data-command="streamJobs.retryDeadLetter" data-argument="7"');
  expect(letters).toContain('data-command="streamJobs.retryDeadLetters"');
  expect(letters).toContain('The newest 1 of 3. 5 older ones made room for newer ones.');
  const still = html(details({ ...paused(), deadLetters: { kept: 1, dropped: 0 } }), 'letters');
  expect(still).not.toContain('data-command');
  expect(still).toContain('They can be tried again while the job runs.');
  expect(html(details({}), 'letters')).toBe('');
});

it('says of each pause where the job went on instead, and lists versions', () => {
  const moved = { stream: 'src', partition: 1, from: '7', to: '19', lost: 10, skipped: 2, reread: 0 };
  const pause = { pausedAt: ago(60), by: 'cli', lagAtPause: 0, offsets: [], moved: [moved] };
  expect(html(details({ pauseHistory: [pause] }), 'pauses')).toContain(
    '<td>src 1 from 7 to 19: 10 lost, 2 skipped</td>',
  );
  expect(html(details({}), 'versions')).toContain('<th scope="col">Deployed at</th>');
});

it('says where lag counts bytes', () => {
  const lag = { partition: 0, start: '0', position: '7', end: '19', lag: 12, lost: 0 };
  const pause = { pausedAt: ago(60), by: 'cli', lagAtPause: 1200, offsets: [] };
  const job = details({
    lag: 1200,
    lagUnit: 'bytes',
    partitions: [{ ...lag, stream: 'file', unit: 'bytes' }],
    pauseHistory: [pause],
  });
  expect(html(job, 'figures')).toContain('<dt>Lag</dt><dd>1,200 bytes</dd>');
  expect(html(job, 'partitions')).toContain('<td>12 bytes</td>');
  expect(html(job, 'pauses')).toContain('<td>1,200 bytes</td>');
});

it('says unknown for what is not known', () => {
  const partition = { stream: 's', partition: 0, start: null, position: '7', end: null, lag: null, lost: 0 };
  expect(html(details({ partitions: [partition] }), 'partitions')).toMatch(
    /<td>unknown<\/td><td>7<\/td><td>unknown<\/td><td>unknown<\/td>/,
  );
});
