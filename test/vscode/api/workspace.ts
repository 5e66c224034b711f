// What the tests in the extension host share: the extension, documents, waiting.
import * as vscode from 'vscode';
import type { StreamJobsApi } from '../../../client/extension';

/** Longest wait for what is expected, and how often it is looked for, in ms. */
const waitMs = 20_000;
const lookMs = 50;

/** The extension's exports, after activating it. */
export async function activate(): Promise<StreamJobsApi> {
  const extension = vscode.extensions.getExtension<StreamJobsApi>('stream-jobs.stream-jobs');
  if (!extension) throw new Error('The extension is not installed.');
  return extension.activate();
}

/** A file of the workspace, shown in the editor. */
export async function show(name: string): Promise<vscode.TextDocument> {
  const [file] = await vscode.workspace.findFiles(name);
  if (!file) throw new Error(`${name} is not in the workspace.`);
  const document = await vscode.workspace.openTextDocument(file);
  await vscode.window.showTextDocument(document);
  return document;
}

/** An unsaved document with the cursor where `<|>` stands. */
export async function write(
  text: string,
  language = 'streamsql',
): Promise<{ document: vscode.TextDocument; cursor: vscode.Position }> {
  const offset = text.indexOf('<|>');
  const document = await vscode.workspace.openTextDocument({ language, content: text.replace('<|>', '') });
  await vscode.window.showTextDocument(document);
  return { document, cursor: document.positionAt(Math.max(0, offset)) };
}

/** The first defined value that `look` returns. @throws Error that names `what` when there is none in time */
export async function until<T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + waitMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`Not within ${waitMs / 1000} s: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
}

/** The first diagnostic of a document whose message has `text`. */
export function diagnostic(document: vscode.TextDocument, text: string): Promise<vscode.Diagnostic> {
  return until(`a diagnostic with "${text}"`, () =>
    vscode.languages.getDiagnostics(document.uri).find(({ message }) => message.includes(text)),
  );
}

/** Labels of the completions at a place, best first. */
export async function completions(
  document: vscode.TextDocument,
  position: vscode.Position,
): Promise<string[]> {
  const list = await vscode.commands.executeCommand<vscode.CompletionList>(
    'vscode.executeCompletionItemProvider',
    document.uri,
    position,
  );
  const sorted = [...list.items].sort((a, b) =>
    (a.sortText ?? labelOf(a)).localeCompare(b.sortText ?? labelOf(b)),
  );
  return sorted.map(labelOf);
}

/** Titles of the lenses of a document, in order. */
export async function lenses(document: vscode.TextDocument): Promise<string[]> {
  const found = await vscode.commands.executeCommand<vscode.CodeLens[]>(
    'vscode.executeCodeLensProvider',
    document.uri,
    1000,
  );
  return found.flatMap(({ command }) => command?.title ?? []);
}

function labelOf({ label }: vscode.CompletionItem): string {
  return typeof label === 'string' ? label : label.label;
}
