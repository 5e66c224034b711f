// Clauses and statements in the wrong place: a missing `;`, clauses in the wrong order or twice.
import type { Token } from 'antlr4ng';
import { StreamSqlLexer } from '../generated/StreamSqlLexer';
import { keywordOf } from '../keywords';
import type { Problem } from '../problem';
import { syntaxProblem } from '../problemCodes';
import { spanOf, textOf, type ErrorPlace } from './errorPlace';

/** How statements begin, by their first two words; `*` for any. */
const beginnings: Record<string, readonly string[]> = {
  START: ['JOB', 'QUERY'],
  PAUSE: ['JOB', 'QUERY', 'JOBS', 'QUERIES', 'ALL'],
  RESUME: ['JOB', 'QUERY', 'JOBS', 'QUERIES', 'ALL'],
  STOP: ['JOB', 'QUERY'],
  RESTART: ['JOB', 'QUERY'],
  DEPLOY: ['JOB', 'QUERY'],
  ROLLBACK: ['JOB', 'QUERY'],
  PEEK: ['JOB', 'QUERY'],
  MOVE: ['JOB', 'QUERY'],
  RETRY: ['DEAD'],
  CREATE: ['TABLE', 'STREAM', 'VIEW'],
  DROP: ['JOB', 'QUERY', 'TABLE', 'STREAM', 'VIEW'],
  INSERT: ['INTO'],
  SHOW: ['*'],
  DESCRIBE: ['*'],
  EXPLAIN: ['*'],
  SELECT: ['*'],
  SET: ['*'],
};

export function missingSemicolon(place: ErrorPlace): Problem | undefined {
  // `SHOW STATUS START JOB x`: START was read as a name, and JOB is the wrong token.
  const index = [place.index, place.index - 1].find((each) => each > 0 && beginsStatement(place, each));
  const last = index === undefined ? undefined : place.tokens[index - 1];
  const first = index === undefined ? undefined : place.tokens[index];
  if (!last || !first || depthBefore(place, first) > 0) return undefined;
  const end = last.stop + 1;
  const fix = { title: 'Insert ;', span: { start: end, end }, text: ';', preferred: true };
  const message = `A ; is missing here: ${textOf(first).toUpperCase()} begins another statement.`;
  return syntaxProblem('missingSemicolon', message, spanOf(last), [fix]);
}

/** What another statement may stand behind. */
const holders = new Set([StreamSqlLexer.EXPLAIN, StreamSqlLexer.BEGIN, StreamSqlLexer.AS]);

function beginsStatement(place: ErrorPlace, index: number): boolean {
  const [before, first, second] = [place.tokens[index - 1], place.tokens[index], place.tokens[index + 1]];
  const seconds = beginnings[keywordOf(first?.type ?? 0) ?? ''];
  if (!before || !first || !seconds || holders.has(before.type)) return false;
  const isOnNewLine = /[\r\n]/.test(place.text.slice(before.stop + 1, first.start));
  if (seconds.includes('*')) return isOnNewLine && second !== undefined;
  return seconds.includes(keywordOf(second?.type ?? 0) ?? '');
}

function depthBefore(place: ErrorPlace, token: Token): number {
  let depth = 0;
  for (const { type, start } of place.tokens) {
    if (start >= token.start) break;
    if (type === StreamSqlLexer.LPAREN) depth += 1;
    if (type === StreamSqlLexer.RPAREN) depth -= 1;
  }
  return depth;
}

/** Clauses in the order they are written in; each list for one kind of statement. */
const orders = [
  ['SELECT', 'FROM', 'WHERE', 'GROUP', 'HAVING', 'ORDER', 'LIMIT', 'EMIT'],
  ['COLD', 'REASON', 'FOR'],
  ['COLD', 'REASON', 'UNTIL'],
];
const phrases: Record<string, string> = { GROUP: 'GROUP BY', ORDER: 'ORDER BY', REASON: 'WITH REASON' };

export function clauseOrder(place: ErrorPlace): Problem | undefined {
  const { token } = place;
  if (!token) return undefined;
  const isReason = token.type === StreamSqlLexer.WITH && place.typeAt(1) === StreamSqlLexer.REASON;
  const word = isReason ? 'REASON' : (keywordOf(token.type) ?? '');
  const order = orders.find(
    (clauses) => clauses.includes(word) && later(place, token, clauses, word).length > 0,
  );
  if (!order) return undefined;
  const [first = ''] = later(place, token, order, word);
  const message =
    first === word
      ? `${phrases[word] ?? word} stands here a second time.`
      : `${phrases[word] ?? word} comes before ${phrases[first] ?? first}.`;
  return syntaxProblem('clauseOrder', message, spanOf(token));
}

/** The clauses written before the wrong token, in the same parentheses, that belong after it or are the same. */
function later(place: ErrorPlace, token: Token, order: readonly string[], word: string): string[] {
  const depth = depthBefore(place, token);
  return place.tokens
    .slice(0, place.index)
    .filter((other) => depthBefore(place, other) === depth)
    .flatMap((other) => keywordOf(other.type) ?? [])
    .filter((other) => order.indexOf(other) >= order.indexOf(word));
}
