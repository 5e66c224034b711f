// Where statements begin and end.
import { describe, expect, it } from 'vitest';
import { regionAt, splitStatements } from '../../../server/syntax/split';

function split(text: string): string[] {
  return splitStatements(text).map(({ start, end }) => text.slice(start, end));
}

describe('splitting', () => {
  it.each([
    ['nothing', '', []],
    ['only space, signs and comments', ' ;\n;; -- a;b\n /* ; */ ;', []],
    ['the last needs no semicolon', 'SELECT 1; SELECT 2', ['SELECT 1', 'SELECT 2']],
    ['comments around stay outside', '-- a\nSELECT 1 /* b */ -- c\n; /* d */', ['SELECT 1']],
    ['comments inside stay inside', 'SELECT -- a;\n 1 /* ; */ + 2;', ['SELECT -- a;\n 1 /* ; */ + 2']],
    ['strings', "SELECT 'a;b', 'it''s;', '--';SELECT 2", ["SELECT 'a;b', 'it''s;', '--'", 'SELECT 2']],
    ['strings over lines', "SELECT 'a;\nb';SELECT 2", ["SELECT 'a;\nb'", 'SELECT 2']],
    ['names', 'SELECT "a;b", `c;d`;SELECT 2', ['SELECT "a;b", `c;d`', 'SELECT 2']],
    ['placeholders', "SELECT ${A:;'};SELECT 2", ["SELECT ${A:;'}", 'SELECT 2']],
    [
      'sets',
      'STATEMENT SET BEGIN INSERT INTO a SELECT CASE 1 WHEN 1 THEN 2 END; -- x\nINSERT INTO b SELECT 1; END; SHOW JOBS',
      [
        'STATEMENT SET BEGIN INSERT INTO a SELECT CASE 1 WHEN 1 THEN 2 END; -- x\nINSERT INTO b SELECT 1; END',
        'SHOW JOBS',
      ],
    ],
    [
      'a set without END ends before the next statement',
      'START JOB x AS STATEMENT SET BEGIN INSERT INTO a SELECT 1; PAUSE JOB x; SHOW JOBS',
      ['START JOB x AS STATEMENT SET BEGIN INSERT INTO a SELECT 1', 'PAUSE JOB x', 'SHOW JOBS'],
    ],
    [
      'an unclosed string spoils only its statement',
      "CREATE TABLE a (x INT) WITH ('topic' = 'a\n);\nSELECT 'b';\nSHOW JOBS",
      ["CREATE TABLE a (x INT) WITH ('topic' = 'a\n)", "SELECT 'b'", 'SHOW JOBS'],
    ],
    ['an unclosed name ends on its line', 'SELECT "a;\nSELECT 2', ['SELECT "a;\nSELECT 2']],
    ['an unclosed comment belongs to its statement', 'SELECT 1 /* x; y', ['SELECT 1 /* x; y']],
    [
      'lines of any kind of end',
      '-- a\rSELECT 1; -- b\r\nSELECT 2;-- c\nSELECT 3',
      ['SELECT 1', 'SELECT 2', 'SELECT 3'],
    ],
    ['an unclosed string before a lone CR', "SELECT 'a\r;\rSHOW JOBS", ["SELECT 'a", 'SHOW JOBS']],
    ['NUL and other signs', 'SELECT \0; #;', ['SELECT \0', '#']],
  ])('%s', (_, text, expected) => expect(split(text)).toEqual(expected));

  it('says which statements are ended', () => {
    expect(splitStatements('SHOW JOBS; SHOW JOBS').map(({ terminated }) => terminated)).toEqual([
      true,
      false,
    ]);
  });

  it.each([
    ['$0SELECT 1; SELECT 2', 'SELECT 1'],
    ['SELECT 1$0; SELECT 2', 'SELECT 1'],
    ['SELECT 1;$0 SELECT 2', ' SELECT 2'],
    ['SELECT 1; SELECT 2;\n-- a\n$0', '\n-- a\n'],
    ["SELECT ';$0'; SELECT 2", "SELECT ';'"],
    ['$0', ''],
  ])('the cursor of %s is in %s', (marked, expected) => {
    const text = marked.replace('$0', '');
    const { start, end } = regionAt(text, marked.indexOf('$0'));
    expect(text.slice(start, end)).toBe(expected);
  });
});
