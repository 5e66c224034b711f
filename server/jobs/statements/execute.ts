// Runs a script: statement after statement up to the first that fails, errors on their place in the script.
import { outOfBounds } from '../../analysis/bounds';
import { toError } from '../../analysis/problemCodes';
import { unsupported } from '../../analysis/unsupported';
import type { ExecuteResult, Range, StatementError, StatementResult } from '../../protocol/results';
import type { Span, StreamJobsError } from '../../protocol/errors';
import type { Statement } from '../../syntax/ast';
import { parseScript, type ParsedStatement } from '../../syntax/script';
import { asError, messages } from '../messages';
import { fill, on, understandFilled } from '../scripts';
import { changeJobs, stopJobs } from './changeJobs';
import type { Outcome, StatementContext } from './context';
import { retryDeadLetters } from './deadLetters';
import { describe } from './describe';
import { peekJob } from './peek';
import { explain, select } from './queries';
import { createRelation, dropRelation } from './relations';
import { reset, set } from './settings';
import { show } from './show';
import { deployJob, rollbackJob } from './versions';
import { createTableAs, dropJob, insert, restartJob, startJob, statementSet } from './startJobs';

/** Never rejects for what the script says. */
export async function executeScript(sql: string, context: StatementContext): Promise<ExecuteResult> {
  const { scriptCharsMax } = context.limits;
  if (sql.length > scriptCharsMax) {
    return {
      results: [{ statement: '', ok: false, error: errorOf(messages.scriptTooLong(scriptCharsMax)) }],
    };
  }
  const places = new Places(sql);
  const results: ExecuteResult['results'] = [];
  for (const statement of parseScript(sql)) {
    const outcome = await attempt(statement, context, places);
    results.push({ statement: statement.text, ...outcome });
    if (!outcome.ok) break;
  }
  return { results };
}

async function attempt(
  parsed: ParsedStatement,
  context: StatementContext,
  places: Places,
): Promise<Omit<StatementResult, 'statement'>> {
  let written = (span: Span): Span => span;
  const placed = (failure: StreamJobsError): StatementError => {
    const span = failure.span === undefined ? { start: 0, end: parsed.text.length } : written(failure.span);
    return errorOf(failure, places.range(parsed.start, span));
  };
  try {
    const filled = fill(parsed.text, context.lookup);
    written = filled.written;
    const statement = understandFilled(filled.text);
    const refused = unsupported(statement);
    if (refused !== undefined) throw toError(refused);
    const [wrong] = outOfBounds(statement);
    if (wrong !== undefined) throw on(wrong.span, wrong.error);
    const { error, ...outcome } = await execute(statement, parsed.text, context);
    return error === undefined ? outcome : { ...outcome, error: placed(error) };
  } catch (error) {
    return { ok: false, error: placed(asError(error, 'The statement could not be run')) };
  }
}

function execute(statement: Statement, text: string, context: StatementContext): Outcome | Promise<Outcome> {
  switch (statement.kind) {
    case 'startJob':
      return startJob(statement, text, context);
    case 'pauseJobs':
    case 'resumeJobs':
      return changeJobs(statement, context);
    case 'stopJob':
      return stopJobs(statement, context);
    case 'dropJob':
      return dropJob(statement, context);
    case 'peekJob':
      return peekJob(statement, context);
    case 'restartJob':
      return restartJob(statement, context);
    case 'insert':
      return insert(statement, text, context);
    case 'statementSet':
      return statementSet(statement, text, context);
    case 'createTableAs':
      return createTableAs(statement, text, context);
    case 'createTable':
    case 'createView':
      return createRelation(statement, text, context);
    case 'dropRelation':
      return dropRelation(statement, context);
    case 'show':
      return show(statement, context);
    case 'describe':
      return describe(statement, context);
    case 'explain':
      return explain(statement, context);
    case 'select':
      return select(statement, context);
    case 'set':
      return set(statement, context);
    case 'reset':
      return reset(statement, context);
    case 'retryDeadLetters':
      return retryDeadLetters(statement, context);
    case 'deployJob':
      return deployJob(statement, text, context);
    case 'rollbackJob':
      return rollbackJob(statement, context);
    case 'moveJob':
      throw messages.internal('The statement', 'it should have been refused');
  }
}

function errorOf({ code, message, hint }: StreamJobsError, range?: Range): StatementError {
  return {
    code,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(range === undefined ? {} : { range }),
  };
}

/** Offsets in the script as LSP positions. */
class Places {
  private readonly lineStarts: number[] = [0];

  constructor(text: string) {
    for (const { index } of text.matchAll(/\r\n|\r|\n/g)) {
      this.lineStarts.push(index + (text.startsWith('\r\n', index) ? 2 : 1));
    }
  }

  range(offset: number, { start, end }: Span): Range {
    return { start: this.position(offset + start), end: this.position(offset + end) };
  }

  private position(offset: number): { line: number; character: number } {
    let low = 0;
    for (let high = this.lineStarts.length - 1; low < high;) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low, character: offset - (this.lineStarts[low] ?? 0) };
  }
}
