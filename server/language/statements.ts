// The statements of a document for the client: what "run statement" runs, and which job each is about.
import type { StatementInfo } from '../protocol/languageServer';
import { singleJob } from './liveJobs/jobUses';
import { rangeOfStatement, statementAt, type Script, type ScriptStatement } from './script';

export function statementInfo(script: Script): StatementInfo[] {
  return script.statements.map((statement) => infoOf(script, statement));
}

/** The statement at an offset, also when it stands right behind it or its semicolon. */
export function statementInfoAt(script: Script, offset: number): StatementInfo | null {
  const statement = statementAt(script, offset);
  return statement === undefined ? null : infoOf(script, statement);
}

function infoOf(script: Script, statement: ScriptStatement): StatementInfo {
  const { tree, partial } = statement;
  const job = tree && singleJob(tree, statement.pipelineName);
  return {
    range: rangeOfStatement(script, statement),
    text: statement.text,
    ...(job === undefined ? {} : { job }),
    ok: !partial,
    isQuery: tree?.kind === 'select',
  };
}
