// Restart the servers, show their logs.
import { window, type LogOutputChannel } from 'vscode';
import type { LanguageServer } from '../editor/languageServer';
import type { JobServerHost } from '../host/jobServerHost';
import type { Commands } from './commands';
import { showOutcome } from './outcome';

export interface ServerCommandParts {
  commands: Commands;
  host: JobServerHost;
  languageServer: LanguageServer;
  log: LogOutputChannel;
}

export function registerServerCommands({ commands, host, languageServer, log }: ServerCommandParts): void {
  commands.register('streamJobs.restartServer', async () => {
    await window.withProgress({ location: { viewId: 'streamJobs.jobs' } }, () => host.restart());
    showOutcome('The stream job server runs.');
  });
  commands.register('streamJobs.restartLanguageServer', () => languageServer.restart());
  commands.register('streamJobs.showLog', () => log.show());
  commands.register('streamJobs.showLanguageServerLog', () => languageServer.client.outputChannel.show());
}
