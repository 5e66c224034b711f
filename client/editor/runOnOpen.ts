// Runs the files that the setting streamJobs.runOnOpen names, once for each window, when the workspace is trusted.
import { commands, Uri, workspace, type Disposable, type Memento } from 'vscode';
import type { ScriptRunner } from './scriptRunner';

/** Remembers that the jobs of this workspace were shown. */
const shownKey = 'runOnOpen.shown';

export class RunOnOpen {
  private readonly waiting: Disposable[] = [];

  /** `state` is that of the workspace. */
  constructor(
    private readonly runner: ScriptRunner,
    private readonly state: Memento,
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

  /** In order, one after the other: later files may need the tables of earlier ones. Their jobs are shown once. */
  private async runAll(): Promise<void> {
    const files = namedFiles();
    for (const file of files) await this.runner.run(await workspace.openTextDocument(file));
    if (files.length > 0 && !this.state.get<boolean>(shownKey, false)) {
      await this.state.update(shownKey, true);
      await commands.executeCommand('streamJobs.jobs.focus', { preserveFocus: true });
    }
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
