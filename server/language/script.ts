// A document as the features see it: its statements, parsed and analysed, and how places in them map to the document.
import type { Range } from 'vscode-languageserver-types';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Catalog } from '../analysis/catalog';
import { LayeredCatalog } from '../analysis/catalogs';
import type { StatementFacts } from '../analysis/facts';
import type { Span } from '../protocol/errors';
import type { Statement } from '../syntax/ast';
import type { Problem } from '../syntax/problem';

/** One version of a document. Never changes: an edit makes a new one. */
export interface Script {
  document: TextDocument;
  /** Tables and views known from elsewhere. */
  base: Catalog;
  statements: ScriptStatement[];
}

export interface ScriptStatement {
  /** Where `text` begins in the document. */
  start: number;
  /** Behind the last character of `text`, before the semicolon. */
  end: number;
  text: string;
  /** As much as could be read. */
  tree: Statement | undefined;
  /** The tree comes from a statement with a syntax error. */
  partial: boolean;
  facts: StatementFacts | undefined;
  /** Of syntax and analysis; those about live jobs come and go without an edit. */
  problems: readonly Problem[];
  /** The job name that an earlier SET 'pipeline.name' gives to INSERT. */
  pipelineName: string | undefined;
}

export function rangeOf(script: Script, statement: ScriptStatement, span: Span): Range {
  return rangeBetween(script, statement.start + span.start, statement.start + span.end);
}

export function rangeOfStatement(script: Script, statement: ScriptStatement): Range {
  return rangeBetween(script, statement.start, statement.end);
}

export function rangeBetween({ document }: Script, start: number, end: number): Range {
  return { start: document.positionAt(start), end: document.positionAt(end) };
}

/** The last statement that begins at or before the offset. */
export function lastBefore({ statements }: Script, offset: number): ScriptStatement | undefined {
  let [low, high] = [0, statements.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((statements[middle]?.start ?? Infinity) <= offset) low = middle + 1;
    else high = middle;
  }
  return statements[low - 1];
}

/** The statement that contains the offset or ends before it on the same line, with or without its semicolon. */
export function statementAt(script: Script, offset: number): ScriptStatement | undefined {
  const { document } = script;
  const statement = lastBefore(script, offset);
  if (statement === undefined) return undefined;
  return /^[^\S\r\n]*;?$/.test(document.getText().slice(statement.end, offset)) ? statement : undefined;
}

/** Tables and views as known before the statement of this index; behind the last one, after all. */
export function catalogAt({ base, statements }: Script, index: number): Catalog {
  const catalog = new LayeredCatalog(base);
  for (const { facts } of statements.slice(0, index)) if (facts) apply(facts, catalog);
  return catalog;
}

/** What running a statement does to the catalog, and to what jobs keep. */
export function apply(facts: StatementFacts, catalog: LayeredCatalog): void {
  if (facts.drops !== undefined) catalog.remove(facts.drops);
  for (const relation of facts.declares) if (relation.name !== '') catalog.add(relation);
  if (facts.keeps !== undefined) catalog.setJobState(facts.keeps.job, facts.keeps.state);
}
