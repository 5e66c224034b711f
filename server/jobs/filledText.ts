// A statement's text with its placeholders filled, and the way back from places in it to the text as written.
import type { Token } from 'antlr4ng';
import type { Span } from '../protocol/errors';
import { StreamSqlLexer } from '../syntax/generated/StreamSqlLexer';
import { tokenize } from '../syntax/parse';
import { hasPlaceholder } from '../syntax/placeholders';
import { messages } from './messages';

/** The value of a placeholder by its name; undefined where it has none. */
export type Lookup = (name: string) => string | undefined;

export interface FilledText {
  text: string;
  /** The place in the text as written that a place in the filled text comes from. */
  written(span: Span): Span;
}

const placeholder = /\$\{([^{}$\r\n:]*)(?::([^{}$\r\n]*))?\}/g;
const plainValue = /^(?:[A-Za-z_][\w$]*|[+-]?\d+(?:\.\d+)?|'(?:[^']|'')*')$/;

interface Replacement {
  /** In the text as written. */
  span: Span;
  /** Where its value begins in the filled text. */
  at: number;
  value: string;
}

/** @throws StreamJobsError SYNTAX on a placeholder that has no value, or whose value does not fit where it stands */
export function fill(text: string, lookup: Lookup): FilledText {
  if (!hasPlaceholder(text)) return { text, written: (span) => span };
  const replacements: Replacement[] = [];
  let filled = '';
  let done = 0;
  const tokens = tokenize(text);
  for (const [index, token] of tokens.entries()) {
    if (isComment(token)) continue;
    const source = text.slice(token.start, token.stop + 1);
    for (const found of source.matchAll(placeholder)) {
      const [all, name = '', standard] = found;
      const span = { start: token.start + found.index, end: token.start + found.index + all.length };
      const value = lookup(name) ?? standard;
      if (value === undefined) throw messages.placeholderUnset(all, span);
      filled += text.slice(done, span.start);
      const fitting = fitted(value, token, source.length === all.length, tokens.slice(0, index));
      if (fitting === undefined) throw messages.placeholderUnfit(all, value, span);
      replacements.push({ span, at: filled.length, value: fitting });
      filled += fitting;
      done = span.end;
    }
  }
  return {
    text: filled + text.slice(done),
    written: ({ start, end }) => ({ start: back(start), end: back(end) }),
  };

  function back(offset: number): number {
    const before = replacements.filter(({ at }) => at <= offset).at(-1);
    if (before === undefined) return offset;
    const { span, at, value } = before;
    // Within a value: its beginning or its end, as one thing.
    if (offset === at) return span.start;
    return offset < at + value.length ? span.start : span.end + (offset - at - value.length);
  }
}

/** The value as it can stand there: quotes doubled in quotes, a whole token as a name, number or string. */
function fitted(value: string, token: Token, whole: boolean, before: Token[]): string | undefined {
  switch (token.type) {
    case StreamSqlLexer.STRING:
      return value.replaceAll("'", "''");
    case StreamSqlLexer.BACK_QUOTED:
      return value.replaceAll('`', '``');
    case StreamSqlLexer.DOUBLE_QUOTED:
      return value.replaceAll('"', '""');
    default:
      if (!whole) return /^[\w$]*$/.test(value) ? value : undefined;
      if (isOptionValue(before) && !value.startsWith("'")) return `'${value.replaceAll("'", "''")}'`;
      return plainValue.test(value) ? value : undefined;
  }
}

/** After `'key' =` of WITH or SET. */
function isOptionValue(before: Token[]): boolean {
  const [key, equals] = before.filter(({ channel }) => channel === 0).slice(-2);
  return equals?.text === '=' && key?.type === StreamSqlLexer.STRING;
}

function isComment(token: Token): boolean {
  return token.channel !== 0;
}
