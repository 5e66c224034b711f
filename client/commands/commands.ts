// The one door through which commands are registered: each logs and reports what goes wrong.
import { ConnectionError, ResponseError } from 'vscode-jsonrpc/node';
import { commands, window, type Disposable, type LogOutputChannel } from 'vscode';
import { asStreamJobsError } from '../../server/protocol/connect';
import { StreamJobsError } from '../../server/protocol/errors';

type Handler = (...args: unknown[]) => unknown;

export class Commands {
  private readonly registered: Disposable[] = [];

  constructor(private readonly log: LogOutputChannel) {}

  register(id: string, handler: Handler): void {
    this.registered.push(
      commands.registerCommand(id, async (...args: unknown[]) => {
        try {
          return await handler(...args);
        } catch (error) {
          this.report(error, id);
          return undefined;
        }
      }),
    );
  }

  /** Logs an error and tells the user, who asked for what failed. A cancelled request is no error. */
  report(error: unknown, doing: string): void {
    const known = asKnown(error);
    if (known.code === 'CANCELLED') return;
    this.log.error(
      `${doing}: ${known.code} ${known.message}`,
      ...(known.stack === undefined ? [] : [known.stack]),
    );
    void this.show([known.message, known.hint].filter((part) => part !== undefined).join(' '));
  }

  dispose(): void {
    for (const command of this.registered) command.dispose();
  }

  private async show(message: string): Promise<void> {
    const choice = await window.showErrorMessage(message, 'Show Log');
    if (choice !== undefined) this.log.show(true);
  }
}

/** What comes from the server keeps its code; anything else is our own fault or the editor's. */
function asKnown(error: unknown): StreamJobsError {
  if (error instanceof StreamJobsError) return error;
  if (error instanceof ResponseError || error instanceof ConnectionError) return asStreamJobsError(error);
  const message = error instanceof Error ? error.message : String(error);
  return new StreamJobsError('INTERNAL', message, { cause: error });
}
