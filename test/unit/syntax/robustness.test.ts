// Any text gives a clear result: no exception on prefixes and deletions of the corpus, none on hostile input, and the cache changes nothing.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectedAt } from '../../../server/syntax/expected';
import { parseAnew, parseScript, parseStatement } from '../../../server/syntax/script';
import { splitStatements } from '../../../server/syntax/split';
import { classifyTokens } from '../../../server/syntax/tokens';
import { brokenCases, validScripts, validStatements } from './corpus';

const sql = fc.constantFrom(...validStatements, ...brokenCases.map((each) => each.sql));

/** Everything the editor asks of a text, and what always holds of the answers. */
function use(text: string, offset: number): void {
  for (const { text: own, problems, start, end, statement, partial } of parseScript(text)) {
    expect(own).toBe(text.slice(start, end));
    expect(partial).toBe(problems.length > 0);
    expect(partial || statement !== undefined).toBe(true);
    for (const { span, message, fixes } of problems) {
      expect(message).not.toBe('');
      for (const each of [span, ...fixes.map((fix) => fix.span)]) {
        expect(each.start >= 0 && each.start <= each.end && each.end <= own.length).toBe(true);
      }
    }
  }
  classifyTokens(text);
  expectedAt(text, offset);
}

describe('any text', () => {
  it('prefixes', () => {
    fc.assert(
      fc.property(sql, fc.nat(400), (text, at) => use(text.slice(0, at), Math.min(at, text.length))),
      { numRuns: 400 },
    );
  });

  it('with a token left out', () => {
    fc.assert(
      fc.property(sql, fc.nat(100), (text, at) => {
        const tokens = classifyTokens(text);
        const token = tokens[at % tokens.length];
        if (token) use(text.slice(0, token.start) + text.slice(token.end), token.start);
      }),
      { numRuns: 400 },
    );
  });

  it('with anything put in', () => {
    const anything = fc.oneof(
      fc.string(),
      fc.constantFrom("'", '"', '`', '/*', '--', '(', ')', ';', '${', '\0', 'END', 'CASE'),
    );
    fc.assert(
      fc.property(sql, fc.nat(400), anything, (text, at, inserted) =>
        use(text.slice(0, at) + inserted + text.slice(at), at),
      ),
      { numRuns: 300 },
    );
  });

  it('the cache gives what parsing anew gives', () => {
    fc.assert(
      fc.property(sql, fc.nat(400), (text, at) => {
        const edited = text.slice(0, at);
        expect(parseStatement(edited)).toEqual(parseAnew(edited));
      }),
      { numRuns: 100 },
    );
  });

  it('statements of a script are as if each stood alone', () => {
    for (const { text } of validScripts) {
      const alone = splitStatements(text).map(
        ({ start, end }) => parseAnew(text.slice(start, end)).statement,
      );
      expect(parseScript(text).map(({ statement }) => statement)).toEqual(alone);
    }
  });
});

describe('hostile text', () => {
  const million = 1_000_000;
  it.each([
    ['nothing', '', undefined],
    ['NUL bytes', '\0'.repeat(1000), 'The character with code 0 means nothing here.'],
    ['10,000 parentheses', `SELECT ${'('.repeat(10_000)}1${')'.repeat(10_000)}`, /nested too deeply/],
    ['10,000 open parentheses', '('.repeat(10_000), /nested too deeply/],
    ['10,000 subqueries', `SELECT ${'(SELECT '.repeat(10_000)}`, /nested too deeply/],
    ['10,000 CASE', `SELECT ${'CASE WHEN '.repeat(10_000)}`, /nested too deeply/],
    ['10,000 NOT', `SELECT ${'NOT '.repeat(10_000)}a`, /nested too deeply/],
    ['10,000 signs', `SELECT ${'- '.repeat(10_000)}a`, /nested too deeply/],
    ['10,000 types', `SELECT CAST(a AS ${'ARRAY<'.repeat(10_000)}INT`, /nested too deeply/],
    ['10,000 terms', `SELECT 1${' + 1'.repeat(10_000)}`, /nested too deeply/],
    ['10,000 fields', `SELECT a${'.b'.repeat(10_000)}`, /nested too deeply/],
    ['2,000 UNIONs', `SELECT 1${' UNION SELECT 1'.repeat(2000)}`, /nested too deeply/],
    ['one word of 1 MB', 'x'.repeat(million), /^Unknown statement/],
    ['quotes of 1 MB', "'".repeat(million + 1), /not closed/],
    ['openings of placeholders', '${'.repeat(100_000), /./],
    ['words of 1 MB', 'a '.repeat(million / 2), /too long/],
    ['semicolons of 1 MB', ';'.repeat(million), undefined],
  ])('%s', (_, text, message) => {
    const [first] = parseScript(text);
    if (message === undefined) expect(first).toBeUndefined();
    else expect(first?.problems[0]?.message).toMatch(message);
    expectedAt(text.slice(0, 20_000), Math.min(text.length, 20_000));
  });

  it('chains of AND, OR and || stay shallow', () => {
    const chain = Array.from({ length: 5000 }, (_, index) => `a = ${index}`).join(' OR ');
    const { statement, problems } = parseStatement(`SELECT a FROM t WHERE ${chain}`);
    expect(problems).toEqual([]);
    expect(() => JSON.stringify(statement)).not.toThrow();
  });
});
