// Text -> statements, in one pass that knows quotes, comments, placeholders and STATEMENT SET BEGIN ... END. Never fails; a string or
// set that does not end spoils only its own statement where that can be told.
import type { Span } from '../protocol/errors';

/** A statement in a text: from its first token to its last, without its `;` and the comments around it. */
export interface StatementRange extends Span {
  /** The statement with the whitespace and comments around it, up to its `;`: where a cursor belongs to it. */
  region: Span;
  /** Whether it ends with `;`. */
  terminated: boolean;
}

/** Words that begin a statement and little else: what follows a `;` when a string or a set was not closed. */
const starter =
  /(?:START|PAUSE|RESUME|STOP|DROP|RESTART|DEPLOY|ROLLBACK|PEEK|RETRY|MOVE|SHOW|LIST|DESCRIBE|EXPLAIN|CREATE|INSERT|SELECT|WITH|SET|RESET|EXECUTE)\b/iy;
const mark = /['"`;]|--|\/\*|\$\{[^{}$\r\n]*\}|\b(?:STATEMENT\s+SET\s+BEGIN|CASE|END)\b/gi;

/** The statements of a text, in order. Stretches without a token are none. */
export function splitStatements(text: string): StatementRange[] {
  return splitRegions(text).filter((range) => range.end > range.start);
}

/** The stretch between two `;` that `offset` lies in; at a `;` itself, the stretch before it. */
export function regionAt(text: string, offset: number): Span {
  const regions = splitRegions(text);
  const found = regions.find((range) => offset <= range.region.end) ?? regions.at(-1);
  return found?.region ?? { start: 0, end: text.length };
}

function splitRegions(text: string): StatementRange[] {
  const ranges: StatementRange[] = [];
  let start = 0;
  let comments: Span[] = [];
  // Inside STATEMENT SET: how many CASE are open; undefined outside.
  let cases: number | undefined;
  const finish = (end: number, terminated: boolean) => {
    ranges.push(trimmed(text, { start, end }, comments, terminated));
    start = end + 1;
    comments = [];
    cases = undefined;
  };
  mark.lastIndex = 0;
  for (let found = mark.exec(text); found; found = mark.exec(text)) {
    const at = found.index;
    switch (found[0]) {
      case ';':
        if (cases === undefined || !setContinues(text, at + 1)) finish(at, true);
        break;
      case "'":
        mark.lastIndex = stringEnd(text, at);
        break;
      case '"':
      case '`':
        mark.lastIndex = nameEnd(text, at);
        break;
      case '--':
      case '/*':
        mark.lastIndex = commentEnd(text, at);
        // One that does not end is an error of its statement, and no comment around it.
        if (isClosed(text, at)) comments.push({ start: at, end: mark.lastIndex });
        break;
      default:
        // A placeholder is one mark, whatever stands in it.
        if (!found[0].startsWith('$')) cases = casesAfter(found[0].toUpperCase(), cases);
    }
  }
  finish(text.length, false);
  return ranges;
}

function casesAfter(word: string, cases: number | undefined): number | undefined {
  if (word.startsWith('STATEMENT')) return 0;
  if (cases === undefined) return undefined;
  if (word === 'CASE') return cases + 1;
  return cases > 0 ? cases - 1 : undefined;
}

/** After a `;` inside a STATEMENT SET: whether the set goes on there. */
function setContinues(text: string, from: number): boolean {
  const at = skipTrivia(text, from);
  return at === text.length || /(?:INSERT|END)\b/iy.test(text.slice(at, at + 7));
}

function skipTrivia(text: string, from: number): number {
  let at = from;
  for (;;) {
    while (at < text.length && isSpace(text, at)) at += 1;
    if (!text.startsWith('--', at) && !text.startsWith('/*', at)) return at;
    at = commentEnd(text, at);
  }
}

function isSpace(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === 32 || (code >= 9 && code <= 13) || code === 0xa0 || code === 0xfeff;
}

/** The range without the whitespace and comments at both ends. `comments` are those in it, in order. */
function trimmed(text: string, region: Span, comments: Span[], terminated: boolean): StatementRange {
  let start = region.start;
  let first = 0;
  for (;;) {
    while (start < region.end && isSpace(text, start)) start += 1;
    const comment = comments[first];
    if (comment?.start !== start) break;
    start = comment.end;
    first += 1;
  }
  let end = region.end;
  let last = comments.length - 1;
  for (;;) {
    while (end > start && isSpace(text, end - 1)) end -= 1;
    const comment = comments[last];
    if (comment?.end !== end || comment.start < start) break;
    end = comment.start;
    last -= 1;
  }
  return {
    start: Math.min(start, region.end),
    end: Math.max(Math.min(start, region.end), end),
    region,
    terminated,
  };
}

/** After the closing quote. A string that runs over the start of another statement was not closed on its line. */
function stringEnd(text: string, open: number): number {
  let end = open + 1;
  for (;;) {
    const quote = text.indexOf("'", end);
    end = quote < 0 ? text.length : quote + 1;
    if (quote < 0 || text[end] !== "'") break;
    end += 1;
  }
  const firstLine = endOfLine(text, open);
  return firstLine < end && holdsStatement(text.slice(open, end)) ? firstLine : end;
}

/** Whether some line of the text begins a statement after one that ended with `;`. */
function holdsStatement(content: string): boolean {
  for (
    let semicolon = content.indexOf(';');
    semicolon >= 0;
    semicolon = content.indexOf(';', semicolon + 1)
  ) {
    const next = skipTrivia(content, semicolon + 1);
    starter.lastIndex = next;
    if (endOfLine(content, semicolon) < next && starter.test(content)) return true;
  }
  return false;
}

/** A quoted name ends on its line. */
function nameEnd(text: string, open: number): number {
  const rest = text[open] === '"' ? /"[^"\r\n]*"?/y : /`[^`\r\n]*`?/y;
  rest.lastIndex = open;
  return rest.test(text) ? rest.lastIndex : open + 1;
}

function commentEnd(text: string, open: number): number {
  if (text[open] === '-') return endOfLine(text, open);
  const close = text.indexOf('*/', open + 2);
  return close < 0 ? text.length : close + 2;
}

function isClosed(text: string, open: number): boolean {
  return text[open] === '-' || text.includes('*/', open + 2);
}

/** The first line end, of any kind, from an offset on. */
export function endOfLine(text: string, from: number): number {
  const rest = /[^\r\n]*/y;
  rest.lastIndex = from;
  rest.test(text);
  return rest.lastIndex;
}
