// Runs SQL from the editor: in order, up to the first error, which is marked where it is.
import {
  Diagnostic,
  DiagnosticSeverity,
  languages,
  ProgressLocation,
  Range,
  window,
  workspace,
  type LogOutputChannel,
  type TextDocument,
} from 'vscode';
import { asStreamJobsError } from '../../server/protocol/connect';
import type { ExecuteResult, StatementResult } from '../../server/protocol/results';
import * as protocol from '../../server/protocol/rpc';
import { showOutcome } from '../commands/outcome';
import { by } from '../host/jobRequests';
import type { JobServerHost } from '../host/jobServerHost';
import type { JobSync } from '../host/jobSync';
import type { ResultsModel } from '../webviews/results/resultsModel';
import { errorText, failedRange, inDocument } from './scriptErrors';

export interface ScriptRunnerParts {
  host: JobServerHost;
  sync: JobSync;
  results: ResultsModel;
  /** Brings the results panel to the front, without taking the focus. */
  showResults: () => void;
  log: LogOutputChannel;
}

export class ScriptRunner {
  private readonly errors = languages.createDiagnosticCollection('Stream Jobs: last run');
  private readonly edits = workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
    if (contentChanges.length > 0) this.errors.delete(document.uri);
  });

  constructor(private readonly parts: ScriptRunnerParts) {}

  /** Runs a range of a document, or all of it. @throws StreamJobsError when no server can be reached */
  async run(document: TextDocument, range?: Range): Promise<ExecuteResult> {
    const sql = document.getText(range);
    const start = range?.start ?? { line: 0, character: 0 };
    const version = document.version;
    this.errors.delete(document.uri);
    const { results } = await this.execute(sql, document);
    for (const result of results) this.show(result);
    const failed = results.find((result) => !result.ok);
    if (failed?.error) {
      const at = inDocument(failedRange(sql, results, failed), start);
      // After an edit meanwhile, the place is no longer known.
      if (document.version === version) this.mark(document, toRange(at), failed);
      this.parts.log.warn(`${failed.error.code}: ${errorText(failed.error)}`);
      showOutcome(failed.error.message, 'error');
    } else {
      const said = results.flatMap(({ message }) => message ?? []);
      const count = results.length === 1 ? '' : `${results.length} statements run. `;
      showOutcome(count + (said.at(-1) ?? 'Done.'));
    }
    return { results };
  }

  /** Takes away what marks the error of the last run: it was seen to. */
  forget(document: TextDocument): void {
    this.errors.delete(document.uri);
  }

  /** Runs one statement that is not from a document. False when it failed, which was said. */
  async runText(sql: string): Promise<boolean> {
    const { results } = await this.execute(sql, undefined);
    for (const result of results) this.show(result);
    const error = results.find((result) => !result.ok)?.error;
    if (error) void window.showErrorMessage(errorText(error));
    return error === undefined;
  }

  dispose(): void {
    this.errors.dispose();
    this.edits.dispose();
  }

  private execute(sql: string, document: TextDocument | undefined): Promise<ExecuteResult> {
    const { host, sync, log } = this.parts;
    const variables = workspace
      .getConfiguration('streamJobs', document)
      .get<Record<string, string>>('variables', {});
    const running = async () => {
      const { rpc } = await host.connect();
      const executed = await rpc.sendRequest(protocol.execute, { sql, by, settings: variables });
      await sync.refresh();
      return executed;
    };
    log.info(`Running ${sql.length > 80 ? `${sql.slice(0, 80)}...` : sql}`.replaceAll('\n', ' '));
    return Promise.resolve(
      window.withProgress({ location: ProgressLocation.Window, title: 'Running SQL' }, () =>
        running().catch((error: unknown) => {
          throw asStreamJobsError(error);
        }),
      ),
    );
  }

  private show(result: StatementResult): void {
    const { results, log, showResults } = this.parts;
    if (result.message !== undefined) log.info(result.message);
    const { columns = [], rows = [], previewId, statement } = result;
    if (previewId !== undefined) results.openPreview(previewId, statement, columns);
    else if (columns.length > 0) results.openTable(statement, columns, rows);
    else return;
    showResults();
  }

  private mark(document: TextDocument, range: Range, failed: StatementResult): void {
    if (!failed.error) return;
    const diagnostic = new Diagnostic(range, errorText(failed.error), DiagnosticSeverity.Error);
    diagnostic.source = 'Stream Jobs';
    diagnostic.code = failed.error.code;
    this.errors.set(document.uri, [diagnostic]);
    const editor = window.visibleTextEditors.find((visible) => visible.document === document);
    if (editor && !editor.visibleRanges.some((visible) => visible.contains(range))) editor.revealRange(range);
  }
}

function toRange({
  start,
  end,
}: {
  start: { line: number; character: number };
  end: { line: number; character: number };
}): Range {
  return new Range(start.line, start.character, end.line, end.character);
}
