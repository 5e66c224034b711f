// Which function answers which request. All wait until the document is parsed, which happens in slices.
import {
  DocumentDiagnosticReportKind,
  LSPErrorCodes,
  ResponseError,
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
  const { from, at } = answering(documents, workspace);
  connection.onCompletion((params, token) =>
    at(params, token, (script, offset) =>
      complete(script, offset, workspace.jobs, params.context?.triggerCharacter),
    ),
  );
  connection.onCompletionResolve((item) => resolveCompletion(item, workspace.relations(), workspace.jobs));
  connection.onHover((params, token) =>
    at(params, token, (script, offset) => hover(script, offset, workspace.jobs)),
  );
  connection.onSignatureHelp((params, token) => at(params, token, signatureHelp));
  connection.onCodeAction((params, token) =>
    from(params, token, (script) => codeActions(script, params.range, workspace.jobs)),
  );
  connection.onCodeLens((params, token) =>
    from(params, token, (script) => codeLenses(script, workspace.jobs)),
  );
  connection.onDocumentSymbol((params, token) => from(params, token, documentSymbols));
  connection.onFoldingRanges((params, token) => from(params, token, foldingRanges));
  connection.languages.semanticTokens.on(
    async (params, token) => (await from(params, token, semanticTokens)) ?? { data: [] },
  );
  connection.languages.inlayHint.on((params, token) =>
    from(params, token, (script) => inlayHints(script, params.range, workspace.jobs)),
  );
  connection.languages.diagnostics.on(async (params, token) => {
    const items = (await from(params, token, (script) => diagnostics(script, workspace.jobs))) ?? [];
    return { kind: DocumentDiagnosticReportKind.Full, items };
  });

  connection.onDefinition((params, token) =>
    at(params, token, (script, offset) => definition(script, offset, workspace.scripts())),
  );
  connection.onReferences((params, token) =>
    from(params, token, (script) =>
      references(
        script,
        script.document.offsetAt(params.position),
        workspace.scripts(),
        params.context.includeDeclaration,
      ),
    ),
  );
  connection.onDocumentHighlight((params, token) => at(params, token, documentHighlights));
  connection.onPrepareRename((params, token) => at(params, token, prepareRename));
  connection.onRenameRequest((params, token) =>
    at(params, token, (script, offset) => rename(script, offset, params.newName, workspace.scripts())),
  );

  connection.onRequest(statementsMethod, (params: StatementsParams, token: CancellationToken) =>
    from(params, token, (script) => statementInfo(script)),
  );
  connection.onRequest(statementAtMethod, (params: StatementAtParams, token: CancellationToken) =>
    at(params, token, statementInfoAt),
  );
}

/** Ways to answer from a document's script: null when it is not open, an error when it was edited meanwhile. */
function answering(documents: TextDocuments<TextDocument>, workspace: Workspace) {
  async function from<R>(
    { textDocument }: InDocument,
    token: CancellationToken,
    answer: (script: Script) => R,
  ): Promise<R | null> {
    const document = documents.get(textDocument.uri);
    if (document === undefined) return null;
    const isCurrent = await workspace.prepare(document);
    if (token.isCancellationRequested) throw new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled');
    if (!isCurrent) throw new ResponseError(LSPErrorCodes.ContentModified, 'edited meanwhile');
    return answer(workspace.script(document));
  }
  function at<R>(
    params: AtPosition,
    token: CancellationToken,
    answer: (script: Script, offset: number) => R,
  ): Promise<R | null> {
    return from(params, token, (script) => answer(script, script.document.offsetAt(params.position)));
  }
  return { from, at };
}
