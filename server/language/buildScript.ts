// Text -> script: splits, parses and analyses a document, statement by statement, with a pause offered after each.
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Catalog } from '../analysis/catalog';
import { LayeredCatalog } from '../analysis/catalogs';
import { pipelineNameAfter } from '../analysis/facts';
import type { Span } from '../protocol/errors';
import type { Problem } from '../syntax/problem';
import { AnalysisCache, type Context } from './analysisCache';
import { apply, type Script, type ScriptStatement } from './script';
import { statementTexts, type StatementText } from './statementTexts';

/** A longer statement is not read while it is being edited: it would hold up everything else for a second. */
const statementLengthMax = 100_000;

export interface BuildOptions {
  /** The document's statements, where they are known. */
  texts?: readonly StatementText[];
  /** Kept from the last build of the document. */
  cache?: AnalysisCache;
  /** However long it takes. */
  readLongStatements?: boolean;
}

/** Builds a script in steps; each yields how many characters it looked at. */
export function* buildSteps(
  document: TextDocument,
  base: Catalog,
  { texts, cache = new AnalysisCache(), readLongStatements = false }: BuildOptions = {},
): Generator<number, Script> {
  const context: Context = {
    catalog: new LayeredCatalog(base),
    pipelineName: undefined,
    names: namesOf(base),
  };
  const statements: ScriptStatement[] = [];
  for (const { start, end, text } of texts ?? statementTexts(document.getText())) {
    const isRead = readLongStatements || text.length <= statementLengthMax;
    const read = isRead ? readStatement(text, context, cache) : tooLong(text);
    statements.push({ start, end, text, ...read });
    follow(read, context);
    yield end - start;
  }
  cache.sweep();
  return { document, base, statements };
}

/** Builds a script in one go. */
export function buildScript(document: TextDocument, base: Catalog, options?: BuildOptions): Script {
  const steps = buildSteps(document, base, options);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

type ReadStatement = Pick<ScriptStatement, 'tree' | 'partial' | 'facts' | 'problems' | 'pipelineName'>;

function readStatement(text: string, context: Context, cache: AnalysisCache): ReadStatement {
  const { statement: tree, partial, problems } = cache.parse(text);
  const facts = tree && cache.facts(tree, text, context);
  // Behind a syntax error the names and types say little: it is reported alone.
  const found = partial || facts === undefined ? problems : [...problems, ...facts.problems];
  return { tree, partial, facts, problems: found, pipelineName: context.pipelineName };
}

function tooLong(text: string): ReadStatement {
  const message = `This statement has more than ${statementLengthMax.toLocaleString('en-US')} characters: it is checked when it is run.`;
  const problem: Problem = { code: 'SJ190', severity: 'info', message, span: firstLine(text), fixes: [] };
  return { tree: undefined, partial: false, facts: undefined, problems: [problem], pipelineName: undefined };
}

function firstLine(text: string): Span {
  return { start: 0, end: text.search(/[\r\n]|$/) };
}

/** What a statement changes for those after it. */
function follow({ tree, facts }: ReadStatement, context: Context): void {
  if (facts !== undefined) {
    apply(facts, context.catalog);
    if (facts.drops !== undefined) context.names = mixed(context.names, `-${facts.drops}`);
    for (const { name } of facts.declares) context.names = mixed(context.names, name);
  }
  if (tree !== undefined) context.pipelineName = pipelineNameAfter(tree, context.pipelineName);
}

function namesOf(catalog: Catalog): number {
  let names = 0;
  for (const { name } of catalog.relations()) names = mixed(names, name);
  return names;
}

/** FNV-1a over the text, going on from a number before. */
function mixed(before: number, text: string): number {
  let hash = before ^ 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return Math.imul(hash ^ 0xff, 0x01000193);
}
