// From text to statements that can be run: whole, without errors, placeholders filled.
import type { JobStatement } from '../analysis/planner';
import { toError } from '../analysis/problemCodes';
import type { DefiningStatement } from '../analysis/relations';
import { StreamJobsError, type Span } from '../protocol/errors';
import type { Statement } from '../syntax/ast';
import { fillPlaceholders, hasPlaceholder, type FilledText, type Lookup } from '../syntax/placeholders';
import { parseStatement, secretProblems } from '../syntax/script';
import { messages } from './messages';

/**
 * The statement a text holds, with its placeholders filled.
 * @throws StreamJobsError SYNTAX, also for a placeholder that has no value
 */
export function understand(text: string, lookup: Lookup): Statement {
  return understandFilled(fill(text, lookup).text);
}

/** @throws StreamJobsError SYNTAX on a placeholder that has no value, whose value does not fit, or that is a secret */
export function fill(text: string, lookup: Lookup): FilledText {
  const [secret] = secretProblems(text);
  if (secret !== undefined) throw toError(secret);
  const filled = fillPlaceholders(text, lookup);
  const [wrong] = filled.unfilled;
  if (wrong === undefined) return filled;
  const { span, value } = wrong;
  const placeholder = text.slice(span.start, span.end);
  throw value === undefined
    ? messages.placeholderUnset(placeholder, span)
    : messages.placeholderUnfit(placeholder, value, span);
}

/** @throws StreamJobsError SYNTAX on the place in this text */
export function understandFilled(text: string): Statement {
  const { statement, problems } = parseStatement(text);
  const wrong = problems.find(({ severity }) => severity === 'error');
  if (wrong !== undefined) throw toError(wrong);
  if (statement === undefined) throw messages.internal('The statement', 'it has no tree');
  return statement;
}

/** @throws StreamJobsError when the text starts no job (any more) */
export function understandJob(text: string, lookup: Lookup): JobStatement {
  const statement = understand(text, lookup);
  switch (statement.kind) {
    case 'startJob':
    case 'deployJob':
    case 'insert':
    case 'statementSet':
    case 'select':
    case 'createTableAs':
      return statement;
    default:
      throw messages.internal('The statement', 'it starts no job');
  }
}

/** @throws StreamJobsError when the text defines no table or view (any more) */
export function understandDefinition(text: string, lookup: Lookup): DefiningStatement {
  const statement = understand(text, lookup);
  if (isDefinition(statement)) return statement;
  throw messages.internal('The statement', 'it defines no table');
}

/** The definition with its placeholders left as they stand, as far as it can be read. */
export function understandAsWritten(text: string): DefiningStatement | undefined {
  const { statement } = parseStatement(text);
  return statement !== undefined && isDefinition(statement) ? statement : undefined;
}

/** The first placeholder left in a table's options. */
export function unfilled(options: Record<string, string>): string | undefined {
  const value = Object.values(options).find(hasPlaceholder);
  return value === undefined ? undefined : /\$\{[^}]*\}/.exec(value)?.[0];
}

/** An error on a name or clause of the statement, where it says no place itself. */
export function on(span: Span, error: unknown): unknown {
  if (!(error instanceof StreamJobsError) || error.span !== undefined) return error;
  const { code, message, hint, cause } = error;
  return new StreamJobsError(code, message, { span, cause, ...(hint === undefined ? {} : { hint }) });
}

function isDefinition(statement: Statement): statement is DefiningStatement {
  return ['createTable', 'createTableAs', 'createView'].includes(statement.kind);
}
