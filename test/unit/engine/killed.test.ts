// A job killed with SIGKILL again and again: state, positions and sinks never disagree, so every row is there once.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { runChild } from './killedChild';
import { rows, windowMs } from './killedJob';

const folder = mkdtempSync(path.join(tmpdir(), 'killed-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the job; kills it so long after it began to run. Resolves to whether it finished. */
async function runJob(killAfterMs: number | undefined): Promise<boolean> {
  return (await runChild('killedJob.ts', [folder], killAfterMs)).includes('finished');
}

const linesOf = (name: string): string[] => readFileSync(path.join(folder, name), 'utf8').trim().split('\n');

it('writes each row and each window exactly once', async () => {
  let kills = 0;
  for (const killAfterMs of [0, 40, 90, 140, 200, 260, 320])
    if (await runJob(killAfterMs)) break;
    else kills++;
  expect(kills).toBeGreaterThan(2);
  expect(await runJob(undefined)).toBe(true);
  const ids = linesOf('ids.json').map((line) => (JSON.parse(line) as { id: number }).id);
  expect(ids.length).toBe(rows);
  expect(new Set(ids).size).toBe(rows);
  const counts = linesOf('counts.json').map(
    (line) => JSON.parse(line) as { start: string; n: number; s: number },
  );
  expect(counts.length).toBe(rows / windowMs);
  expect(counts.every(({ n }) => n === windowMs)).toBe(true);
  expect(counts.reduce((sum, { s }) => sum + s, 0)).toBe((rows * (rows - 1)) / 2);
}, 120_000);
