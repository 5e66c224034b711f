// Job snapshots for the client's tests.
import type { JobSnapshot, JobState } from '../../../server/protocol/jobs';

export const now = Date.parse('2026-03-01T10:12:00.000Z');

/** A moment some seconds before `now`. */
export function ago(seconds: number): string {
  return new Date(now - seconds * 1000).toISOString();
}

export function snapshot(changes: Partial<JobSnapshot> = {}): JobSnapshot {
  return {
    name: 'orders',
    version: '1',
    statement: 'START JOB orders AS INSERT INTO big SELECT * FROM incoming',
    state: 'running',
    desired: 'running',
    startedAt: ago(7200),
    since: ago(720),
    recordsIn: 20_000,
    recordsOut: 9000,
    recordsFailed: 0,
    recordsLate: 0,
    recordsPerSecond: 12_400,
    lag: 0,
    lagPerSecond: 0,
    lost: 0,
    partitions: [],
    sinks: [],
    pauseHistory: [],
    warnings: [],
    ...changes,
  };
}

export function paused(changes: Partial<JobSnapshot> = {}): JobSnapshot {
  return snapshot({
    state: 'paused',
    desired: 'paused',
    pause: { pausedAt: ago(720), by: 'editor', reason: 'index rebuild' },
    recordsPerSecond: 0,
    lag: 8403,
    lagPerSecond: 120,
    ...changes,
  });
}

export const states: JobState[] = [
  'starting',
  'running',
  'pausing',
  'paused',
  'resuming',
  'stopping',
  'stopped',
  'failed',
];
