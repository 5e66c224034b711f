// What `stream-jobs check` says of files that nobody meant to write, and of those with ends of lines of other systems.
import { describe, expect, it } from 'vitest';
import { checkText } from '../../../server/language/check';

const million = 1_000_000;
const table = "CREATE TABLE t (id BIGINT) WITH ('connector' = 'datagen');";

function found(text: string): string[] {
  return checkText(text).map(
    ({ code, range: { start, end } }) =>
      `${code} ${start.line}:${start.character}-${end.line}:${end.character}`,
  );
}

describe('a file', () => {
  it.each([
    ['that is empty', '', []],
    ['with a mark of its byte order', '\uFEFFSELECT 1;', []],
    ['with NUL bytes', 'SELECT \0;', ['SJ115 0:7-0:8']],
    ['of a string of 1 MB', `SELECT '${'x'.repeat(million)}' FROM nix`, ['SJ201 0:1000015-0:1000018']],
    ['of statements of 1 MB', `${table}\n`.repeat(1) + 'SELECT id FROM t;\n'.repeat(60_000), []],
    [
      'of a line of 100 kB',
      `${'SELECT 1 AS a; '.repeat(7000)}SELECT a FROM nix`,
      ['SJ201 0:105014-0:105017'],
    ],
    ['of 10,000 parentheses', `SELECT ${'('.repeat(10_000)}1${')'.repeat(10_000)}`, ['SJ114 0:107-0:108']],
    ['with Windows line ends', `${table}\r\n-- c\r\nSELECT\r\n  idd FROM t`, ['SJ202 3:2-3:5']],
    ['with lone CR line ends', `${table}\r-- c\rSELECT\r  idd FROM t`, ['SJ202 3:2-3:5']],
    [
      'with surrogate pairs before the place',
      `${table} SELECT '😀😀', /* 😀 */ idd FROM t`,
      ['SJ202 0:83-0:86'],
    ],
    ['with half a surrogate pair', "SELECT '\uD83D' FROM nix", ['SJ201 0:16-0:19']],
  ])('%s', (_, text, expected) => expect(found(text)).toEqual(expected));

  it('in a fix keeps all that is right', () => {
    expect(checkText(`${table}\r\nSELECT '😀', idd FROM t`)[0]?.fix).toBe("SELECT '😀', id FROM t");
  });
});
