// The language server's client: started with the first Stream SQL document, told about live jobs.
import path from 'node:path';
import { window, workspace, type ExtensionContext, type TextDocument, type Uri } from 'vscode';
import { LanguageClient, State, TransportKind } from 'vscode-languageclient/node';
import { StreamJobsError } from '../../server/protocol/errors';
import { jobBrief, jobStatements } from '../../server/protocol/jobText';
import {
  jobsMethod,
  jobsUnknownMethod,
  statementAtMethod,
  statementsMethod,
  type JobsParams,
  type StatementInfo,
} from '../../server/protocol/languageServer';
import type { Position } from '../../server/protocol/results';
import type { JobStore } from '../host/jobStore';

export const languageId = 'streamsql';
/** Numbers reach the language server at most this often, in ms; changes of state at once. */
const forwardMs = 1000;

export class LanguageServer {
  readonly client: LanguageClient;
  private starting: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private tablesChanged = true;
  /** The statements it was told last, as JSON. */
  private statementsTold = '';
  private readonly disposables: { dispose(): void }[];

  constructor(
    context: ExtensionContext,
    private readonly store: JobStore,
    private readonly report: (error: unknown) => void,
  ) {
    const log = window.createOutputChannel('Stream Jobs Language Server', { log: true });
    const module = path.join(context.extensionPath, 'dist', 'language-server.js');
    const debug = { execArgv: ['--nolazy', '--inspect=6009'] };
    this.client = new LanguageClient(
      'streamJobs',
      'Stream Jobs Language Server',
      {
        run: { module, transport: TransportKind.ipc },
        debug: { module, transport: TransportKind.ipc, options: debug },
      },
      { documentSelector: [{ language: languageId }], outputChannel: log, traceOutputChannel: log },
    );
    this.disposables = [
      log,
      this.client.onDidChangeState(({ newState }) => {
        if (newState === State.Running) this.forwardEverything();
      }),
      store.onChange(({ urgent }) => this.forwardSoon(urgent)),
      store.onTables(() => {
        this.tablesChanged = true;
        this.forwardSoon(true);
      }),
      workspace.onDidOpenTextDocument((document) => this.startFor(document)),
    ];
    workspace.textDocuments.forEach((document) => this.startFor(document));
  }

  /** All statements of a document, in order. */
  statements(uri: Uri): Promise<StatementInfo[]> {
    return this.request<StatementInfo[]>(statementsMethod, { textDocument: { uri: uri.toString() } });
  }

  /** The statement at a position, or null between statements. */
  statementAt(uri: Uri, position: Position): Promise<StatementInfo | null> {
    return this.request(statementAtMethod, { textDocument: { uri: uri.toString() }, position });
  }

  async restart(): Promise<void> {
    if (this.client.state === State.Running) await this.client.restart();
    else await this.start();
  }

  async dispose(): Promise<void> {
    clearTimeout(this.timer);
    for (const disposable of this.disposables) disposable.dispose();
    // One that failed to start has nothing to end.
    if (this.client.state === State.Running) await this.client.dispose();
  }

  private startFor(document: TextDocument): void {
    if (document.languageId === languageId && !this.starting) this.start().catch(this.report);
  }

  private start(): Promise<void> {
    this.starting = this.client.start();
    return this.starting;
  }

  private async request<R>(method: string, params: object): Promise<R> {
    try {
      await (this.starting ?? this.start());
      return await this.client.sendRequest<R>(method, params);
    } catch (error) {
      throw new StreamJobsError('INTERNAL', 'The language server does not answer.', {
        hint: 'Restart it with the command Stream Jobs: Restart Language Server.',
        cause: error,
      });
    }
  }

  private forwardEverything(): void {
    this.tablesChanged = true;
    this.statementsTold = '';
    this.forward();
  }

  private forwardSoon(urgent: boolean): void {
    if (urgent) this.forward();
    else this.timer ??= setTimeout(() => this.forward(), forwardMs);
  }

  private forward(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.client.state !== State.Running) return;
    const { store } = this;
    const jobs = store.list();
    const params: JobsParams = { at: new Date().toISOString(), jobs: jobs.map(jobBrief) };
    if (store.known && this.tablesChanged) params.tables = [...store.tables];
    const statements = jobStatements(jobs);
    const told = JSON.stringify(statements);
    if (told !== this.statementsTold) params.statements = statements;
    this.statementsTold = store.known ? told : '';
    const sent = store.known
      ? this.client.sendNotification(jobsMethod, params)
      : this.client.sendNotification(jobsUnknownMethod);
    this.tablesChanged &&= !store.known;
    sent.catch(this.report);
  }
}
