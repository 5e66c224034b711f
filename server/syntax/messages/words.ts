// Wrong words: unknown statements, misspelt keywords, a missing JOB, reserved words as names.
import type { Token } from 'antlr4ng';
import { editDistance, nearest } from '../editDistance';
import { StreamSqlLexer } from '../generated/StreamSqlLexer';
import { keywordOf } from '../keywords';
import type { Problem } from '../problem';
import { syntaxProblem } from '../problemCodes';
import { isWord, keywordsIn, spanOf, textOf, type ErrorPlace } from './errorPlace';

export function unknownStatement(place: ErrorPlace): Problem | undefined {
  const { token } = place;
  if (place.index !== 0 || !token) return undefined;
  const word = textOf(token);
  const meant = isWord(token) ? nearest(word, keywordsIn(place.expected)) : undefined;
  if (meant !== undefined) {
    const message = `Unknown statement ${word}. Did you mean ${meant}?`;
    return syntaxProblem('unknownStatement', message, spanOf(token), [replace(token, meant)]);
  }
  const message = `Unknown statement ${word}. A statement begins with SELECT, INSERT INTO, CREATE, START JOB or PAUSE JOB, for example.`;
  return syntaxProblem('unknownStatement', message, spanOf(token));
}

/** The wrong word is nearly an expected one; or the word before it was, and was read as a name: `SELECT a FORM t`. */
export function misspelt(place: ErrorPlace): Problem | undefined {
  const { token, previous } = place;
  const here = misspeltWord(token, place.expected);
  // `PAUSE job1` lacks the keyword rather than misspells it.
  const isNameOfJob =
    here?.meant.startsWith('JOB') && place.at(1) === undefined && jobVerbs.has(previous?.type ?? 0);
  const before = misspeltWord(previous, place.expectedAt(place.index - 1));
  // In `SELECT a FORM orders`, FORM is nearer to FROM than orders to ORDER.
  if (here === undefined || isNameOfJob || (before && before.distance <= here.distance)) {
    return before && misspeltProblem(before);
  }
  return misspeltProblem(here);
}

interface Misspelt {
  token: Token;
  meant: string;
  distance: number;
}

function misspeltWord(
  token: Token | undefined,
  expected: ErrorPlace['expected'] | undefined,
): Misspelt | undefined {
  if (token?.type !== StreamSqlLexer.IDENTIFIER) return undefined;
  const meant = nearest(textOf(token), keywordsIn(expected));
  return meant === undefined ? undefined : { token, meant, distance: editDistance(textOf(token), meant) };
}

function misspeltProblem({ token, meant }: Misspelt): Problem {
  const message = `${textOf(token)} is not expected here. Did you mean ${meant}?`;
  return syntaxProblem('misspelt', message, spanOf(token), [replace(token, meant)]);
}

function replace(token: Token, text: string): Problem['fixes'][number] {
  return { title: `Change to ${text}`, span: spanOf(token), text, preferred: true };
}

/** Verbs of job statements, as a message says them. */
const jobVerbs = new Map([
  [StreamSqlLexer.START, 'started'],
  [StreamSqlLexer.PAUSE, 'paused'],
  [StreamSqlLexer.RESUME, 'resumed'],
  [StreamSqlLexer.STOP, 'stopped'],
  [StreamSqlLexer.RESTART, 'restarted'],
  [StreamSqlLexer.DEPLOY, 'deployed'],
  [StreamSqlLexer.ROLLBACK, 'rolled back'],
  [StreamSqlLexer.PEEK, 'looked into'],
  [StreamSqlLexer.MOVE, 'moved'],
]);

/** `PAUSE orders` */
export function missingJob(place: ErrorPlace): Problem | undefined {
  const { token, previous } = place;
  const done = jobVerbs.get(previous?.type ?? 0);
  if (done === undefined || !token || !previous || !place.expects(StreamSqlLexer.JOB) || !isName(token))
    return undefined;
  const message = `A job is ${done} with ${textOf(previous).toUpperCase()} JOB name.`;
  const fix = {
    title: 'Insert JOB',
    span: { start: token.start, end: token.start },
    text: 'JOB ',
    preferred: true,
  };
  return syntaxProblem('missingKeyword', message, spanOf(token), [fix]);
}

function isName({ type }: Token): boolean {
  return [StreamSqlLexer.IDENTIFIER, StreamSqlLexer.BACK_QUOTED, StreamSqlLexer.DOUBLE_QUOTED].includes(type);
}

/** `TUMBLE(t, DESCRIPTOR(ts), ...)` */
export function missingTable(place: ErrorPlace): Problem | undefined {
  const name = place.at(-2);
  if (place.typeAt(0) !== StreamSqlLexer.DESCRIPTOR || place.typeAt(-3) !== StreamSqlLexer.LPAREN || !name)
    return undefined;
  const fix = {
    title: 'Insert TABLE',
    span: { start: name.start, end: name.start },
    text: 'TABLE ',
    preferred: true,
  };
  const message = `The table of a window is written TABLE ${textOf(name)}.`;
  return syntaxProblem('missingKeyword', message, spanOf(name), [fix]);
}

/** Behind a name, but not behind a keyword that begins a clause. */
const afterNames = new Set([
  StreamSqlLexer.COMMA,
  StreamSqlLexer.DOT,
  StreamSqlLexer.RPAREN,
  StreamSqlLexer.SEMI,
  StreamSqlLexer.EQ,
  StreamSqlLexer.NEQ,
  StreamSqlLexer.LT,
  StreamSqlLexer.LE,
  StreamSqlLexer.GT,
  StreamSqlLexer.GE,
  StreamSqlLexer.PLUS,
  StreamSqlLexer.CONCAT,
  StreamSqlLexer.AS,
  StreamSqlLexer.FROM,
]);

/** `SELECT order FROM t` */
export function reservedWord(place: ErrorPlace): Problem | undefined {
  const { token } = place;
  const keyword = keywordOf(token?.type ?? 0);
  if (!token || keyword === undefined || place.expected.names.size === 0) return undefined;
  const isNew = place.expectsName(
    'jobNameCreate',
    'tableNameCreate',
    'columnNameCreate',
    'columnAlias',
    'aliasName',
  );
  const next = place.typeAt(1);
  const namesJob = place.expectsName('jobName');
  if (!isNew && !namesJob && !afterNames.has(next ?? 0)) return undefined;
  if (place.expectsName('bareAlias') && !isNew) return undefined;
  const quoted = `\`${textOf(token)}\``;
  const message = `${keyword} is a reserved word. As a name it needs quotes: ${quoted}.`;
  const fix = { title: `Quote ${textOf(token)}`, span: spanOf(token), text: quoted, preferred: true };
  return syntaxProblem('reservedWord', message, spanOf(token), [fix]);
}
