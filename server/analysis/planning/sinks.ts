// INSERT: the query's columns brought into the order and types of the sink's.
import type { CreateTableAs, Insert, Name, Query } from '../../syntax/ast';
import { hasPlaceholder } from '../../syntax/placeholders';
import { convert } from '../binding/conversions';
import type { Findings } from '../binding/findings';
import type { TableColumn, TableDefinition } from '../catalog';
import { findConnector } from '../options/connectors';
import type { BoundExpression, PlanNode } from '../plan';
import { didYouMean } from '../suggest';
import { formatType } from '../typeNames';
import { sameType, storesInto } from '../typeRules';
import type { SqlType } from '../types';
import type { Environment, Result, ResultColumn } from './environment';
import { columnOf, project } from './nodes';
import { planQuery, visible } from './queries';

export interface SinkPlan {
  table: TableDefinition;
  input: PlanNode;
}

/** Columns a sink takes: physical ones, and metadata that can be written, in the order of its definition. */
export function sinkColumns(table: TableDefinition): SinkColumn[] {
  return table.columns.filter(
    (column): column is SinkColumn =>
      column.kind === 'physical' || (column.kind === 'metadata' && !column.virtual),
  );
}
export type SinkColumn = Exclude<TableColumn, { kind: 'computed' }>;

export function planInsert(insert: Insert, environment: Environment): SinkPlan | undefined {
  const { catalog, findings } = environment;
  const { table: name } = insert;
  const relation = catalog.relation(name.text);
  findings.useRelation(name, relation);
  findings.writes.add(name.text);
  const result = visible(planQuery(insert.query, environment));
  if (!relation && hasPlaceholder(name.text)) return undefined;
  if (!relation) {
    const tables = [...catalog.relations()].filter(({ kind }) => kind === 'table');
    const near = didYouMean(
      name.text,
      tables.map((table) => table.name),
      name.span,
    );
    findings.report('unknownTable', `There is no table ${name.text}.${near.sentence}`, name.span, {
      fixes: near.fixes,
    });
    return undefined;
  }
  if (!canWrite(relation.kind === 'view' ? undefined : relation, name, findings) || relation.kind === 'view')
    return undefined;
  const targets = targetColumns(insert, relation, findings);
  return targets && { table: relation, input: fitted(result, targets, relation, insert.query, findings) };
}

/** CREATE TABLE ... AS: the table has the query's columns. */
export function planTableAs(
  statement: CreateTableAs,
  table: TableDefinition,
  environment: Environment,
): SinkPlan {
  const result = visible(planQuery(statement.query, environment));
  environment.findings.writes.add(table.name);
  canWrite(table, statement.name, environment.findings);
  const targets = sinkColumns(table);
  return { table, input: fitted(result, targets, table, statement.query, environment.findings) };
}

function canWrite(table: TableDefinition | undefined, name: Name, findings: Findings): boolean {
  if (!table) {
    findings.report('notASink', `${name.text} is a view: rows cannot be inserted into it.`, name.span);
    return false;
  }
  const connector = findConnector(table.connector);
  if (!connector || connector.sink) return true;
  findings.report(
    'notASink',
    `${name.text} cannot be written: the ${connector.name} connector only makes rows.`,
    name.span,
  );
  return false;
}

/** The columns named in INSERT INTO t (a, b), else all. */
function targetColumns(
  insert: Insert,
  table: TableDefinition,
  findings: Findings,
): TableColumn[] | undefined {
  const all = sinkColumns(table);
  if (insert.columns.length === 0) return all;
  const named = insert.columns.map((name) => {
    const column = all.find((candidate) => candidate.name === name.text);
    const definition = { definition: table, relation: table.name };
    if (column)
      findings.uses.push({
        kind: 'column',
        name: name.text,
        span: name.span,
        type: column.type,
        ...definition,
      });
    else reportTarget(name, table, all, findings);
    return column;
  });
  const seen = new Set<string>();
  for (const name of insert.columns) {
    if (seen.has(name.text))
      findings.report('duplicateName', `The column ${name.text} is named twice.`, name.span);
    seen.add(name.text);
  }
  const left = all.find((column) => column.kind === 'physical' && column.notNull && !seen.has(column.name));
  if (left)
    findings.report(
      'columnCount',
      `${left.name} of ${table.name} is NOT NULL: it has to be named as well.`,
      insert.table.span,
    );
  return named.every((column) => column !== undefined) ? named : undefined;
}

function reportTarget(name: Name, table: TableDefinition, all: TableColumn[], findings: Findings): void {
  const exists = table.columns.find((column) => column.name === name.text);
  const near = didYouMean(
    name.text,
    all.map((column) => column.name),
    name.span,
  );
  const message = exists
    ? `${name.text} of ${table.name} cannot be written: it is ${exists.kind === 'computed' ? 'computed' : 'VIRTUAL'}.`
    : `${table.name} has no column ${name.text}.${near.sentence}`;
  findings.report('unknownColumn', message, name.span, { fixes: exists ? [] : near.fixes });
}

/** The query's columns as the sink's: matched by position, cast, the others NULL. */
function fitted(
  result: Result,
  targets: TableColumn[],
  table: TableDefinition,
  query: Query,
  findings: Findings,
): PlanNode {
  if (result.columns.length !== targets.length)
    findings.report(
      'columnCount',
      `The query has ${count(result.columns.length)} and ${table.name} takes ${targets.length}: ${targets.map(({ name }) => name).join(', ')}.`,
      itemSpan(query, Math.min(targets.length, result.columns.length)) ?? query.span,
    );
  const positions = new Map(targets.map((column, i) => [column.name, i]));
  const items = sinkColumns(table).map(({ name, type }) => {
    const position = positions.get(name);
    const column = position === undefined ? undefined : result.columns[position];
    const expression: BoundExpression =
      column && position !== undefined
        ? stored(
            result,
            column,
            type,
            `${table.name}.${name}`,
            itemSpan(query, position) ?? query.span,
            findings,
          )
        : { kind: 'literal', type, value: null };
    return { name, expression };
  });
  return project(result.node, items);
}

function stored(
  result: Result,
  column: ResultColumn,
  type: SqlType,
  target: string,
  span: { start: number; end: number },
  findings: Findings,
): BoundExpression {
  const reference = columnOf(result.node, column.column);
  if (sameType(reference.type, type)) return reference;
  if (!storesInto(reference.type, type)) {
    findings.report(
      'typeMismatch',
      `${target} is ${formatType(type)}, and this is ${formatType(reference.type)}. CAST it.`,
      span,
    );
    return { kind: 'literal', type, value: null };
  }
  return convert(reference, type, findings);
}

/** Where the item for a column stands, if the query is a plain list of expressions. */
function itemSpan(query: Query, index: number): { start: number; end: number } | undefined {
  const { body } = query;
  if (body.kind === 'values') return body.rows[0]?.[index]?.span;
  if (body.kind !== 'select' || body.items.some(({ kind }) => kind === 'star')) return undefined;
  const item = body.items[index] ?? body.items.at(-1);
  return item?.kind === 'expression' ? item.expression.span : undefined;
}

function count(columns: number): string {
  return columns === 1 ? '1 column' : `${columns} columns`;
}
