// Lenses above statements, and hints beside the names of statements about several jobs.
import { describe, expect, it } from 'vitest';
import { codeLenses } from '../../../server/language/codeLenses';
import { inlayHints } from '../../../server/language/inlayHints';
import type { KnownJobs } from '../../../server/language/liveJobs/knownJobs';
import { liveJobs, scriptOf } from './support';

function check(text: string, expected: string[], jobs: KnownJobs | undefined = liveJobs): void {
  const lines = new Map<number, string[]>();
  for (const { range, command } of codeLenses(scriptOf(text), jobs)) {
    lines.set(range.start.line, [...(lines.get(range.start.line) ?? []), command?.title ?? '']);
  }
  expect([...lines].map(([line, titles]) => `${line}: ${titles.join(' | ')}`)).toEqual(expected);
}

describe('lenses', () => {
  it('stand above every statement, broken ones too', () => {
    check('SELECT 1;\n\n-- note\nSELECT FROM;\nSHOW JOBS', ['0: Run', '3: Run', '4: Run']);
  });

  it('show the state of the job and the one action that makes sense', () => {
    check(
      'PAUSE JOB orders;\nRESUME JOB clicks;\nRESTART JOB old;\nPAUSE JOB slow;\nSTOP JOB none',
      [
        '0: Run | orders · running 12.4k/s · lag 0 | Pause | Details',
        '1: Run | clicks · paused 12 min · lag 8,403 · index rebuild | Resume | Details',
        '2: Run | old · stopped | Details',
        '3: Run | slow · pausing… ',
        '4: Run',
      ].map((line) => line.trim()),
    );
  });

  it('know the job of INSERT by its sink or by pipeline.name', () => {
    check("INSERT INTO orders SELECT 1;\nSET 'pipeline.name' = 'clicks';\nINSERT INTO orders SELECT 1;", [
      '0: Run | orders · running 12.4k/s · lag 0 | Pause | Details',
      '1: Run',
      '2: Run | clicks · paused 12 min · lag 8,403 · index rebuild | Resume | Details',
    ]);
  });

  it('only run while jobs are unknown', () => {
    expect(codeLenses(scriptOf('PAUSE JOB orders'), undefined)).toHaveLength(1);
  });

  it('carry the commands of the extension', () => {
    const lenses = codeLenses(scriptOf('PAUSE JOB orders'), liveJobs);
    expect(
      lenses.map(({ command }) => [command?.command, ...((command?.arguments ?? []) as unknown[])]),
    ).toEqual([
      [
        'streamJobs.runStatement',
        'file:///script.streamsql',
        { start: { line: 0, character: 0 }, end: { line: 0, character: 16 } },
      ],
      [''],
      ['streamJobs.pauseJob', 'orders'],
      ['streamJobs.showJobDetails', 'orders'],
    ]);
  });
});

describe('hints', () => {
  it('stand beside the names of a statement about several jobs', () => {
    const text = 'PAUSE JOB orders, clicks, none;\nPAUSE JOB orders';
    const range = { start: { line: 0, character: 0 }, end: { line: 2, character: 0 } };
    const hints = inlayHints(scriptOf(text), range, liveJobs);
    expect(hints.map(({ position, label }) => [position.line, position.character, label])).toEqual([
      [0, 16, 'running 12.4k/s · lag 0'],
      [0, 24, 'paused 12 min · lag 8,403 · index rebuild'],
    ]);
  });
});
