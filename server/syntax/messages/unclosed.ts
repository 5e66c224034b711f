// What was opened and not closed: strings, quoted names, comments, parentheses. The message points at the opener.
import type { Token } from 'antlr4ng';
import { StreamSqlLexer } from '../generated/StreamSqlLexer';
import type { Problem } from '../problem';
import { syntaxProblem } from '../problemCodes';
import { endOfLine } from '../split';
import { spanOf, textOf, type ErrorPlace } from './errorPlace';

export function unclosedText(place: ErrorPlace): Problem | undefined {
  const unclosed = place.tokens.find(({ type }) => type in openers);
  if (!unclosed) return undefined;
  const { name, sign } = openers[unclosed.type] ?? { name: '', sign: '' };
  // Of strings in a row it is the first one over two lines that was not closed; the others got each other's quotes.
  const isString = unclosed.type === StreamSqlLexer.UNCLOSED_STRING;
  const opener = (isString ? place.tokens.find(isOverLines) : undefined) ?? unclosed;
  const span = { start: opener.start, end: opener.start + (sign === '*/' ? 2 : 1) };
  const lineEnd = endOfContent(place.text, opener.start);
  const fix = {
    title: `Insert ${sign}`,
    span: { start: lineEnd, end: lineEnd },
    text: sign,
    preferred: false,
  };
  return syntaxProblem('unclosed', `This ${name} is not closed: ${sign} is missing.`, span, [fix]);
}

const openers: Record<number, { name: string; sign: string }> = {
  [StreamSqlLexer.UNCLOSED_STRING]: { name: 'string', sign: "'" },
  [StreamSqlLexer.UNCLOSED_NAME]: { name: 'name', sign: 'the closing quote' },
  [StreamSqlLexer.UNCLOSED_COMMENT]: { name: 'comment', sign: '*/' },
};

function isOverLines(token: Token): boolean {
  return token.type === StreamSqlLexer.STRING && /[\r\n]/.test(textOf(token));
}

/** The end of the line, before signs that close what is around the string. */
function endOfContent(text: string, from: number): number {
  const line = text.slice(from, endOfLine(text, from));
  return from + line.replace(/[\s,;)]+$/, '').length;
}

const pairs = new Map([
  [StreamSqlLexer.LPAREN, StreamSqlLexer.RPAREN],
  [StreamSqlLexer.LBRACKET, StreamSqlLexer.RBRACKET],
]);

export function unbalanced(place: ErrorPlace): Problem | undefined {
  const open: Token[] = [];
  for (const [index, token] of place.tokens.entries()) {
    if (pairs.has(token.type)) open.push(token);
    else if (token.type === StreamSqlLexer.RPAREN || token.type === StreamSqlLexer.RBRACKET) {
      const opener = open.at(-1);
      if (opener && pairs.get(opener.type) === token.type) open.pop();
      else if (!opener && index === place.index) return closesNothing(token);
    }
  }
  const opener = open.at(-1);
  return opener && opener.start < place.span.end && leavesParentheses(place)
    ? notClosed(place, opener)
    : undefined;
}

function closesNothing(token: Token): Problem {
  const fix = { title: `Delete ${textOf(token)}`, span: spanOf(token), text: '', preferred: true };
  return syntaxProblem('parenthesis', `This ${textOf(token)} closes nothing.`, spanOf(token), [fix]);
}

/** Whether the error is where a closing parenthesis could stand, or where a new clause or the end comes instead. */
function leavesParentheses(place: ErrorPlace): boolean {
  const isAtEnd = place.token === undefined || place.typeAt(0) === StreamSqlLexer.SEMI;
  const couldClose = place.expects(StreamSqlLexer.RPAREN) || place.expects(StreamSqlLexer.RBRACKET);
  const isAfterWith = place.typeAt(-1) === StreamSqlLexer.WITH;
  return isAtEnd || isAfterWith || (couldClose && place.typeAt(0) !== StreamSqlLexer.IDENTIFIER);
}

function notClosed(place: ErrorPlace, opener: Token): Problem {
  const sign = opener.type === StreamSqlLexer.LPAREN ? ')' : ']';
  const fixes = [];
  if (place.expects(StreamSqlLexer.RPAREN) || place.expects(StreamSqlLexer.RBRACKET)) {
    const end = (place.previous?.stop ?? -1) + 1;
    fixes.push({ title: `Insert ${sign}`, span: { start: end, end }, text: sign, preferred: false });
  }
  return syntaxProblem('parenthesis', `This ${textOf(opener)} is not closed.`, spanOf(opener), fixes);
}
