// The language server over an LSP connection: lifecycle, documents, diagnostics and live jobs. What it answers to
// each request is in requests.ts; what it says in the feature files, which know no connection.
import {
  CodeLensRefreshRequest,
  DiagnosticRefreshRequest,
  InlayHintRefreshRequest,
  TextDocuments,
  TextDocumentSyncKind,
  type ClientCapabilities,
  type Connection,
  type InitializeParams,
  type InitializeResult,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { jobsMethod, jobsUnknownMethod, type JobsParams } from '../protocol/languageServer';
import { diagnostics } from './diagnostics';
import { DiagnosticsPublisher } from './diagnosticsPublisher';
import { nextAge } from './liveJobs/knownJobs';
import { prewarm } from './prewarm';
import { registerRequests } from './requests';
import { semanticTokensLegend } from './semanticTokens';
import { Workspace } from './workspace';

/** Live jobs reach the server by notification, or from the process that embeds it through these. */
export interface LanguageServer {
  setJobs(params: JobsParams): void;
  setJobsUnknown(): void;
  /** Sends nothing any more. The connection is left to whoever made it. Idempotent. */
  dispose(): void;
}

/** Lenses and hints are asked for again at most so often. */
const refreshDelayMs = 200;

/** Serves LSP on the connection, and listens. Whoever made the connection ends the process. */
export function startLanguageServer(connection: Connection): LanguageServer {
  const documents = new TextDocuments(TextDocument);
  const workspace = new Workspace(() => documents.all());
  let client: ClientCapabilities = {};
  let refreshTimer: NodeJS.Timeout | undefined;
  let ageTimer: NodeJS.Timeout | undefined;
  let disposed = false;

  const report = (error: unknown) => {
    connection.console.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  };
  const publisher = new DiagnosticsPublisher({
    report,
    documents: () => documents.all(),
    pendingLength: (document) => workspace.pendingLength(document),
    prepare: (document) => workspace.prepare(document),
    diagnostics: (document) => diagnostics(workspace.script(document), workspace.jobs),
    send: (uri, version, found) => {
      if (!pushes(client) || disposed) return;
      void connection.sendDiagnostics({ uri, version, diagnostics: found });
    },
  });

  connection.onInitialize((params) => {
    client = params.capabilities;
    return initializeResult(params);
  });
  connection.onInitialized(() => prewarm(report));
  connection.onShutdown(() => server.dispose());

  documents.onDidChangeContent(({ document }) => publisher.changed(document));
  documents.onDidClose(({ document }) => {
    workspace.forget(document.uri);
    publisher.closed(document.uri);
  });

  /** Asks the client to look again at what shows live jobs; several changes make one request. */
  const refreshViews = () => {
    refreshTimer ??= setTimeout(() => {
      refreshTimer = undefined;
      const { codeLens, inlayHint, diagnostics: pull } = client.workspace ?? {};
      const requests = [];
      if (codeLens?.refreshSupport === true) requests.push(CodeLensRefreshRequest.type);
      if (inlayHint?.refreshSupport === true) requests.push(InlayHintRefreshRequest.type);
      if (pull?.refreshSupport === true && !pushes(client)) requests.push(DiagnosticRefreshRequest.type);
      // A client that went away, or cannot refresh after all, is no matter.
      for (const type of disposed ? [] : requests) connection.sendRequest(type).catch(() => undefined);
    }, refreshDelayMs);
  };
  /** Shows jobs as they are now, and again when one has been paused for longer, though nothing else changes. */
  const showJobs = () => {
    if (disposed) return;
    publisher.refresh();
    refreshViews();
    clearTimeout(ageTimer);
    const wait = workspace.jobs && nextAge(workspace.jobs);
    if (wait !== undefined) ageTimer = setTimeout(showJobs, wait);
  };
  const server: LanguageServer = {
    setJobs(params) {
      if (workspace.setJobs(params)) showJobs();
    },
    setJobsUnknown() {
      workspace.setJobsUnknown();
      showJobs();
    },
    dispose() {
      disposed = true;
      clearTimeout(refreshTimer);
      clearTimeout(ageTimer);
      publisher.dispose();
    },
  };
  connection.onNotification(jobsMethod, (params: JobsParams) => server.setJobs(params));
  connection.onNotification(jobsUnknownMethod, () => server.setJobsUnknown());

  registerRequests(connection, documents, workspace);
  documents.listen(connection);
  connection.listen();
  return server;
}

/** Diagnostics are pushed to clients that take them so; only a client that can do nothing but pull has to ask. */
function pushes(client: ClientCapabilities): boolean {
  const { publishDiagnostics, diagnostic } = client.textDocument ?? {};
  return publishDiagnostics !== undefined || diagnostic === undefined;
}

function initializeResult({ capabilities }: InitializeParams): InitializeResult {
  const result: InitializeResult = {
    serverInfo: { name: 'stream-jobs' },
    capabilities: {
      textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
      completionProvider: { resolveProvider: true, triggerCharacters: [' ', '.', "'", '`', '"', ',', '('] },
      hoverProvider: true,
      signatureHelpProvider: { triggerCharacters: ['(', ','] },
      codeActionProvider: { codeActionKinds: ['quickfix'] },
      codeLensProvider: { resolveProvider: false },
      documentSymbolProvider: true,
      foldingRangeProvider: true,
      semanticTokensProvider: { legend: semanticTokensLegend, full: true, range: false },
      definitionProvider: true,
      referencesProvider: true,
      documentHighlightProvider: true,
      renameProvider: { prepareProvider: true },
      inlayHintProvider: true,
    },
  };
  if (!pushes(capabilities)) {
    result.capabilities.diagnosticProvider = { interFileDependencies: true, workspaceDiagnostics: false };
  }
  return result;
}
