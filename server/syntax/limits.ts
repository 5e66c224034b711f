// How deep a statement may nest and how long it may be. Checked on the tokens, before the parser runs: it and everyone who walks its tree
// recurse, and a stack that overflows takes the process along.
import { Token } from 'antlr4ng';
import type { Span } from '../protocol/errors';
import { StreamSqlLexer } from './generated/StreamSqlLexer';
import type { Problem } from './problem';
import { syntaxProblem } from './problemCodes';

/** Parentheses, brackets, CASE, signs within each other; terms of one chain of operators. */
export const depthMax = 100;

/** Tokens of a statement, whitespace and comments too: some 2 MB of usual text, read within seconds. */
const tokensMax = 250_000;

const opening = new Set([StreamSqlLexer.LPAREN, StreamSqlLexer.LBRACKET, StreamSqlLexer.CASE]);
const closing = new Set([StreamSqlLexer.RPAREN, StreamSqlLexer.RBRACKET, StreamSqlLexer.END]);
const prefix = new Set([StreamSqlLexer.NOT, StreamSqlLexer.PLUS, StreamSqlLexer.MINUS]);
const typeWithElements = new Set([StreamSqlLexer.ARRAY, StreamSqlLexer.MAP, StreamSqlLexer.ROW]);

/** The problem of a statement that is too long, or of its first token that stands too deep. */
export function limitProblem(tokens: readonly Token[]): Problem | undefined {
  const first = tokens[tokensMax];
  if (first) return tooLong({ start: first.start, end: first.stop + 1 });
  let depth = 0;
  let prefixes = 0;
  let types = 0;
  let previous = 0;
  for (const { type, channel, start, stop } of tokens) {
    if (channel !== Token.DEFAULT_CHANNEL) continue;
    if (opening.has(type)) depth += 1;
    else if (closing.has(type)) depth = Math.max(0, depth - 1);
    else if (type === StreamSqlLexer.LT && typeWithElements.has(previous)) types += 1;
    else if (type === StreamSqlLexer.GT) types = Math.max(0, types - 1);
    prefixes = prefix.has(type) ? prefixes + 1 : 0;
    if (depth + prefixes + types > depthMax) return tooDeep({ start, end: stop + 1 });
    previous = type;
  }
  return undefined;
}

export function tooDeep(span: Span): Problem {
  const message = `This is nested too deeply: at most ${depthMax} levels are read. Use WITH or a view for the inner parts.`;
  return syntaxProblem('tooDeep', message, span);
}

function tooLong(span: Span): Problem {
  const message = `This statement is too long: at most ${tokensMax} words and signs are read. Split it into several.`;
  return syntaxProblem('tooLong', message, span);
}
