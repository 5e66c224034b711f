// Every statement form parses; every broken one gets its message on the right place, and its fix mends it.
import { describe, expect, it } from 'vitest';
import { parseScript, parseStatement } from '../../../server/syntax/script';
import { brokenCases, validScripts, validStatements } from './corpus';

describe('valid statements', () => {
  it.each(validScripts)('$name has no problem', ({ text }) => {
    const wrong = parseScript(text).filter(({ problems, statement }) => problems.length > 0 || !statement);
    expect(wrong.map(({ text: sql, problems }) => ({ sql, problems }))).toEqual([]);
  });

  it('covers every kind of statement', () => {
    const kinds = new Set(validStatements.map((sql) => parseStatement(sql).statement?.kind));
    expect([...kinds].sort()).toEqual([
      'createTable',
      'createTableAs',
      'createView',
      'deployJob',
      'describe',
      'dropJob',
      'dropRelation',
      'explain',
      'insert',
      'moveJob',
      'pauseJobs',
      'peekJob',
      'reset',
      'restartJob',
      'resumeJobs',
      'retryDeadLetters',
      'rollbackJob',
      'select',
      'set',
      'show',
      'startJob',
      'statementSet',
      'stopJob',
    ]);
  });
});

describe('broken statements', () => {
  it.each(brokenCases)('$sql', ({ sql, wrong, start, message, becomes }) => {
    const [first] = parseScript(sql);
    expect(first?.problems.map((problem) => problem.message)).toEqual([message]);
    const problem = first?.problems[0];
    const span = {
      start: problem?.span.start,
      text: first?.text.slice(problem?.span.start, problem?.span.end),
    };
    expect(span).toEqual({ start, text: wrong });
    expect(problem?.code).toMatch(/^SJ1\d\d$/);
    expect(first?.partial).toBe(true);
    if (becomes === undefined) return;
    const fix = problem?.fixes[0];
    const fixed = sql.slice(0, fix?.span.start) + (fix?.text ?? '') + sql.slice(fix?.span.end);
    expect(fixed.split('\n')[0]).toBe(becomes);
    expect(parseScript(fixed).flatMap(({ problems }) => problems)).toEqual([]);
  });
});
