// Offers Stream SQL for .sql files that hold a streaming statement.
import { ConfigurationTarget, languages, window, workspace, type TextDocument } from 'vscode';
import { languageId } from './languageServer';
import { holdsStreamingStatement } from './streamingSql';

/** How much of a file is looked at, in characters. */
const lookedAtMax = 200_000;

export class SqlFiles {
  private readonly opened = workspace.onDidOpenTextDocument((document) => this.look(document));
  /** Asked once in a session: a question for each file would be a nuisance. */
  private asked = false;

  constructor(private readonly report: (error: unknown) => void) {
    workspace.textDocuments.forEach((document) => this.look(document));
  }

  dispose(): void {
    this.opened.dispose();
  }

  private look(document: TextDocument): void {
    if (document.languageId !== 'sql') return;
    const setting = workspace.getConfiguration('streamJobs', document).get<string>('sqlFiles', 'ask');
    if (setting === 'never' || (setting === 'ask' && this.asked)) return;
    if (!holdsStreamingStatement(document.getText().slice(0, lookedAtMax))) return;
    const handled = setting === 'always' ? useStreamSql(document) : this.ask(document);
    handled.catch(this.report);
  }

  private async ask(document: TextDocument): Promise<void> {
    this.asked = true;
    const answer = await window.showInformationMessage(
      'This file holds streaming SQL. Open it as Stream SQL?',
      'Yes',
      'Always',
      'Never',
    );
    if (answer === undefined) return;
    if (answer !== 'Never') await useStreamSql(document);
    if (answer === 'Yes') return;
    await workspace
      .getConfiguration('streamJobs')
      .update('sqlFiles', answer === 'Always' ? 'always' : 'never', ConfigurationTarget.Global);
  }
}

export async function useStreamSql(document: TextDocument): Promise<void> {
  await languages.setTextDocumentLanguage(document, languageId);
}
