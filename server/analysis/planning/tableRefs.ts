// FROM: tables, views, common tables, derived tables and window functions become a node and a scope.
import type { Name, TableRef } from '../../syntax/ast';
import { hasPlaceholder } from '../../syntax/placeholders';
import { bind } from '../binding/binder';
import { Findings } from '../binding/findings';
import type { ScopeColumn, ScopeRelation } from '../binding/scope';
import type { Relation, ViewDefinition } from '../catalog';
import { findConnector } from '../options/connectors';
import type { PlanNode } from '../plan';
import { didYouMean } from '../suggest';
import { relationsMax } from './environment';
import type { CommonTable, Environment, Result } from './environment';
import { planJobState } from './jobStates';
import { values } from './nodes';
import { planQuery } from './queries';
import { scanOf, scanScope } from './scans';
import { planWindowTable } from './windowTables';

/** What FROM stands for. */
export interface Source {
  node: PlanNode;
  relations: ScopeRelation[];
}

export function planTableRef(ref: TableRef, environment: Environment): Source {
  const { findings } = environment;
  switch (ref.kind) {
    case 'table':
      if (ref.asOf) findings.notRun('Lookup and temporal joins (FOR SYSTEM_TIME AS OF) are', ref.span);
      return aliased(planNamed(ref.name, environment), ref.alias, environment);
    case 'derived':
      return aliased(
        sourceOf(planQuery(ref.query, { ...environment, preview: false }), ''),
        ref.alias,
        environment,
      );
    case 'windowTable':
      return aliased(planWindowTable(ref, environment), ref.alias, environment);
    case 'join':
      return planJoin(ref, environment);
    case 'lateral': {
      bind(ref.expression, { scope: { relations: [] }, findings: new Findings(), clause: 'LATERAL' });
      findings.notRun('UNNEST and LATERAL TABLE are', ref.span);
      return anything(ref.alias);
    }
    case 'jobState':
      return aliased(planJobState(ref, environment), ref.alias, environment);
  }
}

/** A table, view or common table by its name. */
export function planNamed(name: Name, environment: Environment): Source {
  const { findings, catalog, budget } = environment;
  if (budget.relations-- <= 0) {
    const message = `The query is too large: with what its views and common tables read, it names over ${relationsMax} tables.`;
    findings.report('unsupportedQuery', message, name.span);
    return { node: values([], [[]]), relations: [openRelation(name.text)] };
  }
  const common = environment.ctes.get(name.text);
  if (common) {
    findings.uses.push({ kind: 'cte', name: name.text, span: name.span });
    return sourceOf(planCommonTable(common, environment), name.text);
  }
  const relation = catalog.relation(name.text);
  findings.useRelation(name, relation);
  if (environment.state)
    findings.report('unsupportedQuery', "A query of a job's state reads nothing else.", name.span);
  if (!relation && hasPlaceholder(name.text))
    return { node: values([], [[]]), relations: [openRelation(name.text)] };
  if (!relation) {
    const known = [...environment.ctes.keys(), ...[...catalog.relations()].map((one) => one.name)];
    const near = didYouMean(name.text, known, name.span);
    findings.report('unknownTable', `There is no table ${name.text}.${near.sentence}`, name.span, {
      fixes: near.fixes,
    });
    return { node: values([], [[]]), relations: [openRelation(name.text)] };
  }
  return relation.kind === 'view'
    ? planView(relation, name, environment)
    : planTable(relation, name, environment);
}

function planTable(table: Relation & { kind: 'table' }, name: Name, environment: Environment): Source {
  const connector = findConnector(table.connector);
  if (connector && !connector.source)
    environment.findings.report(
      'notASource',
      `${table.name} cannot be read: the ${connector.name} connector only takes rows.`,
      name.span,
    );
  environment.findings.reads.add(table.name);
  const scan = scanOf(table, environment);
  return { node: scan, relations: [{ name: table.name, columns: scanScope(scan), definition: table }] };
}

function planView(view: ViewDefinition, name: Name, environment: Environment): Source {
  const { findings, expanding } = environment;
  const inner = new Findings();
  if (expanding.has(view.name)) {
    findings.report('unknownTable', `The view ${view.name} reads itself.`, name.span);
    return { node: values([], [[]]), relations: [openRelation(view.name)] };
  }
  const result = planQuery(view.query, {
    ...environment,
    findings: inner,
    ctes: new Map(),
    expanding: new Set([...expanding, view.name]),
    preview: false,
  });
  const [first] = inner.problems.filter(({ severity }) => severity === 'error');
  if (first)
    findings.report('unknownTable', `The view ${view.name} cannot be read: ${first.message}`, name.span);
  for (const read of inner.reads) findings.reads.add(read);
  const source = sourceOf(renamed(result, view.columnNames ?? []), view.name);
  return { ...source, relations: source.relations.map((relation) => ({ ...relation, definition: view })) };
}

/** Problems in a common table are reported once, where it is defined. */
function planCommonTable(common: CommonTable, environment: Environment): Result {
  const { scans, findings } = environment;
  const inner = new Findings();
  const result = planQuery(common.query, { ...common.environment, scans, findings: inner, preview: false });
  for (const read of inner.reads) findings.reads.add(read);
  return renamed(result, common.columns);
}

function planJoin(join: TableRef & { kind: 'join' }, environment: Environment): Source {
  const left = planTableRef(join.left, environment);
  const right = planTableRef(join.right, environment);
  const relations = [...left.relations, ...right.relations];
  if (join.on) bind(join.on, { scope: { relations }, findings: environment.findings, clause: 'ON' });
  environment.findings.notRun('Joins are', { start: join.left.span.end, end: join.span.end });
  return { node: left.node, relations };
}

/** A query's result under a name. */
export function sourceOf(result: Result, name: string): Source {
  const columns = result.columns.map((column): ScopeColumn => {
    const { bound, hidden } = column;
    return {
      name: hidden ? `$${column.column}` : column.name,
      column: column.column,
      type: column.type,
      ...(bound && { bound }),
      ...(hidden && { hidden }),
    };
  });
  return { node: result.node, relations: [{ name, columns }] };
}

function aliased(
  source: Source,
  alias: { name: Name; columns: Name[] } | undefined,
  environment: Environment,
): Source {
  const [relation] = source.relations;
  if (!alias || !relation) return source;
  const visible = relation.columns.filter(({ hidden }) => !hidden);
  if (alias.columns.length > 0 && alias.columns.length !== visible.length)
    environment.findings.report(
      'columnCount',
      `${alias.name.text} names ${alias.columns.length} columns, and there are ${visible.length}.`,
      alias.columns[0]?.span ?? alias.name.span,
    );
  const names = new Map(visible.map((column, i) => [column, alias.columns[i]?.text ?? column.name]));
  const columns = relation.columns.map((column) => ({ ...column, name: names.get(column) ?? column.name }));
  return { node: source.node, relations: [{ ...relation, name: alias.name.text, columns }] };
}

/** A result under other column names. */
export function renamed(result: Result, names: Name[]): Result {
  if (names.length === 0) return result;
  const columns = result.columns.map((column, i) => ({ ...column, name: names[i]?.text ?? column.name }));
  return { ...result, columns };
}

function anything(alias: { name: Name } | undefined): Source {
  return { node: values([], [[]]), relations: [openRelation(alias?.name.text ?? '')] };
}

/** Of a table that is not known: any column may be in it, so none is reported. */
function openRelation(name: string): ScopeRelation {
  return { name, columns: [], open: true };
}
