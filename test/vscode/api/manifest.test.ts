// The extension keeps what its manifest says.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import manifest from '../../../package.json';
import { activate } from './workspace';

describe('manifest', () => {
  before(activate);

  it('has every contributed command registered', async () => {
    const registered = new Set(await vscode.commands.getCommands(true));
    const missing = manifest.contributes.commands.filter(({ command }) => !registered.has(command));
    assert.deepEqual(missing, []);
  });

  it('gives Stream SQL its language', async () => {
    const [file] = await vscode.workspace.findFiles('jobs.ssql');
    assert.ok(file);
    assert.equal((await vscode.workspace.openTextDocument(file)).languageId, 'streamsql');
  });

  it('makes a .sql file with streaming statements Stream SQL where that is set', async () => {
    const settings = vscode.workspace.getConfiguration('streamJobs');
    await settings.update('sqlFiles', 'always', vscode.ConfigurationTarget.Workspace);
    try {
      const document = await vscode.workspace.openTextDocument({ language: 'sql', content: 'PAUSE JOB x;' });
      await vscode.window.showTextDocument(document);
      const plain = await vscode.workspace.openTextDocument({ language: 'sql', content: 'SELECT 1;' });
      await vscode.window.showTextDocument(plain);
      assert.equal(await languageOf('PAUSE JOB x;'), 'streamsql');
      assert.equal(plain.languageId, 'sql');
    } finally {
      await settings.update('sqlFiles', undefined, vscode.ConfigurationTarget.Workspace);
    }
  });
});

/** The language of the open document with this text, once it is Stream SQL or has had time to become it. */
async function languageOf(text: string): Promise<string | undefined> {
  const find = () => vscode.workspace.textDocuments.find((document) => document.getText() === text);
  for (let look = 0; look < 100 && find()?.languageId !== 'streamsql'; look++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return find()?.languageId;
}
