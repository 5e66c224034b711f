// A job killed with SIGKILL while its dead letters are tried again: each takes effect once.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { PipelineCounters } from '../../../server/engine/engine';
import { runChild } from './killedChild';
import { letters } from './killedRetryJob';

const folder = mkdtempSync(path.join(tmpdir(), 'killed-retry-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the job; kills it so long after the retry began. Resolves to its counters when it came to the end. */
async function runJob(mode: 'bad' | 'good', killAfterMs?: number): Promise<PipelineCounters | undefined> {
  const output = await runChild('killedRetryJob.ts', [folder, mode], killAfterMs);
  const counters = /finished (.*)/.exec(output)?.[1];
  return counters === undefined ? undefined : (JSON.parse(counters) as PipelineCounters);
}

it('puts the row of each letter there exactly once', async () => {
  const records = Array.from({ length: letters }, (_, n) => `{"id":"x","n":${n}}\n`);
  writeFileSync(path.join(folder, 'in.json'), records.join(''));
  const before = await runJob('bad');
  expect(before).toMatchObject({ recordsOut: 0, deadLetters: { kept: letters, dropped: 0, retried: 0 } });
  let kills = 0;
  for (const killAfterMs of [5, 15, 25, 40, 60, 90]) if (!(await runJob('good', killAfterMs))) kills++;
  expect(kills).toBeGreaterThan(1);
  const after = await runJob('good');
  expect(after).toMatchObject({
    recordsOut: letters,
    deadLetters: { kept: 0, dropped: 0, retried: letters },
  });
  expect(after?.recordsFailed).toBe(letters);
  const rows = readFileSync(path.join(folder, 'out.json'), 'utf8').trim().split('\n');
  const ids = rows.map((row) => (JSON.parse(row) as { n: number }).n);
  expect(ids.sort((a, b) => a - b)).toEqual(Array.from({ length: letters }, (_, n) => n));
}, 120_000);
