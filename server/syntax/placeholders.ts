// `${NAME}` and `${NAME:default}`: where they stand in a statement, and the statement with them filled.
import { Token } from 'antlr4ng';
import type { Span } from '../protocol/errors';
import { StreamSqlLexer } from './generated/StreamSqlLexer';
import { isReserved } from './keywords';
import { tokenize } from './parse';
import type { Problem } from './problem';
import { syntaxProblem } from './problemCodes';

const anyPlaceholder = /\$\{[^{}$\r\n]*\}/;
const wellFormed = /\$\{\s*([A-Za-z_][A-Za-z0-9_.-]*)\s*(?::([^{}$\r\n]*))?\}/g;

export interface Placeholder {
  name: string;
  /** What stands for it when nothing else fills it. */
  default?: string;
  span: Span;
}

/** Whether a name or a literal holds a placeholder, so that what it will be is not known yet. */
export function hasPlaceholder(text: string): boolean {
  return anyPlaceholder.test(text);
}

/** The placeholders of a statement, in order; those in comments are none. */
export function findPlaceholders(sql: string): Placeholder[] {
  return hasPlaceholder(sql) ? tokenize(sql).flatMap(placeholdersIn) : [];
}

/** A filled statement, and where its text comes from. */
export interface FilledText {
  text: string;
  /** One for each placeholder that nothing fills or whose value does not fit; then `text` still holds it. */
  problems: Problem[];
  /** The offset in the statement as written of an offset in `text`; inside a value, where its placeholder begins. */
  originalOffset: (offset: number) => number;
}

/**
 * Fills the placeholders of a statement before it is parsed for running. In a string or quoted name the value is escaped for it; for a whole name
 * or literal it stands as it is when it is a word, a number or quoted, else as a quoted name.
 */
export function fillPlaceholders(sql: string, lookup: (name: string) => string | undefined): FilledText {
  const problems: Problem[] = [];
  const pieces: { at: number; from: Span; length: number }[] = [];
  let text = '';
  let done = 0;
  for (const token of hasPlaceholder(sql) ? tokenize(sql) : []) {
    for (const placeholder of placeholdersIn(token)) {
      const { span } = placeholder;
      const value = written(token, placeholder, lookup, problems) ?? sql.slice(span.start, span.end);
      text += sql.slice(done, span.start);
      pieces.push({ at: text.length, from: span, length: value.length });
      text += value;
      done = span.end;
    }
  }
  return { text: text + sql.slice(done), problems, originalOffset: (offset) => original(pieces, offset) };
}

function original(pieces: { at: number; from: Span; length: number }[], offset: number): number {
  const piece = pieces.filter(({ at }) => at <= offset).at(-1);
  if (!piece) return offset;
  const behind = offset - (piece.at + piece.length);
  return behind < 0 ? piece.from.start : piece.from.end + behind;
}

function placeholdersIn(token: Token): Placeholder[] {
  if (token.channel !== Token.DEFAULT_CHANNEL) return [];
  return [...(token.text ?? '').matchAll(wellFormed)].map((match) => {
    const start = token.start + match.index;
    const value = match[2] === undefined ? {} : { default: match[2] };
    return { name: match[1] ?? '', ...value, span: { start, end: start + match[0].length } };
  });
}

/** The value as it stands in the statement; undefined when there is none that fits. */
function written(
  token: Token,
  placeholder: Placeholder,
  lookup: (name: string) => string | undefined,
  problems: Problem[],
): string | undefined {
  const { name, span } = placeholder;
  const value = lookup(name) ?? placeholder.default;
  if (value === undefined) {
    const message = `\${${name}} has no value. Set ${name} in the environment or the settings, or write \${${name}:default}.`;
    problems.push(syntaxProblem('placeholder', message, span));
    return undefined;
  }
  switch (token.type) {
    case StreamSqlLexer.STRING:
    case StreamSqlLexer.UNCLOSED_STRING:
      return value.replaceAll("'", "''");
    case StreamSqlLexer.BACK_QUOTED:
      return value.replaceAll('`', '``');
    case StreamSqlLexer.DOUBLE_QUOTED:
      return value.replaceAll('"', '""');
    case StreamSqlLexer.IDENTIFIER:
      if (/^[\p{L}\p{N}_]*$/u.test(value)) return value;
      problems.push(
        syntaxProblem(
          'placeholder',
          `The value of \${${name}} cannot be a part of a name without quotes.`,
          span,
        ),
      );
      return undefined;
    default:
      return wholeValue(value);
  }
}

const literalWords = new Set(['TRUE', 'FALSE', 'NULL']);

function wholeValue(value: string): string {
  const isLiteral = /^(?:[+-]?\d+(?:\.\d+)?|'(?:[^']|'')*'|"(?:[^"\r\n]|"")*"|`(?:[^`\r\n]|``)*`)$/.test(
    value,
  );
  const isWord = /^[\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}_][\p{L}\p{N}_]*)*$/u.test(value);
  if (isLiteral || literalWords.has(value.toUpperCase())) return value;
  if (isWord && !value.split('.').some(isReserved)) return value;
  return `\`${value.replaceAll('`', '``').replace(/[\r\n]+/g, ' ')}\``;
}
