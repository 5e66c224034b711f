// Text -> script: splits, parses and analyses a document, statement by statement, with a pause offered after each.
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Catalog } from '../analysis/catalog';
import { LayeredCatalog } from '../analysis/catalogs';
import type { ParsedText } from '../syntax/script';
import { splitStatements } from '../syntax/split';
import type { Problem } from '../syntax/problem';
import { AnalysisCache } from './analysisCache';
import { apply, type Script, type ScriptStatement } from './script';

/** Builds a script in steps; each yields how many characters it looked at. */
export function* buildSteps(
  document: TextDocument,
  base: Catalog,
  cache = new AnalysisCache(),
): Generator<number, Script> {
  const text = document.getText();
  const catalog = new LayeredCatalog(base);
  const statements: ScriptStatement[] = [];
  let pipelineName: string | undefined;
  for (const { start, end } of splitStatements(text)) {
    const parsed = cache.parse(text.slice(start, end));
    const { statement: tree, partial } = parsed;
    const facts = tree && cache.facts(tree, parsed.text, catalog, pipelineName);
    const problems = problemsOf(parsed, facts?.problems ?? []);
    statements.push({ start, end, text: parsed.text, tree, partial, facts, problems, pipelineName });
    if (facts) apply(facts, catalog);
    if (tree?.kind === 'set' && tree.key.text === 'pipeline.name') pipelineName = tree.value;
    if (tree?.kind === 'reset') pipelineName = undefined;
    yield end - start;
  }
  cache.sweep();
  return { document, base, statements };
}

/** Builds a script in one go. */
export function buildScript(document: TextDocument, base: Catalog, cache?: AnalysisCache): Script {
  const steps = buildSteps(document, base, cache);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Behind a syntax error the names and types say little: it is reported alone. */
function problemsOf({ partial, problems }: ParsedText, found: readonly Problem[]): readonly Problem[] {
  if (partial) return problems;
  return problems.length === 0 ? found : [...problems, ...found];
}
