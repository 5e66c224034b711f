// SELECT: filter, then aggregate or project.
import type { Expression, Name, OrderItem, Select, SelectItem } from '../../syntax/ast';
import { bind, bindCondition } from '../binding/binder';
import type { BindContext } from '../binding/binder';
import { Findings } from '../binding/findings';
import type { VisibleColumns } from '../binding/findings';
import { hasColumn } from '../binding/scope';
import type { Scope, ScopeColumn, WindowBound } from '../binding/scope';
import { findFunction } from '../functions/functions';
import type { BoundExpression, PlanNode } from '../plan';
import { didYouMean } from '../suggest';
import { timestamp } from '../typeNames';
import { planAggregate } from './aggregates';
import type { Environment, Result, ResultColumn } from './environment';
import { columnOf, filter, groupAggregate, project, uniqueName, values } from './nodes';
import { planQuery } from './queries';
import { planSorting, sortedOutput } from './sorting';
import { planTableRef } from './tableRefs';

/** One column of a SELECT list. */
export interface OutputItem {
  name: string;
  expression: BoundExpression;
  bound?: WindowBound;
}

/** `orderBy`: of a query that is run once. */
export function planSelect(
  select: Select,
  environment: Environment,
  orderBy: readonly OrderItem[] = [],
): Result {
  const { findings } = environment;
  const source = select.from
    ? planTableRef(select.from, environment)
    : { node: values([], [[]]), relations: [] };
  const scope: Scope = { relations: source.relations };
  findings.visible.push(visibleIn(select, scope));
  const context: BindContext = {
    scope,
    findings,
    clause: 'WHERE',
    visitQuery: (query) =>
      void planQuery(query, { ...environment, scans: new Map(), findings: withoutProblems(findings) }),
  };
  let { node } = source;
  if (select.where) node = filter(node, bindCondition(select.where, context));
  if (select.distinct && !environment.state)
    findings.notRun('SELECT DISTINCT is', {
      start: select.span.start,
      end: select.items[0]?.span.start ?? select.span.end,
    });
  if (isAggregated(select)) {
    const grouped = planAggregate(select, node, context, environment.state ? orderBy : undefined);
    return select.distinct ? distinct(grouped, orderBy, findings) : grouped;
  }
  const inSelect: BindContext = { ...context, clause: 'SELECT' };
  const items = select.items.flatMap((item, i) => bindItem(item, i, inSelect));
  if (!select.from && !select.where) return constantRow(items);
  if (!environment.state) return output(node, items);
  const sorting = planSorting(
    orderBy,
    items,
    (one) => bind(one, { ...context, clause: 'ORDER BY' }),
    findings,
  );
  const result = sortedOutput(node, items, sorting);
  return select.distinct ? distinct(result, orderBy, findings) : result;
}

/** Each different row once. */
function distinct(result: Result, orderBy: readonly OrderItem[], findings: Findings): Result {
  const columns = result.columns.filter(({ hidden }) => !hidden);
  if (columns.length < result.columns.length)
    findings.report(
      'notGrouped',
      'With SELECT DISTINCT, ORDER BY names columns of the SELECT list.',
      orderBy[0]?.expression.span ?? { start: 0, end: 0 },
    );
  const keys = columns.map(({ column }) => ({ name: column, expression: columnOf(result.node, column) }));
  return { ...result, columns, node: groupAggregate(result.node, keys, []) };
}

/** SELECT without FROM: one row. */
function constantRow(items: OutputItem[]): Result {
  const taken = new Set<string>();
  const columns = items.map(({ name, expression }) => ({
    name,
    column: uniqueName(name, taken),
    type: expression.type,
  }));
  const node = values(
    columns.map(({ column, type }) => ({ name: column, type })),
    [items.map(({ expression }) => expression)],
  );
  return { node, columns };
}

/** Projects to the items. Where bounds of a window are among them, its time attribute stays, unseen. */
export function output(node: PlanNode, items: OutputItem[]): Result {
  const taken = new Set<string>();
  const columns = items.map(({ name, expression, bound }): ResultColumn => ({
    name,
    column: uniqueName(name, taken),
    type: expression.type,
    ...(bound && { bound }),
  }));
  const named = columns.map(({ column }, i) => ({
    name: column,
    expression: items[i]?.expression ?? columnOf(node, column),
  }));
  const time = node.timeAttribute;
  const passes = named.some(({ expression }) => expression.kind === 'column' && expression.name === time);
  if (time !== undefined && !passes && items.some(({ bound }) => bound)) {
    const column = uniqueName('$time', taken);
    const expression = columnOf(node, time);
    named.push({ name: column, expression });
    columns.push({ name: column, column, type: expression.type, hidden: true });
  }
  const projected = project(node, named);
  return { node: projected, columns: columns.map((column) => withTime(column, projected.timeAttribute)) };
}

/** A window's bounds go with the name its time attribute has in this node. */
function withTime(column: ResultColumn, time: string | undefined): ResultColumn {
  if (!column.bound) return column;
  const { bound, ...rest } = column;
  return time === undefined ? rest : { ...rest, bound: { ...bound, window: { ...bound.window, time } } };
}

