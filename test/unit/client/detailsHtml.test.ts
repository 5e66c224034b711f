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
    },
    kafkaLag: null,
    lastProcessedOffset: [],
    ...changes,
  };
}

function html(job: JobDetails, id: string): string {
  return detailsSections(job, [0, 10], now).find((section) => section.id === id)?.html ?? '';
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

it('says unknown for what is not known', () => {
  const partition = { stream: 's', partition: 0, start: null, position: '7', end: null, lag: null, lost: 0 };
  expect(html(details({ partitions: [partition] }), 'partitions')).toMatch(
    /<td>unknown<\/td><td>7<\/td><td>unknown<\/td><td>unknown<\/td>/,
  );
});
