// Run a statement, a selection, a file; explain a statement; peek at a stream.
import { env, Range, Uri, window, workspace, type TextDocument, type TextEditor } from 'vscode';
import { StreamJobsError } from '../../server/protocol/errors';
import type { JobDataLoss, Range as ProtocolRange } from '../../server/protocol/results';
import { quoteName, type JobRequests } from '../host/jobRequests';
import type { JobServerHost } from '../host/jobServerHost';
import type { JobStore } from '../host/jobStore';
import type { JobSync } from '../host/jobSync';
import { languageId, type LanguageServer } from '../editor/languageServer';
import type { ScriptRunner } from '../editor/scriptRunner';
import { useStreamSql } from '../editor/sqlFiles';
import type { Commands } from './commands';
import { showOutcome } from './outcome';
import { offerToAccept } from './resumeElsewhere';

/** Rows that a peek at a stream shows. */
const peekRows = 100;

export interface RunCommandParts {
  commands: Commands;
  host: JobServerHost;
  store: JobStore;
  sync: JobSync;
  requests: JobRequests;
  languageServer: LanguageServer;
  runner: ScriptRunner;
}

export function registerRunCommands(parts: RunCommandParts): void {
  const { commands, languageServer, runner, requests } = parts;
  const run = async (document: TextDocument, range?: Range) => {
    const ran = await runner.run(document, range);
    const losses = ran.results.flatMap(({ dataLoss }) => dataLoss ?? []);
    // The run is over, whenever the question is answered.
    if (losses.length > 0) void ask(document, losses);
    return ran;
  };
  const ask = async (document: TextDocument, losses: JobDataLoss[]) => {
    try {
      if (await offerToAccept(losses, requests)) runner.forget(document);
    } catch (error) {
      commands.report(error, 'Resuming after a data loss');
    }
  };
  // From a lens: the document and the statement's range.
  commands.register('streamJobs.runStatement', async (uri, range) => {
    if (typeof uri === 'string' && isRange(range)) {
      const document = await workspace.openTextDocument(Uri.parse(uri));
      return run(document, toRange(range));
    }
    const { document, range: at } = await statementAtCursor(languageServer);
    return run(document, at);
  });
  commands.register('streamJobs.runSelection', () => {
    const { document, selection } = activeEditor();
    return run(document, selection.isEmpty ? undefined : selection);
  });
  commands.register('streamJobs.runFile', async (resource) => {
    const document = resource instanceof Uri ? await workspace.openTextDocument(resource) : openFile();
    return run(document);
  });
  commands.register('streamJobs.explainStatement', async () => {
    const { text } = await statementAtCursor(languageServer);
    await runner.runText(/^\s*EXPLAIN\b/i.test(text) ? text : `EXPLAIN ${text}`);
  });
  commands.register('streamJobs.useStreamSql', () => useStreamSql(activeEditor().document));
  registerStreamCommands(parts);
}

function registerStreamCommands({ commands, host, store, sync, runner }: RunCommandParts): void {
  const pickStream = async (node: unknown, title: string) => {
    if (isStreamNode(node)) return node.stream.name;
    await host.connect();
    await sync.refresh();
    const items = store.tables.map(({ name, kind }) => ({ label: name, description: kind }));
    return (await window.showQuickPick(items, { title }))?.label;
  };
  commands.register('streamJobs.peekStream', async (node) => {
    const name = await pickStream(node, 'Peek at which stream?');
    if (name !== undefined) await runner.runText(`SELECT * FROM ${quoteName(name)} LIMIT ${peekRows}`);
  });
  commands.register('streamJobs.copyStreamName', async (node) => {
    const name = await pickStream(node, 'Copy which name?');
    if (name === undefined) return;
    await env.clipboard.writeText(name);
    showOutcome(`${name} copied.`);
  });
  commands.register('streamJobs.refreshStreams', async () => {
    await host.connect();
    await sync.refresh();
  });
}

async function statementAtCursor(
  server: LanguageServer,
): Promise<{ document: TextDocument; range: Range; text: string }> {
  const { document, selection } = activeEditor();
  const statement = await server.statementAt(document.uri, selection.active);
  if (!statement) {
    throw new StreamJobsError('BAD_REQUEST', 'There is no statement at the cursor.', {
      hint: 'Put the cursor into a statement.',
    });
  }
  return { document, range: toRange(statement.range), text: statement.text };
}

function activeEditor(): TextEditor {
  const editor = window.activeTextEditor;
  if (editor) return editor;
  throw new StreamJobsError('BAD_REQUEST', 'No file is open to run.', { hint: 'Open a Stream SQL file.' });
}

/** From the Jobs view's title the active editor may be none: then the one Stream SQL file in sight is meant. */
function openFile(): TextDocument {
  const editors = [window.activeTextEditor, ...window.visibleTextEditors];
  const document = editors.find((editor) => editor?.document.languageId === languageId)?.document;
  return document ?? activeEditor().document;
}

function isRange(value: unknown): value is ProtocolRange {
  return typeof value === 'object' && value !== null && 'start' in value && 'end' in value;
}

function toRange({ start, end }: ProtocolRange): Range {
  return new Range(start.line, start.character, end.line, end.character);
}

function isStreamNode(value: unknown): value is { stream: { name: string } } {
  return typeof value === 'object' && value !== null && 'stream' in value;
}
