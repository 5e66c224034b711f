// What may stand at a place in a statement: keywords, kinds of names, and what is already written around it that a completion needs.
import { Token } from 'antlr4ng';
import type { Span } from '../protocol/errors';
import { unquoteName, unquoteString } from './build/source';
import { followersAtEnd } from './cursorParser';
import { followersOf, nameRules, type Followers, type NameKind, type Position } from './followers';
import { StreamSqlLexer } from './generated/StreamSqlLexer';
import { keywordOf } from './keywords';
import { limitProblem } from './limits';
import { tokenize } from './parse';

export type { NameKind } from './followers';

export interface Expected {
  /** In upper case, with the words that can only follow: `IF EXISTS`, `GROUP BY`. */
  keywords: readonly string[];
  /** Kinds of names; `tableName` names what exists, `tableNameCreate` something new. */
  names: readonly NameKind[];
  /** Where the cursor is. Nothing is offered in comments and numbers, nor in strings that are neither option nor setting. */
  place: 'code' | 'quotedName' | 'string' | 'comment' | 'number';
  /** What is typed of the word so far, without an opening quote. */
  prefix: { text: string; span: Span };
  /** The names before the dot: `o` in `o.am|`. */
  qualifier: readonly string[];
  /** The key whose value is being written. */
  option?: string;
  /** Options and settings written in the statement. */
  options: readonly { key: string; value: string }[];
  /** Jobs that the statement lists already. */
  jobs: readonly string[];
}

const stringNames = new Set<NameKind>(['optionKey', 'optionValue', 'settingKey', 'settingValue']);
/** Other words for JOB, JOBS, SHOW and DESCRIBE: understood, not offered. */
const synonyms = new Set(['QUERY', 'QUERIES', 'LIST', 'DESC', 'EXECUTE']);

/** What the grammar expects at an offset of a statement's text, which may have errors or end there. Never throws. */
export function expectedAt(text: string, offset: number): Expected {
  const all = tokenize(text);
  const current = all.find((token) => token.start < offset && isTyping(token, offset));
  const place = placeIn(current);
  const start = current && place !== 'comment' ? current.start : offset;
  const tokens = all.filter((token) => token.channel === Token.DEFAULT_CHANNEL);
  const before = tokens.filter((token) => token.stop < start);
  const quote = place === 'string' || place === 'quotedName' ? 1 : 0;
  const span = { start: Math.min(start + quote, offset), end: offset };
  const base = {
    place,
    prefix: { text: text.slice(span.start, span.end), span },
    qualifier: qualifierOf(before),
    options: optionsIn(tokens),
    jobs: jobsIn(tokens, current),
  };
  const offersNothing = place === 'comment' || place === 'number' || limitProblem(before) !== undefined;
  const found = offersNothing ? undefined : followersAtEnd(before);
  if (!found) return { ...base, keywords: [], names: [] };
  const names = namesOf(found).filter(
    (kind) => stringNames.has(kind) === (place === 'string') || place === 'code',
  );
  const option =
    names.includes('optionValue') || names.includes('settingValue') ? before.at(-2)?.text : undefined;
  return {
    ...base,
    keywords: place === 'code' ? keywordsOf(found) : [],
    names,
    ...(option === undefined ? {} : { option: unquoteString(option) }),
  };
}

/** Whether a token that begins before the offset is still being written there. */
function isTyping(token: Token, offset: number): boolean {
  const inside = offset <= token.stop;
  const atEnd = offset === token.stop + 1;
  switch (token.type) {
    case StreamSqlLexer.WHITESPACE:
      return false;
    case StreamSqlLexer.STRING:
    case StreamSqlLexer.BACK_QUOTED:
    case StreamSqlLexer.DOUBLE_QUOTED:
    case StreamSqlLexer.BLOCK_COMMENT:
    case StreamSqlLexer.PLACEHOLDER:
      return inside;
    case StreamSqlLexer.LINE_COMMENT:
    case StreamSqlLexer.UNCLOSED_COMMENT:
    case StreamSqlLexer.UNCLOSED_STRING:
    case StreamSqlLexer.UNCLOSED_NAME:
    case StreamSqlLexer.INTEGER:
    case StreamSqlLexer.DECIMAL:
    case StreamSqlLexer.DURATION:
    case StreamSqlLexer.BAD_NUMBER:
    case StreamSqlLexer.IDENTIFIER:
      return inside || atEnd;
    default:
      return (inside || atEnd) && keywordOf(token.type) !== undefined;
  }
}

