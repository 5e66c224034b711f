// The words that every view uses of jobs: numbers, lengths of time, times of day.
import { describe, expect, it } from 'vitest';
import {
  age,
  ageChangesIn,
  clockTime,
  countOrUnknown,
  describeJob,
  jobBrief,
  lagText,
  pauseLength,
  rate,
  short,
  span,
} from '../../../server/protocol/jobText';
import { ago, now, paused, snapshot } from '../client/snapshots';

describe('numbers', () => {
  it.each([
    [0, '0'],
    [0.04, '0'],
    [0.42, '0.4'],
    [0.97, '1'],
    [7.2, '7'],
    [999.4, '999'],
    [999.6, '1k'],
    [12_440, '12.4k'],
    [999_949, '999.9k'],
    [999_950, '1M'],
    [1_240_000, '1.2M'],
    [-8403, '-8.4k'],
  ])('%d in short is %s', (value, text) => expect(short(value)).toBe(text));

  it('that are unknown are not zero', () => {
    expect([lagText({ lag: null }), lagText({ lag: 8403 }), countOrUnknown(null)]).toEqual([
      'lag unknown',
      'lag 8,403',
      'unknown',
    ]);
    expect(rate(0.3)).toBe('0.3/s');
  });

  it('of a lag say what they count, where that is not records', () => {
    expect([0, 1, 8403].map((lag) => lagText({ lag, lagUnit: 'bytes' }))).toEqual([
      'lag 0',
      'lag 1 byte',
      'lag 8,403 bytes',
    ]);
    expect(lagText({ lag: 8403, lagUnit: 'records and bytes' })).toBe('lag 8,403 records and bytes');
    expect(lagText({ lag: null, lagUnit: 'bytes' })).toBe('lag unknown');
  });
});

describe('times', () => {
  it.each([
    [0, '0 s'],
    [119_999, '119 s'],
    [120_000, '2 min'],
    [7_199_999, '119 min'],
    [7_200_000, '2 h'],
    [172_799_999, '47 h'],
    [172_800_000, '2 d'],
  ])('%d ms are %s', (ms, text) => expect(span(ms)).toBe(text));

  it.each([0, 2_500, 119_999, 120_000, 7_199_000, 7_200_000, 172_799_999, 172_800_000, 1e9])(
    'a job is older in words when ageChangesIn says, and not before: %d ms',
    (ms) => {
      const since = new Date(now - ms).toISOString();
      const next = now + ageChangesIn(since, now);
      expect(age(since, next - 1)).toBe(age(since, now));
      expect(age(since, next)).not.toBe(age(since, now));
    },
  );

  it('are never before now, even when clocks differ', () => expect(age(ago(-5), now)).toBe('0 s'));

  it('of another day come with the date', () => {
    const noon = new Date(2026, 10, 24, 12, 0);
    const [early, dayBefore] = [new Date(2026, 10, 24, 9, 5), new Date(2026, 10, 23, 9, 5)];
    expect(clockTime(early.toISOString(), noon.getTime())).toBe('09:05');
    expect(clockTime(dayBefore.toISOString(), noon.getTime())).toBe('2026-11-23 09:05');
  });

  it('of a pause are how long it lasted, or has so far', () => {
    const pause = { pausedAt: ago(720), by: 'cli', lagAtPause: 0, offsets: [] };
    expect(pauseLength(pause, now)).toBe('12 min so far');
    expect(pauseLength({ ...pause, resumedAt: ago(630) }, now)).toBe('90 s');
    expect(pauseLength({ ...pause, resumedAt: ago(630), durationMs: 91_000 }, now)).toBe('91 s');
  });
});

describe('a line about a job', () => {
  it.each([
    [
      'a lag that shrinks',
      paused({ lagPerSecond: -1200, pause: { pausedAt: ago(720), by: 'x' } }),
      'paused 12 min · lag 8,403 (-1.2k/s)',
    ],
    ['a lag that hardly grows', paused({ lagPerSecond: 0.4 }), 'paused 12 min · lag 8,403 · index rebuild'],
    [
      'a version that is on probation',
      snapshot({ probation: { version: '2', until: ago(-8) } }),
      "12.4k/s · lag 0 · version '2' on probation for 8 s",
    ],
    ['a state that ends by itself', snapshot({ state: 'resuming' }), 'resuming…'],
    ['a failure without a message', snapshot({ state: 'failed' }), 'failed'],
  ])('says %s', (_, job, text) => expect(describeJob(job, now)).toBe(text));

  it('is the same from what the language server is told', () => {
    const job = paused({ lagPerSecond: null, lagUnit: 'bytes' });
    expect(describeJob(jobBrief(job), now)).toBe(describeJob(job, now));
  });
});
