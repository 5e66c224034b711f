// Names and what they stand for: tables, columns, jobs, aliases; and every place in a script that names the same thing.
import type { Relation } from '../analysis/catalog';
import type { DefiningStatement } from '../analysis/relations';
import type { Span } from '../protocol/errors';
import type { Name, Statement } from '../syntax/ast';
import { sourcesOf } from '../syntax/sources';
import { jobUses } from './liveJobs/jobUses';
import { lastBefore, type Script, type ScriptStatement } from './script';

export type SymbolTarget =
  | { kind: 'relation'; definition: Relation }
  | { kind: 'column'; definition: Relation; name: string }
  | { kind: 'job'; name: string }
  /** An alias or common table expression, known in its statement only. */
  | { kind: 'local'; statement: ScriptStatement; name: string };

export interface Occurrence {
  target: SymbolTarget;
  statement: ScriptStatement;
  span: Span;
  /** Whether this place makes what it names. */
  declaration: boolean;
}

/** What the name at an offset of the document stands for. */
export function occurrenceAt(script: Script, offset: number): Occurrence | undefined {
  const statement = lastBefore(script, offset);
  if (statement === undefined) return undefined;
  const inside = offset - statement.start;
  return occurrencesIn(statement).find(({ span }) => span.start <= inside && inside <= span.end);
}

/** Every place in a script that names the target. */
export function occurrencesOf(script: Script, target: SymbolTarget): Occurrence[] {
  return script.statements.flatMap((statement) =>
    occurrencesIn(statement).filter((occurrence) => isSame(occurrence.target, target)),
  );
}

function isSame(a: SymbolTarget, b: SymbolTarget): boolean {
  if (a.kind === 'relation') return b.kind === 'relation' && a.definition === b.definition;
  if (a.kind === 'column') return b.kind === 'column' && a.definition === b.definition && a.name === b.name;
  if (a.kind === 'job') return b.kind === 'job' && a.name === b.name;
  return b.kind === 'local' && a.statement === b.statement && a.name === b.name;
}

/** Every name of a statement that stands for something known, each place once. */
function occurrencesIn(statement: ScriptStatement): Occurrence[] {
  const found = [...declarations(statement), ...jobsOf(statement), ...usesOf(statement)];
  const places = new Map<number, Occurrence>();
  for (const occurrence of found) {
    const { start, end } = occurrence.span;
    if (end > start && !places.has(start)) places.set(start, occurrence);
  }
  return [...places.values()].sort((a, b) => a.span.start - b.span.start);
}

function declarations(statement: ScriptStatement): Occurrence[] {
  const { tree, facts } = statement;
  const definition = facts?.declares[0];
  const found: Occurrence[] = [];
  if (tree === undefined) return found;
  if (definition !== undefined && isDefinition(tree)) {
    found.push({
      target: { kind: 'relation', definition },
      statement,
      span: tree.name.span,
      declaration: true,
    });
  }
  if (definition !== undefined && tree.kind === 'createTable') {
    const column = ({ text, span }: Name, declaration: boolean) =>
      found.push({ target: { kind: 'column', definition, name: text }, statement, span, declaration });
    for (const { name } of tree.columns) column(name, true);
    if (tree.watermark !== undefined) column(tree.watermark.column, false);
    for (const name of tree.primaryKey?.columns ?? []) column(name, false);
  }
  for (const { text, span } of localNames(tree)) {
    found.push({ target: { kind: 'local', statement, name: text }, statement, span, declaration: true });
  }
  return found;
}

function isDefinition(tree: Statement): tree is DefiningStatement {
  return tree.kind === 'createTable' || tree.kind === 'createTableAs' || tree.kind === 'createView';
}

function jobsOf(statement: ScriptStatement): Occurrence[] {
  if (statement.tree === undefined) return [];
  const uses = jobUses(statement.tree, statement.pipelineName).uses.filter(({ implied }) => implied !== true);
  return uses.map(({ name, action }) => ({
    target: { kind: 'job', name: name.text },
    statement,
    span: name.span,
    declaration: action === 'start',
  }));
}

function usesOf(statement: ScriptStatement): Occurrence[] {
  const { facts, tree } = statement;
  if (facts === undefined || tree === undefined) return [];
  const own = facts.declares[0];
  const locals = new Set(localNames(tree).map(({ text }) => text));
  return facts.uses.flatMap((use): Occurrence[] => {
    const at = (target: SymbolTarget) => [{ target, statement, span: use.span, declaration: false }];
    switch (use.kind) {
      case 'cte':
        return at({ kind: 'local', statement, name: use.name });
      case 'alias':
        if (locals.has(use.name)) return at({ kind: 'local', statement, name: use.name });
        return use.definition === undefined ? [] : at({ kind: 'relation', definition: use.definition });
      case 'relation':
        return use.definition === undefined ? [] : at({ kind: 'relation', definition: use.definition });
      case 'column': {
        const definition = use.definition ?? (use.relation === own?.name ? own : undefined);
        return definition === undefined ? [] : at({ kind: 'column', definition, name: use.name });
      }
      default:
        return [];
    }
  });
}

/** Aliases of FROM and names of common table expressions, where they are given. */
function localNames(statement: Statement): Name[] {
  switch (statement.kind) {
    case 'startJob':
    case 'deployJob':
      return localNames(statement.body);
    case 'explain':
      return localNames(statement.subject);
    case 'statementSet':
      return statement.inserts.flatMap(localNames);
    case 'insert':
    case 'select':
    case 'createView':
    case 'createTableAs':
      return sourcesOf(statement.query).flatMap((source) => {
        if (source.kind === 'cte') return [source.name];
        return source.alias === undefined ? [] : [source.alias.name];
      });
    default:
      return [];
  }
}
