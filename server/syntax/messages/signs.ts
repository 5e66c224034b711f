// Wrong signs: commas too many, `==`, characters and numbers that mean nothing, double quotes around texts.
import { StreamSqlLexer } from '../generated/StreamSqlLexer';
import { unquoteName } from '../build/source';
import type { Problem } from '../problem';
import { syntaxProblem } from '../problemCodes';
import { spanOf, textOf, type ErrorPlace } from './errorPlace';

export function extraComma(place: ErrorPlace): Problem | undefined {
  const { token, previous } = place;
  const comma = StreamSqlLexer.COMMA;
  if (!token) return undefined;
  const isDoubled = token.type === comma && previous?.type === comma;
  const isLeading =
    token.type === comma &&
    (previous?.type === StreamSqlLexer.LPAREN || previous?.type === StreamSqlLexer.SELECT);
  // In a list of columns to be made a keyword is a name without its quotes.
  const isName = place.expectsName('columnNameCreate') && token.type !== StreamSqlLexer.RPAREN;
  const isTrailing = previous?.type === comma && afterLists.has(token.type) && !isName;
  if (!isDoubled && !isLeading && !isTrailing) return undefined;
  const wrong = isTrailing ? previous : token;
  const where = isTrailing ? ` before ${textOf(token)}` : '';
  const fix = { title: 'Delete the comma', span: spanOf(wrong), text: '', preferred: true };
  return syntaxProblem('extraComma', `This comma${where} is one too many.`, spanOf(wrong), [fix]);
}

/** What ends a list, so that a comma before it has nothing to separate. */
const afterLists = new Set([
  StreamSqlLexer.RPAREN,
  StreamSqlLexer.RBRACKET,
  StreamSqlLexer.FROM,
  StreamSqlLexer.WHERE,
  StreamSqlLexer.GROUP,
  StreamSqlLexer.HAVING,
  StreamSqlLexer.ORDER,
  StreamSqlLexer.LIMIT,
  StreamSqlLexer.UNION,
  StreamSqlLexer.WITH,
  StreamSqlLexer.SEMI,
]);

export function doubleEquals(place: ErrorPlace): Problem | undefined {
  if (place.token?.type !== StreamSqlLexer.DOUBLE_EQ) return undefined;
  const fix = { title: 'Change to =', span: place.span, text: '=', preferred: true };
  return syntaxProblem('doubleEquals', 'Two values are compared with =; there is no ==.', place.span, [fix]);
}

export function badCharacters(place: ErrorPlace): Problem | undefined {
  const { token } = place;
  if (token?.type === StreamSqlLexer.BAD_NUMBER) {
    const [, digits = '', letters = ''] = /^(\d+)(.*)$/s.exec(textOf(token)) ?? [];
    const message = `${textOf(token)} is neither a number nor a name.`;
    const text = `${digits} ${letters}`;
    const fix = { title: `Change to ${text}`, span: spanOf(token), text, preferred: false };
    return syntaxProblem('badCharacter', message, spanOf(token), [fix]);
  }
  if (token?.type !== StreamSqlLexer.BAD) return undefined;
  const character = textOf(token);
  const code = character.charCodeAt(0);
  const shown = code < 32 || code === 127 ? `with code ${code}` : character;
  return syntaxProblem('badCharacter', `The character ${shown} means nothing here.`, spanOf(token));
}

/** A name or number where only a text can stand: `WITH REASON "late"`, `INTERVAL 5 MINUTE`. */
export function missingQuotes(place: ErrorPlace): Problem | undefined {
  const { token } = place;
  if (!token || place.expected.names.size > 0 || !place.expects(StreamSqlLexer.STRING)) return undefined;
  const types = [
    StreamSqlLexer.IDENTIFIER,
    StreamSqlLexer.DOUBLE_QUOTED,
    StreamSqlLexer.BACK_QUOTED,
    StreamSqlLexer.INTEGER,
  ];
  if (!types.includes(token.type)) return undefined;
  const text = quoteText(unquoteName(textOf(token)));
  const fix = { title: `Change to ${text}`, span: spanOf(token), text, preferred: true };
  return syntaxProblem('unexpected', `A text in single quotes is expected here: ${text}.`, spanOf(token), [
    fix,
  ]);
}

/** As a string literal. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