function placeIn(token: Token | undefined): Expected['place'] {
  switch (token?.type) {
    case StreamSqlLexer.LINE_COMMENT:
    case StreamSqlLexer.BLOCK_COMMENT:
    case StreamSqlLexer.UNCLOSED_COMMENT:
      return 'comment';
    case StreamSqlLexer.STRING:
    case StreamSqlLexer.UNCLOSED_STRING:
      return 'string';
    case StreamSqlLexer.BACK_QUOTED:
    case StreamSqlLexer.DOUBLE_QUOTED:
    case StreamSqlLexer.UNCLOSED_NAME:
      return 'quotedName';
    case StreamSqlLexer.INTEGER:
    case StreamSqlLexer.DECIMAL:
    case StreamSqlLexer.DURATION:
    case StreamSqlLexer.BAD_NUMBER:
      return 'number';
    default:
      return 'code';
  }
}

function namesOf(found: Followers): NameKind[] {
  return [...found.names].flatMap((rule) => nameRules.get(rule) ?? []);
}

/** The keywords, each with the only words that can follow it. */
export function keywordsOf(found: Followers): string[] {
  const words: string[] = [];
  for (const [type, after] of found.tokens) {
    const word = keywordOf(type);
    if (word !== undefined && !synonyms.has(word)) words.push(word + continuation(after));
  }
  return words.sort();
}

function continuation(after: readonly Position[]): string {
  let words = '';
  let places = after;
  // No phrase of the language has more than four words.
  for (let count = 0; count < 3; count += 1) {
    const next = followersOf(places);
    const [only] = next.tokens;
    const word = only && next.tokens.size === 1 && next.names.size === 0 ? keywordOf(only[0]) : undefined;
    // A phrase ends where another statement begins.
    if (only === undefined || word === undefined || word === 'INSERT') break;
    words += ` ${word}`;
    places = only[1];
  }
  return words;
}

function qualifierOf(before: readonly Token[]): string[] {
  const parts: string[] = [];
  for (let index = before.length - 1; before[index]?.type === StreamSqlLexer.DOT; index -= 2) {
    const name = before[index - 1]?.text;
    if (name === undefined) break;
    parts.unshift(unquoteName(name));
  }
  return parts;
}

function optionsIn(tokens: readonly Token[]): { key: string; value: string }[] {
  return tokens.flatMap((key, index) => {
    const value = tokens[index + 2];
    const isOption =
      key.type === StreamSqlLexer.STRING &&
      tokens[index + 1]?.type === StreamSqlLexer.EQ &&
      value?.type === StreamSqlLexer.STRING;
    return isOption ? [{ key: unquoteString(key.text ?? ''), value: unquoteString(value.text ?? '') }] : [];
  });
}

/** The names after JOB, without the one being written. */
function jobsIn(tokens: readonly Token[], current: Token | undefined): string[] {
  const isJob = ({ type }: Token) => type === StreamSqlLexer.JOB || type === StreamSqlLexer.QUERY;
  let index = tokens.findIndex(isJob) + 1;
  if (index === 0) return [];
  if (tokens[index]?.type === StreamSqlLexer.IF && tokens[index + 1]?.type === StreamSqlLexer.EXISTS)
    index += 2;
  const jobs: string[] = [];
  for (; tokens[index]; index += 1) {
    const name = tokens[index];
    if (name?.type === StreamSqlLexer.COMMA) continue;
    const previous = tokens[index - 1];
    const isListed = jobs.length === 0 || previous?.type === StreamSqlLexer.COMMA;
    if (!name || !isListed || !/^[\p{L}_`"$]/u.test(name.text ?? '')) break;
    if (name !== current) jobs.push(unquoteName(name.text ?? ''));
  }
  return jobs;
}
