// The codes of what can be wrong with the syntax, SJ1xx: stable, one meaning each.
import type { Span } from '../protocol/errors';
import type { Fix, Problem } from './problem';

export const syntaxCodes = {
  /** Something else was expected here. */
  unexpected: 'SJ101',
  /** A string, quoted name or comment does not end. */
  unclosed: 'SJ102',
  /** A parenthesis or bracket is not closed, or closed without being opened. */
  parenthesis: 'SJ103',
  /** A `;` is missing between two statements. */
  missingSemicolon: 'SJ104',
  /** A word is no statement. */
  unknownStatement: 'SJ105',
  /** A keyword is misspelt. */
  misspelt: 'SJ106',
  /** A keyword is left out. */
  missingKeyword: 'SJ107',
  /** A reserved word is used as a name. */
  reservedWord: 'SJ108',
  /** A comma too many. */
  extraComma: 'SJ109',
  /** `==` is not an operator. */
  doubleEquals: 'SJ110',
  /** An option's key or value is not in quotes. */
  unquotedOption: 'SJ111',
  /** WITH () holds no option. */
  emptyOptions: 'SJ112',
  /** Clauses in the wrong order. */
  clauseOrder: 'SJ113',
  /** Parentheses, subqueries or operators nested beyond the limit. */
  tooDeep: 'SJ114',
  /** A character that means nothing here. */
  badCharacter: 'SJ115',
  /** INTERVAL with a text that is no number of its unit. */
  badInterval: 'SJ116',
  /** A clause that stands twice. */
  repeatedClause: 'SJ117',
  /** A statement of more tokens than are read. */
  tooLong: 'SJ119',
  /** A placeholder that stands for a secret. */
  secret: 'SJ120',
} as const satisfies Record<string, Problem['code']>;

export type SyntaxCode = keyof typeof syntaxCodes;

/** An error of the syntax. */
export function syntaxProblem(code: SyntaxCode, message: string, span: Span, fixes: Fix[] = []): Problem {
  return { code: syntaxCodes[code], severity: 'error', message, span, fixes };
}