function bindItem(item: SelectItem, index: number, context: BindContext): OutputItem[] {
  if (item.kind === 'star') return expandStar(item, context);
  const expression = bind(item.expression, context);
  const bound = boundOf(expression, context.scope);
  return [{ name: itemName(item.expression, item.alias, index), expression, ...(bound && { bound }) }];
}

function boundOf(expression: BoundExpression, scope: Scope): WindowBound | undefined {
  if (expression.kind !== 'column') return undefined;
  const columns = scope.relations.flatMap((relation) => relation.columns);
  return columns.find(({ column }) => column === expression.name)?.bound;
}

/** The name of a column: its alias, the column's own, or by its place in the list as in Flink: EXPR$2. */
export function itemName(expression: Expression, alias: Name | undefined, index: number): string {
  const unnamed = `EXPR$${index}`;
  if (alias) return alias.text;
  if (expression.kind === 'column') return expression.parts.at(-1)?.text ?? unnamed;
  return expression.kind === 'field' ? expression.field.text : unnamed;
}

function expandStar(item: SelectItem & { kind: 'star' }, context: BindContext): OutputItem[] {
  const { findings, scope } = context;
  const { qualifier } = item;
  const relations = scope.relations.filter(({ name }) => !qualifier || name === qualifier.text);
  if (qualifier && relations.length === 0) {
    const near = didYouMean(
      qualifier.text,
      scope.relations.map(({ name }) => name),
      qualifier.span,
    );
    findings.report(
      'unknownTable',
      `${qualifier.text} is no table or alias of FROM.${near.sentence}`,
      qualifier.span,
      {
        fixes: near.fixes,
      },
    );
  }
  if (scope.relations.length === 0) findings.report('unknownColumn', '* needs a FROM.', item.span);
  return relations.flatMap(({ columns }) =>
    columns.filter(({ hidden }) => !hidden).map((column) => starItem(column, item)),
  );
}

function starItem({ name, column, type, bound }: ScopeColumn, item: SelectItem): OutputItem {
  return {
    name,
    expression: { kind: 'column', name: column, type, span: item.span },
    ...(bound && { bound }),
  };
}

function isAggregated(select: Select): boolean {
  if (select.groupBy || select.having || select.window) return true;
  return select.items.some((item) => item.kind === 'expression' && containsAggregate(item.expression));
}

/** Whether an aggregate is called in the expression, apart from OVER windows. */
function containsAggregate(expression: Expression): boolean {
  if (
    expression.kind === 'call' &&
    !expression.over &&
    findFunction(expression.name.text)?.kind === 'aggregate'
  )
    return true;
  return children(expression).some(containsAggregate);
}

function children(expression: Expression): Expression[] {
  switch (expression.kind) {
    case 'unary':
    case 'cast':
    case 'is':
    case 'field':
    case 'inQuery':
      return [expression.operand];
    case 'binary':
    case 'isDistinct':
      return [expression.left, expression.right];
    case 'between':
      return [expression.operand, expression.low, expression.high];
    case 'inList':
      return [expression.operand, ...expression.items];
    case 'like':
      return [expression.operand, expression.pattern];
    case 'case':
      return [
        ...(expression.operand ? [expression.operand] : []),
        ...expression.branches.flatMap(({ when, then }) => [when, then]),
        ...(expression.else ? [expression.else] : []),
      ];
    case 'call':
      return expression.over ? [] : expression.arguments;
    case 'rowConstructor':
    case 'arrayConstructor':
    case 'mapConstructor':
      return expression.items;
    case 'index':
      return [expression.operand, expression.index];
    default:
      return [];
  }
}

/** What expressions of the SELECT may name; bounds of a window it groups by as well. */
function visibleIn(select: Select, scope: Scope): VisibleColumns {
  const relations = scope.relations.map(({ name, columns }) => ({
    name,
    columns: columns
      .filter(({ name: column }) => !column.startsWith('$'))
      .map((column) => ({ name: column.name, type: column.type, hidden: column.hidden ?? false })),
  }));
  const type = timestamp(3, false);
  const bounds = ['window_start', 'window_end', 'window_time'].filter((name) => !hasColumn(name, scope));
  if (groupsByWindow(select) && bounds.length > 0)
    relations.push({ name: '', columns: bounds.map((name) => ({ name, type, hidden: true })) });
  return { span: select.span, relations };
}

function groupsByWindow({ window, groupBy }: Select): boolean {
  const calls = groupBy?.items.map((item) => (item.kind === 'call' ? item.name.text.toUpperCase() : ''));
  return window !== undefined || (calls?.includes('TUMBLE') ?? false);
}

/** For a subquery that is not run: its names are found, but a column of the outer query is no error. */
function withoutProblems(findings: Findings): Findings {
  const inner = new Findings();
  return Object.assign(inner, { uses: findings.uses, visible: findings.visible, reads: findings.reads });
}
