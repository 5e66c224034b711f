// Runs the files that the setting streamJobs.runOnOpen names, once for each window, when the workspace is trusted.
import { Uri, workspace, type Disposable } from 'vscode';
import type { ScriptRunner } from './scriptRunner';

export class RunOnOpen {
  private readonly trust: Disposable;
  private done = false;

  constructor(
    private readonly runner: ScriptRunner,
    private readonly logError: (error: unknown) => void,
  ) {
    this.trust = workspace.onDidGrantWorkspaceTrust(() => this.start());
    this.start();
  }

  dispose(): void {
    this.trust.dispose();
  }

  private start(): void {
    if (this.done || !workspace.isTrusted) return;
    this.done = true;
    this.runAll().catch(this.logError);
  }

  /** In order, the folders' one after the other: later files may need the tables of earlier ones. */
  private async runAll(): Promise<void> {
    for (const folder of workspace.workspaceFolders ?? []) {
      const files = workspace.getConfiguration('streamJobs', folder).get<string[]>('runOnOpen', []);
      for (const file of files) {
        await this.runner.run(await workspace.openTextDocument(Uri.joinPath(folder.uri, file)));
      }
    }
  }
}
