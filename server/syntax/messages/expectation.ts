// The message where no pattern fits: what was read last, and what may come after it.
import { Token } from 'antlr4ng';
import { keywordsOf } from '../expected';
import { nameRules, type NameKind } from '../followers';
import { StreamSqlLexer } from '../generated/StreamSqlLexer';
import type { Problem } from '../problem';
import { syntaxProblem } from '../problemCodes';
import { textOf, type ErrorPlace } from './errorPlace';

const alternativesMax = 5;

export function unexpected(place: ErrorPlace): Problem {
  const alternatives = alternativesAt(place);
  const expected = alternatives.length === 0 ? '' : ` ${sentence(place, alternatives)}`;
  const { token } = place;
  if (!token) return syntaxProblem('unexpected', `The statement is not complete.${expected}`, place.span);
  return syntaxProblem(
    'unexpected',
    `${shortened(textOf(token))} is not expected here.${expected}`,
    place.span,
  );
}

function sentence(place: ErrorPlace, alternatives: string[]): string {
  const named = alternatives.slice(0, alternativesMax);
  const last = named.pop() ?? '';
  const list = named.length === 0 ? last : `${named.join(', ')} or ${last}`;
  const among = alternatives.length > alternativesMax ? ', among others,' : '';
  const after = place.previous
    ? `After ${shortened(textOf(place.previous))} comes`
    : 'A statement begins with';
  return `${after}${among} ${list}.`;
}

/** Long texts, as in a statement that is none. */
function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

const nameWords: Partial<Record<NameKind, string>> = {
  jobName: 'the name of a job',
  jobNameDeploy: 'the name of a job',
  jobNameCreate: 'a name for the job',
  tableName: 'the name of a table',
  tableNameCreate: 'a name',
  columnName: 'a column',
  columnNameCreate: 'a name for the column',
  columnAlias: 'a name for the column',
  aliasName: 'a name',
  fieldName: 'a field',
  fieldNameCreate: 'a name for the field',
  functionName: 'a function',
  windowName: 'a window',
  typeWord: 'a type',
  optionKey: 'an option in single quotes',
  optionValue: 'a value in single quotes',
  settingKey: 'a setting in single quotes',
  settingValue: 'a value in single quotes',
};

const signWords = new Map([
  [StreamSqlLexer.STRING, 'a text in single quotes'],
  [StreamSqlLexer.INTEGER, 'a whole number'],
  [StreamSqlLexer.LPAREN, '('],
  [StreamSqlLexer.RPAREN, ')'],
  [StreamSqlLexer.RBRACKET, ']'],
  [StreamSqlLexer.COMMA, 'a comma'],
  [StreamSqlLexer.EQ, '='],
  [Token.EOF, 'the end of the statement'],
]);

function alternativesAt(place: ErrorPlace): string[] {
  const { expected } = place;
  const isExpression = place.expectsName('columnName') && place.expectsName('functionName');
  if (isExpression) return ['an expression'];
  const names = [...expected.names].flatMap((rule) => nameWords[nameRules.get(rule) ?? 'identifier'] ?? []);
  const signs = [...signWords].flatMap(([type, words]) => (place.expects(type) ? [words] : []));
  return [...new Set([...names, ...keywordsOf(expected), ...signs])];
}
