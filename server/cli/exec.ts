// `stream-jobs exec`: one statement or script against the running server.
import { connectToJobServer, asStreamJobsError } from '../protocol/connect';
import type { Cell, StatementResult } from '../protocol/results';
import * as protocol from '../protocol/rpc';
import { PreviewCollector } from './preview';
import { tellProbations } from './probations';
import { stopSignal } from './signals';
import { table, type Terminal } from './terminal';
import { dataDirectory, dataDirHelp, parse, UsageError, type Command } from './usage';

export const exec: Command = {
  summary: 'run a statement or script against the running server',
  help: [
    'Usage: stream-jobs exec "PAUSE JOB orders" [--data-dir D] [--json]',
    '',
    'Runs the statements in order up to the first that fails. A SELECT shows rows until its LIMIT, its source ends or',
    'Ctrl-C; with --json it needs one of the first two.',
    '',
    dataDirHelp,
  ].join('\n'),
  async run(args, terminal) {
    const { values, positionals } = parse(args, {
      json: { type: 'boolean', default: false },
      'data-dir': { type: 'string' },
    });
    const [sql, more] = positionals;
    if (sql === undefined) throw new UsageError('exec takes a statement.');
    if (more !== undefined)
      throw new UsageError('exec takes one argument: put the whole statement in quotes.');
    const { rpc } = await connectToJobServer(dataDirectory(values['data-dir']), 'cli');
    const stop = stopSignal();
    try {
      const previews = new PreviewCollector(rpc);
      tellProbations(rpc, terminal);
      const { results } = await rpc.sendRequest(protocol.execute, { sql, by: 'cli' });
      if (!values.json) for (const result of results) await show(result, previews, stop.aborted, terminal);
      else terminal.print(JSON.stringify({ results: await withRows(results, previews, stop.aborted) }));
      return results.every((result) => result.ok) ? 0 : 1;
    } catch (error) {
      throw asStreamJobsError(error);
    } finally {
      stop.dispose();
      rpc.dispose();
    }
  },
};

/** A statement's outcome for a person: its table, its sentence, or its error with the next step. */
export function showResult(result: StatementResult, terminal: Terminal): void {
  if (result.error !== undefined) {
    const { code, message, hint } = result.error;
    terminal.note(`${code}: ${message}${hint === undefined ? '' : `\n${hint}`}`);
  }
  if (result.columns !== undefined && result.rows !== undefined) {
    for (const line of table(
      result.columns,
      result.rows.map((row) => row.map(cellText)),
    ))
      terminal.print(line);
  } else if (result.error === undefined && result.message !== undefined) {
    terminal.print(result.message);
  }
}

export function cellText(cell: Cell): string {
  return cell === null ? 'NULL' : String(cell);
}

async function show(
  result: StatementResult,
  previews: PreviewCollector,
  stop: AbortSignal,
  terminal: Terminal,
): Promise<void> {
  if (result.previewId === undefined) {
    showResult(result, terminal);
    return;
  }
  terminal.print((result.columns ?? []).join('\t'));
  await previews.follow(result.previewId, stop, (row) => terminal.print(row.map(cellText).join('\t')));
}

async function withRows(
  results: StatementResult[],
  previews: PreviewCollector,
  stop: AbortSignal,
): Promise<StatementResult[]> {
  const whole: StatementResult[] = [];
  for (const { previewId, ...result } of results) {
    if (previewId === undefined) {
      whole.push(result);
      continue;
    }
    const rows: Cell[][] = [];
    await previews.follow(previewId, stop, (row) => rows.push(row));
    whole.push({ ...result, rows });
  }
  return whole;
}
