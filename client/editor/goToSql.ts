// Opens the statement that made a job, in its file where it can be found.
import { Range, Selection, window, workspace, type TextDocument } from 'vscode';
import { languageId } from './languageServer';
import { findStatement } from './findStatement';

const sqlFiles = '**/*.{streamsql,ssql,sql}';
const ignoredFiles = '**/{node_modules,.git,dist,out}/**';
/** Files looked through, and the size above which one is left out, in bytes. */
const filesMax = 500;
const fileBytesMax = 2 * 1024 * 1024;

export async function goToSql(job: { name: string; statement: string }): Promise<void> {
  const document = (await findDocument(job)) ?? (await workspace.openTextDocument(asText(job)));
  const at = findStatement(document.getText(), job);
  const editor = await window.showTextDocument(document);
  if (!at) return;
  const range = new Range(document.positionAt(at.start), document.positionAt(at.end));
  editor.selection = new Selection(range.start, range.start);
  editor.revealRange(range);
}

async function findDocument(job: { name: string; statement: string }): Promise<TextDocument | undefined> {
  const open = workspace.textDocuments.filter(({ languageId: id }) => id === languageId || id === 'sql');
  const exact = open.find((document) => document.getText().includes(job.statement));
  if (exact) return exact;
  let edited = open.find((document) => findStatement(document.getText(), job));
  for (const uri of await workspace.findFiles(sqlFiles, ignoredFiles, filesMax)) {
    if ((await workspace.fs.stat(uri)).size > fileBytesMax) continue;
    const text = new TextDecoder().decode(await workspace.fs.readFile(uri));
    if (text.includes(job.statement)) return workspace.openTextDocument(uri);
    if (!edited && findStatement(text, job)) edited = await workspace.openTextDocument(uri);
  }
  return edited;
}

/** For a job whose file is not here: it was started from elsewhere. */
function asText({ statement }: { statement: string }): { language: string; content: string } {
  return { language: languageId, content: `${statement};\n` };
}
