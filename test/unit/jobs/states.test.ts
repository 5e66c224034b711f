// The table of states, its diagram, and the limits.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { assertLimits, defaultLimits } from '../../../server/jobs/limits';
import { parseMemory } from '../../../server/jobs/memoryLimit';
import { transitions } from '../../../server/jobs/states';

describe('states', () => {
  it('are drawn as the table has them', () => {
    const source = readFileSync(path.join(__dirname, '../../../server/jobs/states.ts'), 'utf8');
    const drawn = [...source.matchAll(/\* {3}(\w+) --> (\w+)/g)].map(
      ([, from, to]) => `${String(from)} -> ${String(to)}`,
    );
    const table = Object.entries(transitions).flatMap(([from, to]) =>
      to.map((state) => `${from} -> ${state}`),
    );
    expect(drawn.sort()).toEqual(table.sort());
  });

  it('all lead on from a transition, and are all reached', () => {
    for (const [state, next] of Object.entries(transitions))
      if (state.endsWith('ing')) expect(next).not.toEqual([]);
    const reached = new Set(Object.values(transitions).flat());
    expect([...reached].sort()).toEqual(Object.keys(transitions).sort());
  });
});

describe('limits', () => {
  it('contradicting each other are refused', () => {
    expect(() => assertLimits({ ...defaultLimits, graceMs: 10_000 })).toThrow('the grace is shorter');
    expect(() => assertLimits({ ...defaultLimits, warmMs: 0 })).toThrow('every limit is positive');
  });
});

describe('a memory limit', () => {
  it.each([
    ['512MB', 512],
    ['1GB', 1024],
    [' 1.5 gib ', 1536],
    ['2g', 2048],
  ])('%s is read', (text, mebibytes) => {
    expect(parseMemory(text)).toBe(mebibytes * 1024 * 1024);
  });

  it.each(['', '1', 'much', '100MB', '511MB', '-1GB'])("'%s' is refused", (text) => {
    expect(() => parseMemory(text)).toThrow('is no memory limit');
  });
});
