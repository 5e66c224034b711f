// The language status items of Stream SQL: the state of both servers, each with the way to restart it.
import { languages, LanguageStatusSeverity, workspace, type LanguageStatusItem } from 'vscode';
import { State } from 'vscode-languageclient/node';
import type { HostState, JobServerHost } from '../host/jobServerHost';
import { languageId, type LanguageServer } from './languageServer';

const jobServerTexts: Record<HostState, string> = {
  none: 'Job server not started',
  starting: 'Job server is starting',
  connected: 'Job server connected',
  failed: 'Job server failed',
};

export class LanguageStatus {
  private readonly jobServer = item('streamJobs.jobServer', 'Job Server');
  private readonly language = item('streamJobs.languageServer', 'Language Server');
  private readonly disposables: { dispose(): void }[];

  constructor(
    private readonly host: JobServerHost,
    private readonly server: LanguageServer,
  ) {
    this.jobServer.command = { command: 'streamJobs.restartServer', title: 'Restart' };
    this.language.command = { command: 'streamJobs.restartLanguageServer', title: 'Restart' };
    this.disposables = [
      this.jobServer,
      this.language,
      host.onState(() => this.drawJobServer()),
      server.client.onDidChangeState(({ newState }) => this.drawLanguage(newState)),
      workspace.onDidGrantWorkspaceTrust(() => this.drawJobServer()),
    ];
    this.drawJobServer();
    this.drawLanguage(server.client.state);
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }

  private drawJobServer(): void {
    const { state, failure } = this.host;
    this.jobServer.text = workspace.isTrusted
      ? jobServerTexts[state]
      : 'Job server off: workspace not trusted';
    this.jobServer.detail = failure?.message ?? '';
    this.jobServer.busy = state === 'starting';
    this.jobServer.severity =
      state === 'failed' ? LanguageStatusSeverity.Error : LanguageStatusSeverity.Information;
  }

  private drawLanguage(state: State): void {
    this.language.busy = state === State.Starting;
    this.language.text =
      state === State.Running ? 'Language server running' : 'Language server is not running';
    this.language.severity =
      state === State.Stopped ? LanguageStatusSeverity.Warning : LanguageStatusSeverity.Information;
  }
}

function item(id: string, name: string): LanguageStatusItem {
  const status = languages.createLanguageStatusItem(id, { language: languageId });
  status.name = name;
  return status;
}
