// Wrong options: keys and values without quotes, WITH () with nothing in it.
import { unquoteName } from '../build/source';
import { StreamSqlLexer } from '../generated/StreamSqlLexer';
import type { Problem } from '../problem';
import { syntaxProblem } from '../problemCodes';
import { spanOf, type ErrorPlace } from './errorPlace';
import { quoteText } from './signs';

export function emptyOptions(place: ErrorPlace): Problem | undefined {
  const [word, open, close] = [place.at(-2), place.previous, place.token];
  const isEmpty = close?.type === StreamSqlLexer.RPAREN && open?.type === StreamSqlLexer.LPAREN;
  if (!isEmpty || word?.type !== StreamSqlLexer.WITH || !place.expectsName('optionKey')) return undefined;
  const span = { start: word.start, end: close.stop + 1 };
  const fix = { title: 'Delete WITH ()', span, text: '', preferred: false };
  const message = "WITH () holds no option. Options are written 'key' = 'value'.";
  return syntaxProblem('emptyOptions', message, { start: open.start, end: close.stop + 1 }, [fix]);
}

/** `WITH (topic = 'orders')`, `SET "pipeline.name" = 'x'`, `'rows' = 5` */
export function unquotedOption(place: ErrorPlace): Problem | undefined {
  const isKey = place.expectsName('optionKey', 'settingKey');
  const isValue = place.expectsName('optionValue', 'settingValue');
  const { token } = place;
  if ((!isKey && !isValue) || !token || notOptions.has(token.type)) return undefined;
  const span = { start: token.start, end: endOfWord(place, spanOf(token).end) };
  const text = quoteText(unquoteName(place.text.slice(span.start, span.end)));
  const fix = { title: `Change to ${text}`, span, text, preferred: true };
  const message = isKey
    ? `The key of an option is written in single quotes: ${text}.`
    : `The value of an option is written in single quotes: ${text}.`;
  return syntaxProblem('unquotedOption', message, span, [fix]);
}

const notOptions = new Set([
  StreamSqlLexer.COMMA,
  StreamSqlLexer.RPAREN,
  StreamSqlLexer.LPAREN,
  StreamSqlLexer.SEMI,
  StreamSqlLexer.EQ,
  StreamSqlLexer.STRING,
  StreamSqlLexer.BAD,
]);

/** The end of what stands there without a gap: `scan.startup.mode`, `earliest-offset`. */
function endOfWord(place: ErrorPlace, tokenEnd: number): number {
  let end = tokenEnd;
  for (let offset = 1; ; offset += 1) {
    const next = place.at(offset);
    if (next?.start !== end || notOptions.has(next.type)) return end;
    end = next.stop + 1;
  }
}
