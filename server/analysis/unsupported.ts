// Statements that are part of the language and cannot be run yet: refused alike by the server and the editor.
import type { Span } from '../protocol/errors';
import type { Statement } from '../syntax/ast';
import type { Problem } from '../syntax/problem';
import { problem } from './problemCodes';

/** What of the statement cannot be run yet, on the clause that says so; undefined for those that run. */
export function unsupported(statement: Statement): Problem | undefined {
  switch (statement.kind) {
    case 'moveJob':
      return notYet('MOVE JOB', statement.span);
    case 'show': {
      const words = notShown[statement.what];
      return words === undefined ? undefined : notYet(`SHOW ${words}`, statement.span);
    }
    default:
      return undefined;
  }
}

const notShown: Record<string, string> = {
  topics: 'TOPICS',
  connections: 'CONNECTIONS',
};

function notYet(what: string, span: Span): Problem {
  return problem('unsupportedStatement', `${what} cannot be run yet.`, span);
}
