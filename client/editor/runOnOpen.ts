// Runs the files that the setting streamJobs.runOnOpen names, once for each window, when the workspace is trusted.
import { Uri, workspace, type Disposable } from 'vscode';
import type { ScriptRunner } from './scriptRunner';

export class RunOnOpen {
  private readonly waiting: Disposable[] = [];

  constructor(
    private readonly runner: ScriptRunner,
    private readonly logError: (error: unknown) => void,
  ) {
    if (workspace.isTrusted) {
      this.runAll().catch(logError);
      return;
    }
    // The setting of a workspace is hidden until it is trusted, and comes to light a little later than the trust.
    this.waiting.push(
      workspace.onDidGrantWorkspaceTrust(() => this.trusted()),
      workspace.onDidChangeConfiguration(() => this.trusted()),
    );
  }

  dispose(): void {
    for (const listener of this.waiting.splice(0)) listener.dispose();
  }

  private trusted(): void {
    if (!workspace.isTrusted || namedFiles().length === 0) return;
    this.dispose();
    this.runAll().catch(this.logError);
  }

  /** In order, one after the other: later files may need the tables of earlier ones. */
  private async runAll(): Promise<void> {
    for (const file of namedFiles()) await this.runner.run(await workspace.openTextDocument(file));
  }
}

function namedFiles(): Uri[] {
  return (workspace.workspaceFolders ?? []).flatMap((folder) =>
    workspace
      .getConfiguration('streamJobs', folder)
      .get<string[]>('runOnOpen', [])
      .map((file) => Uri.joinPath(folder.uri, file)),
  );
}
