// What each token is.
import { expect, it } from 'vitest';
import { isReserved, keywords } from '../../../server/syntax/keywords';
import { classifyTokens } from '../../../server/syntax/tokens';

it('tells keywords from names, and kinds of names from each other', () => {
  const sql = "SELECT t.version AS start, COUNT(*), 1.5 FROM t -- x\nWHERE key = 'a' /* y */";
  const shown = classifyTokens(sql).map(
    ({ kind, name, start, end }) => `${sql.slice(start, end)} ${name ?? kind}`,
  );
  expect(shown).toEqual([
    'SELECT keyword',
    't columnName',
    '. punctuation',
    'version fieldName',
    'AS keyword',
    'start columnAlias',
    ', punctuation',
    'COUNT functionName',
    '( punctuation',
    '* operator',
    ') punctuation',
    ', punctuation',
    '1.5 number',
    'FROM keyword',
    't tableName',
    '-- x comment',
    'WHERE keyword',
    'key columnName',
    '= operator',
    "'a' string",
    '/* y */ comment',
  ]);
});

it('knows which keywords are names only in quotes', () => {
  expect(keywords).toContain('PAUSE');
  expect(['select', 'order', 'from'].every(isReserved)).toBe(true);
  expect(['version', 'key', 'status', 'reason', 'timestamp', 'pause', 'both'].some(isReserved)).toBe(false);
});
