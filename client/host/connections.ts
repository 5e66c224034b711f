// Named connections: settings say where, SecretStorage keeps the passwords, the server gets both over its process
// channel and nothing is written to disk.
import type { ChildProcess } from 'node:child_process';
import { window, workspace, type ExtensionContext, type LogOutputChannel } from 'vscode';
import type { Commands } from '../commands/commands';
import { showOutcome } from '../commands/outcome';
import {
  connectionsMessage,
  passwordKey,
  type ConnectionSettings,
  type ConnectionsMessage,
} from './connectionsMessage';
import type { JobServerHost } from './jobServerHost';

export class Connections {
  /** The server that this window started: the only one it has a private channel to. */
  private server: ChildProcess | undefined;
  private readonly disposables: { dispose(): void }[];

  constructor(
    private readonly context: ExtensionContext,
    host: JobServerHost,
    private readonly log: LogOutputChannel,
  ) {
    this.disposables = [
      host.onStarted((server) => {
        this.server = server;
        this.sendLogged();
      }),
      workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('streamJobs.connections')) this.sendLogged();
      }),
      context.secrets.onDidChange(() => this.sendLogged()),
    ];
  }

  registerCommands(commands: Commands): void {
    commands.register('streamJobs.setConnectionPassword', async () => {
      const named = Object.entries(settings()).filter(([, { sasl }]) => sasl !== undefined);
      if (named.length === 0) {
        void window.showInformationMessage(
          'No connection in the setting streamJobs.connections has a login.',
        );
        return;
      }
      const items = named.map(([label, { sasl }]) => ({ label, description: sasl?.username ?? '' }));
      const picked = await window.showQuickPick(items, { title: 'Password of which connection?' });
      if (!picked) return;
      const password = await window.showInputBox({ title: `Password of ${picked.label}`, password: true });
      if (password === undefined) return;
      await this.context.secrets.store(passwordKey(picked.label), password);
      showOutcome(`Password of ${picked.label} kept.`);
    });
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }

  private sendLogged(): void {
    this.send().catch((error: unknown) => this.log.error(`connections: ${String(error)}`));
  }

  private async send(): Promise<void> {
    const { server } = this;
    if (server?.connected !== true) return;
    const passwords = new Map<string, string>();
    for (const name of Object.keys(settings())) {
      const password = await this.context.secrets.get(passwordKey(name));
      if (password !== undefined) passwords.set(name, password);
    }
    const { message, withoutPassword } = connectionsMessage(settings(), passwords);
    for (const name of withoutPassword) {
      this.log.warn(`Connection ${name} has no password yet: run Stream Jobs: Set Password of a Connection.`);
    }
    await post(server, message);
  }
}

function settings(): Record<string, ConnectionSettings> {
  return workspace.getConfiguration('streamJobs').get<Record<string, ConnectionSettings>>('connections', {});
}

function post(server: ChildProcess, message: ConnectionsMessage): Promise<void> {
  return new Promise((resolve, reject) => {
    server.send(message, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}
