// `${NAME}` and `${NAME:default}`: where they stand in a statement, and the statement with them filled.
import { Token } from 'antlr4ng';
import type { Span } from '../protocol/errors';
import { StreamSqlLexer } from './generated/StreamSqlLexer';
import { isReserved } from './keywords';
import { tokenize } from './parse';

const anyPlaceholder = /\$\{[^{}$\r\n]*\}/;
const placeholders = /\$\{([^{}$\r\n:]*)(?::([^{}$\r\n]*))?\}/g;

export interface Placeholder {
  name: string;
  /** What stands for it when nothing else fills it. */
  default?: string;
  span: Span;
}

/** The value of a placeholder by its name; undefined where it has none. */
export type Lookup = (name: string) => string | undefined;

/** Whether a name or a literal holds a placeholder, so that what it will be is not known yet. */
export function hasPlaceholder(text: string): boolean {
  return anyPlaceholder.test(text);
}

/** The placeholders of a statement, in order; those in comments are none. */
export function findPlaceholders(sql: string): Placeholder[] {
  return hasPlaceholder(sql) ? tokenize(sql).flatMap(placeholdersIn) : [];
}

/** Names of what must not become part of a statement: it could then come out in results, errors and files. */
const secretName =
  /(^|_)(PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|CREDENTIALS?|(PRIVATE|API|ACCESS)_?KEY)S?(_|$)/i;

/** The first placeholder of a statement whose name says that it stands for a secret. */
export function secretPlaceholder(sql: string): Placeholder | undefined {
  return findPlaceholders(sql).find(({ name }) => secretName.test(name));
}

/** A placeholder that stays as it is: nothing fills it, or its value does not fit where it stands. */
export interface Unfilled {
  span: Span;
  /** The value that does not fit. */
  value?: string;
}

/** A filled statement, and where its text comes from. */
export interface FilledText {
  text: string;
  unfilled: Unfilled[];
  /** The place in the statement as written that a place in `text` comes from; a part of a value stands for its whole placeholder. */
  written: (span: Span) => Span;
}

/**
 * Fills the placeholders of a statement before it is parsed for running. In a string or quoted name the value is escaped for it; the value of an
 * option becomes a string; elsewhere a number or quoted value stands as it is, and a name in back quotes where it needs them.
 */
export function fillPlaceholders(sql: string, lookup: Lookup): FilledText {
  const unfilled: Unfilled[] = [];
  const pieces: Piece[] = [];
  let text = '';
  let done = 0;
  const tokens = hasPlaceholder(sql) ? tokenize(sql).filter(isSeen) : [];
  for (const [index, token] of tokens.entries()) {
    for (const placeholder of placeholdersIn(token)) {
      const { span } = placeholder;
      const value = lookup(placeholder.name) ?? placeholder.default;
      const fitting = value === undefined ? undefined : fitted(value, token, isOptionValue(tokens, index));
      if (fitting === undefined) unfilled.push(value === undefined ? { span } : { span, value });
      const filled = fitting ?? sql.slice(span.start, span.end);
      text += sql.slice(done, span.start);
      pieces.push({ start: text.length, end: text.length + filled.length, from: span });
      text += filled;
      done = span.end;
    }
  }
  return {
    text: text + sql.slice(done),
    unfilled,
    written: ({ start, end }) => ({
      start: original(pieces, start, 'start'),
      end: original(pieces, end, 'end'),
    }),
  };
}

/** A value in the filled text, and the placeholder it came from. */
interface Piece extends Span {
  from: Span;
}

function original(pieces: readonly Piece[], offset: number, side: 'start' | 'end'): number {
  const piece = pieces.filter(({ start }) => start <= offset).at(-1);
  if (piece === undefined) return offset;
  if (offset === piece.start) return piece.from.start;
  return offset < piece.end ? piece.from[side] : piece.from.end + offset - piece.end;
}

function isSeen({ channel }: Token): boolean {
  return channel === Token.DEFAULT_CHANNEL;
}

function placeholdersIn(token: Token): Placeholder[] {
  if (!isSeen(token)) return [];
  return [...(token.text ?? '').matchAll(placeholders)].map((match) => {
    const start = token.start + match.index;
    const value = match[2] === undefined ? {} : { default: match[2] };
    return { name: (match[1] ?? '').trim(), ...value, span: { start, end: start + match[0].length } };
  });
}

/** Behind `'key' =` of WITH or SET. */
function isOptionValue(tokens: readonly Token[], index: number): boolean {
  return tokens[index - 1]?.type === StreamSqlLexer.EQ && tokens[index - 2]?.type === StreamSqlLexer.STRING;
}

/** The value as it stands in the statement; undefined when it does not fit there. */
function fitted(value: string, token: Token, ofOption: boolean): string | undefined {
  switch (token.type) {
    case StreamSqlLexer.STRING:
    case StreamSqlLexer.UNCLOSED_STRING:
      return value.replaceAll("'", "''");
    case StreamSqlLexer.BACK_QUOTED:
      return value.replaceAll('`', '``');
    case StreamSqlLexer.DOUBLE_QUOTED:
      return value.replaceAll('"', '""');
    case StreamSqlLexer.IDENTIFIER:
      return /^[\p{L}\p{N}_]*$/u.test(value) ? value : undefined;
    default:
      return ofOption && !value.startsWith("'") ? `'${value.replaceAll("'", "''")}'` : wholeValue(value);
  }
}

const literalWords = new Set(['TRUE', 'FALSE', 'NULL']);
const literal = /^(?:[+-]?\d+(?:\.\d+)?|'(?:[^']|'')*'|"(?:[^"\r\n]|"")*"|`(?:[^`\r\n]|``)*`)$/;
const dottedName = /^[\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}_][\p{L}\p{N}_]*)*$/u;
/** What topics and the like are called: a name in quotes, and nothing that could be meant as SQL. */
const quotableName = /^[\p{L}\p{N}_.-]+$/u;

function wholeValue(value: string): string | undefined {
  if (literal.test(value) || literalWords.has(value.toUpperCase())) return value;
  if (dottedName.test(value) && !value.split('.').some(isReserved)) return value;
  return quotableName.test(value) ? `\`${value}\`` : undefined;
}
