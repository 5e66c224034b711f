// Lag, exact and in both directions; unknown is not zero.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  LagHistory,
  lagOf,
  lagUnit,
  lostOf,
  timeToDrain,
  totalLag,
  totalLost,
} from '../../../server/jobs/lag';

const beyond = 2n ** 60n;

describe('lag of partitions', () => {
  it.each([
    [{ start: 0n, position: 40n, end: 100n }, 60n, 0n],
    [{ start: 50n, position: 40n, end: 100n }, 50n, 10n],
    [{ start: 100n, position: 40n, end: 100n }, 0n, 60n],
    [{ start: null, position: 40n, end: 100n }, 60n, 0n],
    [{ start: 0n, position: 40n, end: null }, null, 0n],
    [{ start: 0n, position: 500n, end: 10n }, 0n, 0n],
    [{ start: beyond, position: beyond + 1n, end: beyond + 3n }, 2n, 0n],
  ])('%o', (offsets, lag, lost) => {
    expect(lagOf(offsets)).toBe(lag);
    expect(lostOf(offsets)).toBe(lost);
  });

  it('sums up, and one unknown makes the sum unknown', () => {
    const known = { start: 5n, position: 0n, end: 10n };
    expect(totalLag([])).toBe(0);
    expect(totalLag([known, known])).toBe(10);
    expect(totalLag([known, { ...known, end: null }])).toBeNull();
    expect(totalLost([known, known])).toBe(10);
  });

  it('counts bytes where a file is read, and says so beside records', () => {
    expect([lagUnit([]), lagUnit([{}])]).toEqual([undefined, undefined]);
    expect(lagUnit([{ unit: 'bytes' }])).toBe('bytes');
    expect(lagUnit([{ unit: 'bytes' }, {}])).toBe('records and bytes');
  });

  it('what waits and what is lost is everything from the position to the end', () => {
    const offset = fc.bigInt({ min: 0n, max: beyond });
    fc.assert(
      fc.property(offset, offset, offset, (position, a, b) => {
        const [start, end] = a < b ? [a, b] : [b, a];
        const offsets = { start, position, end };
        expect((lagOf(offsets) ?? -1n) >= 0n).toBe(true);
        if (position <= start) expect((lagOf(offsets) ?? 0n) + lostOf(offsets)).toBe(end - position);
      }),
    );
  });
});

describe('rates', () => {
  const every = (
    ms: number,
    count: number,
    lag: (i: number) => number | null,
    history = new LagHistory(),
    from = 0,
  ) => {
    for (let i = 0; i < count; i++) history.add({ at: from + i * ms, lag: lag(i), recordsIn: i * 100 });
    return history;
  };

  it('are per second, over the last seconds', () => {
    const history = every(1000, 20, (i) => 5000 - i * 50);
    expect(history.recordsPerSecond()).toBe(100);
    expect(history.lagPerSecond()).toBe(-50);
    expect(timeToDrain(4050, -50)).toBe(81_000);
  });

  it('need two samples, also when they are rare', () => {
    expect(every(10_000, 1, () => 7).lagPerSecond()).toBeNull();
    expect(every(10_000, 1, () => 7).recordsPerSecond()).toBe(0);
    expect(every(10_000, 2, (i) => i * 20).lagPerSecond()).toBe(2);
    expect(every(10_000, 2, () => 7).recordsPerSecond()).toBe(10);
  });

  it('know nothing across a gap, nor from before the state changed', () => {
    expect(every(1000, 3, (i) => (i === 2 ? null : 7)).lagPerSecond()).toBeNull();
    const history = every(1000, 3, () => 500);
    history.restart(3000);
    expect(history.lagPerSecond()).toBeNull();
    every(1000, 2, (i) => 500 + i * 30, history, 3000);
    expect(history.lagPerSecond()).toBe(30);
  });

  it('give no time to drain unless the lag shrinks', () => {
    expect([
      timeToDrain(null, -1),
      timeToDrain(5, null),
      timeToDrain(5, 0),
      timeToDrain(5, 1),
      timeToDrain(0, -1),
    ]).toEqual(Array(5).fill(undefined));
  });
});
