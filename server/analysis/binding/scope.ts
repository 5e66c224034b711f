// The columns an expression may name, and finding the one it means.
import type { Name } from '../../syntax/ast';
import { hasPlaceholder } from '../../syntax/placeholders';
import type { Relation } from '../catalog';
import type { TumblingWindow } from '../plan';
import { didYouMean } from '../suggest';
import type { SqlType } from '../types';
import type { Findings } from './findings';

export interface Scope {
  relations: ScopeRelation[];
}
export interface ScopeRelation {
  /** The alias, else the table's name. Empty for a derived table without one. */
  name: string;
  columns: ScopeColumn[];
  definition?: Relation;
  /** Its columns are not known, after an error: none is missed. */
  open?: boolean;
}
export interface ScopeColumn {
  name: string;
  /** Its name in the plan node the scope stands for. */
  column: string;
  type: SqlType;
  /** Found by name, but not part of `*`. */
  hidden?: boolean;
  /** A bound of the window that rows were assigned to. */
  bound?: WindowBound;
}
/** Start, end or time of a window; `window.time` is the time attribute the window was made with. */
export interface WindowBound {
  kind: 'start' | 'end' | 'time';
  window: TumblingWindow;
}

export interface FoundColumn {
  column: ScopeColumn;
  relation: ScopeRelation;
  /** Names after the column's: fields of a row. */
  fields: Name[];
  /** The part that is the column's name. */
  name: Name;
}

/** Finds what `a`, `t.a` or `t.a.field` means. Reports a name that means nothing or too much. */
export function findColumn(parts: Name[], scope: Scope, findings: Findings): FoundColumn | undefined {
  const [first, second] = parts;
  if (!first || parts.some(({ text }) => hasPlaceholder(text))) return undefined;
  const open = scope.relations.some((relation) => relation.open);
  const qualified = scope.relations.filter(({ name }) => second && name === first.text);
  const bare = matches(scope.relations, first);
  if (bare.length === 1 && (!second || qualified.length === 0)) return found(bare[0], first, parts.slice(1));
  if (second && qualified.length > 0) {
    const inside = matches(qualified, second);
    if (inside.length > 0) return found(inside[0], second, parts.slice(2));
    if (!qualified.some((relation) => relation.open)) reportUnknown(second, qualified, findings);
    return undefined;
  }
  if (bare.length > 1) {
    const tables = bare.map(({ relation }) => `${relation.name}.${first.text}`).join(' or ');
    findings.report('ambiguousColumn', `${first.text} is in more than one table: say ${tables}.`, first.span);
    return undefined;
  }
  if (open) return undefined;
  if (second) reportUnknownTable(first, scope, findings);
  else reportUnknown(first, scope.relations, findings);
  return undefined;
}

/** Whether a bare name means a column, without reporting anything. */
export function hasColumn(name: string, scope: Scope): boolean {
  return scope.relations.some(({ columns }) => columns.some((column) => column.name === name));
}

function matches(relations: ScopeRelation[], name: Name): { column: ScopeColumn; relation: ScopeRelation }[] {
  return relations.flatMap((relation) => {
    const column = relation.columns.find((candidate) => candidate.name === name.text);
    return column ? [{ column, relation }] : [];
  });
}

function found(
  match: { column: ScopeColumn; relation: ScopeRelation } | undefined,
  name: Name,
  fields: Name[],
): FoundColumn | undefined {
  return match && { ...match, name, fields };
}

function reportUnknown(name: Name, relations: ScopeRelation[], findings: Findings): void {
  const columns = relations.flatMap((relation) => relation.columns);
  const near = didYouMean(
    name.text,
    columns.map((column) => column.name),
    name.span,
  );
  const named = relations.map((relation) => relation.name).filter((text) => text !== '');
  const message =
    relations.length === 0
      ? `There is no column ${name.text}: the query has no FROM.`
      : named.length === 1
        ? `${named[0] ?? ''} has no column ${name.text}.`
        : `There is no column ${name.text}${named.length > 0 ? ` in ${named.join(', ')}` : ' here'}.`;
  findings.report('unknownColumn', `${message}${near.sentence}`, name.span, { fixes: near.fixes });
}

function reportUnknownTable(name: Name, scope: Scope, findings: Findings): void {
  const columns = scope.relations.flatMap((relation) => relation.columns.map((column) => column.name));
  const names = [...scope.relations.map((relation) => relation.name), ...columns];
  const near = didYouMean(name.text, names, name.span);
  findings.report('unknownTable', `${name.text} is no table or alias of FROM.${near.sentence}`, name.span, {
    fixes: near.fixes,
  });
}
