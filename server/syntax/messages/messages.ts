// Syntax errors in words: the patterns of what people write wrong, in order; the first that fits makes the message.
import type { Token } from 'antlr4ng';
import type { Problem } from '../problem';
import type { FirstError } from '../recovery';
import { clauseOrder, missingSemicolon } from './clauses';
import { ErrorPlace } from './errorPlace';
import { unexpected } from './expectation';
import { emptyOptions, unquotedOption } from './options';
import { badCharacters, doubleEquals, extraComma, missingQuotes } from './signs';
import { unbalanced, unclosedText } from './unclosed';
import { misspelt, missingJob, missingTable, reservedWord, unknownStatement } from './words';

const patterns = [
  unclosedText,
  badCharacters,
  missingSemicolon,
  emptyOptions,
  unquotedOption,
  unknownStatement,
  extraComma,
  doubleEquals,
  misspelt,
  unbalanced,
  missingJob,
  missingTable,
  clauseOrder,
  reservedWord,
  missingQuotes,
];

/** The problem of a statement's first syntax error. `tokens` are all of its tokens. */
export function syntaxErrorProblem(text: string, tokens: readonly Token[], error: FirstError): Problem {
  const place = new ErrorPlace(text, tokens, error);
  for (const pattern of patterns) {
    const problem = pattern(place);
    if (problem) return problem;
  }
  return unexpected(place);
}
