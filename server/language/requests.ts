// Which function answers which request. Requests about a whole document wait until it is parsed, in slices; those
// about a position need only its statement.
import {
  DocumentDiagnosticReportKind,
  type CancellationToken,
  type Connection,
  type Position,
  type TextDocuments,
} from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import {
  statementAtMethod,
  statementsMethod,
  type StatementAtParams,
  type StatementsParams,
} from '../protocol/languageServer';
import { codeActions } from './codeActions';
import { codeLenses } from './codeLenses';
import { complete } from './completion/complete';
import { resolveCompletion } from './completion/resolve';
import { diagnostics } from './diagnostics';
import { documentSymbols } from './documentSymbols';
import { foldingRanges } from './folding';
import { hover } from './hover';
import { inlayHints } from './inlayHints';
import { definition, documentHighlights, references } from './references';
import { prepareRename, rename } from './rename';
import type { Script } from './script';
import { semanticTokens } from './semanticTokens';
import { signatureHelp } from './signatureHelp';
import { statementInfo, statementInfoAt } from './statements';
import type { Workspace } from './workspace';

interface InDocument {
  textDocument: { uri: string };
}
interface AtPosition extends InDocument {
  position: Position;
}

export function registerRequests(
  connection: Connection,
  documents: TextDocuments<TextDocument>,
  workspace: Workspace,
): void {
  /** Answers from the whole document, null when it is not open or was edited meanwhile. */
  async function whole<R>(
    { textDocument }: InDocument,
    token: CancellationToken,
    answer: (script: Script) => R,
  ): Promise<R | null> {
    const document = documents.get(textDocument.uri);
    if (document === undefined) return null;
    const current = await workspace.prepare(document);
    return current && !token.isCancellationRequested ? answer(workspace.script(document)) : null;
  }
  function at<R>(
    { textDocument, position }: AtPosition,
    answer: (script: Script, offset: number) => R,
  ): R | null {
    const document = documents.get(textDocument.uri);
    return document === undefined ? null : answer(workspace.script(document), document.offsetAt(position));
  }

  connection.onCompletion((params) =>
    at(params, (script, offset) =>
      complete(script, offset, workspace.jobs, params.context?.triggerCharacter),
    ),
  );
  connection.onCompletionResolve((item) => resolveCompletion(item, workspace.relations(), workspace.jobs));
  connection.onHover(
    (params) => at(params, (script, offset) => hover(script, offset, workspace.jobs)) ?? null,
  );
  connection.onSignatureHelp((params) => at(params, signatureHelp) ?? null);
  connection.onCodeAction((params, token) =>
    whole(params, token, (script) => codeActions(script, params.range, workspace.jobs)),
  );
  connection.onCodeLens((params, token) =>
    whole(params, token, (script) => codeLenses(script, workspace.jobs)),
  );
  connection.onDocumentSymbol((params, token) => whole(params, token, documentSymbols));
  connection.onFoldingRanges((params, token) => whole(params, token, foldingRanges));
  connection.languages.semanticTokens.on(
    async (params, token) => (await whole(params, token, semanticTokens)) ?? { data: [] },
  );
  connection.languages.inlayHint.on((params, token) =>
    whole(params, token, (script) => inlayHints(script, params.range, workspace.jobs)),
  );
  connection.languages.diagnostics.on(async (params, token) => {
    const items = (await whole(params, token, (script) => diagnostics(script, workspace.jobs))) ?? [];
    return { kind: DocumentDiagnosticReportKind.Full, items };
  });

  connection.onDefinition((params) =>
    at(params, (script, offset) => definition(script, offset, workspace.scripts())),
  );
  connection.onReferences((params, token) =>
    whole(params, token, (script) =>
      references(
        script,
        script.document.offsetAt(params.position),
        workspace.scripts(),
        params.context.includeDeclaration,
      ),
    ),
  );
  connection.onDocumentHighlight((params) => at(params, documentHighlights));
  connection.onPrepareRename((params) => at(params, prepareRename) ?? null);
  connection.onRenameRequest(
    (params) =>
      at(params, (script, offset) => rename(script, offset, params.newName, workspace.scripts())) ?? null,
  );

  connection.onRequest(statementsMethod, (params: StatementsParams, token: CancellationToken) =>
    whole(params, token, (script) => statementInfo(script)),
  );
  connection.onRequest(statementAtMethod, (params: StatementAtParams) => at(params, statementInfoAt) ?? null);
}
