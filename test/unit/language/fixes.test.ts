// Quick fixes in the editor, and the corrected statements of `check`.
import { TextDocument } from 'vscode-languageserver-textdocument';
import { describe, expect, it } from 'vitest';
import { checkText } from '../../../server/language/check';
import { codeActions } from '../../../server/language/codeActions';
import { liveJobs, scriptOf, tables, withCursor } from './support';

/** Fixes at the cursor as `title -> text after it`; preferred ones have a star. */
function fixes(marked: string): string[] {
  const { text, offset } = withCursor(marked);
  const script = scriptOf(text);
  const { document } = script;
  const position = document.positionAt(offset);
  return codeActions(script, { start: position, end: position }, liveJobs).map(
    ({ title, isPreferred, edit }) => {
      const after = TextDocument.applyEdits(document, edit?.changes?.[document.uri] ?? []);
      return `${title}${isPreferred === true ? ' *' : ''} -> ${after.replace(tables, '')}`;
    },
  );
}

describe('quick fixes', () => {
  it('for jobs', () => {
    expect(fixes('PAUSE JOB cli$0cks')).toEqual(['RESUME JOB clicks -> RESUME JOB clicks']);
    expect(fixes("PAUSE JOB cli$0cks WITH REASON 'x';")).toEqual(['RESUME JOB clicks -> RESUME JOB clicks;']);
    expect(fixes('RESUME JOB $0ordesr')).toEqual(['Change to orders * -> RESUME JOB orders']);
    expect(fixes('RESUME JOB orders$0')).toEqual(['PAUSE JOB orders -> PAUSE JOB orders']);
    expect(fixes('START JOB orders$0 AS SELECT 1')).toEqual([
      'Insert IF NOT EXISTS -> START JOB IF NOT EXISTS orders AS SELECT 1',
    ]);
    expect(fixes("ROLLBACK JOB orders TO VERSION 'w$0rogn'")).toEqual([
      "Change to 'wrong' * -> ROLLBACK JOB orders TO VERSION 'wrong'",
    ]);
    expect(fixes("DEPLOY JOB orders VERSION '3$0' AS SELECT 1")).toEqual([
      "Change to '4' -> DEPLOY JOB orders VERSION '4' AS SELECT 1",
    ]);
  });
  it('for names', () => {
    expect(fixes(`${tables}SELECT am$0out FROM orders_in`)).toEqual([
      'Change to amount * -> SELECT amount FROM orders_in',
    ]);
  });
  it('only where the cursor is', () => {
    expect(fixes('$0SHOW JOBS; RESUME JOB ordesr')).toEqual([]);
  });
});

describe('check', () => {
  it('gives the statement as the certain fix would make it', () => {
    const [found] = checkText(`${tables}SELECT amout\nFROM orders_in;`);
    expect(found).toEqual({
      code: 'SJ202',
      severity: 'error',
      message: 'orders_in has no column amout. Did you mean amount?',
      range: { start: { line: 3, character: 7 }, end: { line: 3, character: 12 } },
      fix: 'SELECT amount\nFROM orders_in',
    });
  });
  it('says nothing of jobs and of right files', () => {
    expect(checkText(`${tables}PAUSE JOB whatever;`)).toEqual([]);
    expect(checkText('')).toEqual([]);
  });
});
