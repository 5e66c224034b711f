// SELECT with aggregates: window and keys from GROUP BY, aggregates from SELECT and HAVING, expressions over both.
import type { Expression, FunctionCall, OrderItem, Select } from '../../syntax/ast';
import { aggregateType } from '../arithmetic';
import { bind, bindCondition } from '../binding/binder';
import type { BindContext } from '../binding/binder';
import { findCalled } from '../binding/calls';
import { unknown } from '../binding/composites';
import { expectBoolean } from '../binding/conversions';
import { Findings } from '../binding/findings';
import { hasColumn } from '../binding/scope';
import type { WindowBound } from '../binding/scope';
import { expressionText } from '../expressionText';
import { findFunction } from '../functions/functions';
import { windowsNotRun } from '../functions/temporal';
import type { FunctionDefinition } from '../functions/definition';
import type { AggregateCall, BoundExpression, PlanColumn, PlanNode, WindowAggregateNode } from '../plan';
import { formatType } from '../typeNames';
import type { Result } from './environment';
import { findWindow, windowOfCall, withoutWindow } from './groupWindows';
import type { GroupWindow } from './groupWindows';
import { filter, groupAggregate, uniqueName, windowAggregate } from './nodes';
import { itemName, output } from './selects';
import type { OutputItem } from './selects';
import { planSorting, sortedOutput } from './sorting';
import { boundType } from './windowTables';

type Kind = WindowBound['kind'];

/** What the expressions above the aggregation find: keys, aggregates and window bounds, by their text. */
interface Grouping {
  window: GroupWindow;
  input: PlanNode;
  /** Binds in the scope of FROM. */
  context: BindContext;
  keys: WindowAggregateNode['keys'];
  keyNames: Map<string, string>;
  /** Whether a key is more than a column, so that any expression may be one. */
  hasExpressionKeys: boolean;
  aggregates: Map<string, { name: string; call: AggregateCall; type: BoundExpression['type'] }>;
  bounds: Map<Kind, PlanColumn>;
  taken: Set<string>;
  /** Run once, over all rows. */
  once: boolean;
}

/** `orderBy`: of a query that is run once, over all rows and without a window. */
export function planAggregate(
  select: Select,
  input: PlanNode,
  context: BindContext,
  orderBy?: readonly OrderItem[],
): Result {
  const grouping = newGrouping(select, input, context, orderBy !== undefined);
  const above: BindContext = { ...context, clause: 'SELECT', intercept: (one) => interpret(one, grouping) };
  const items = select.items.flatMap((item, i): OutputItem[] => {
    if (item.kind === 'star') {
      context.findings.report(
        'notGrouped',
        '* cannot stand beside GROUP BY: name the keys and aggregates.',
        item.span,
      );
      return [];
    }
    const expression = bind(item.expression, above);
    const bound = boundOf(expression, grouping);
    return [{ name: itemName(item.expression, item.alias, i), expression, ...(bound && { bound }) }];
  });
  const having = select.having && bindCondition(select.having, { ...above, clause: 'HAVING' });
  if (orderBy) {
    const inOrder: BindContext = { ...above, clause: 'ORDER BY' };
    const sorting = planSorting(orderBy, items, (one) => bind(one, inOrder), context.findings);
    const all = groupAggregate(input, grouping.keys, [...grouping.aggregates.values()]);
    return sortedOutput(having ? filter(all, having) : all, items, sorting);
  }
  boundColumn('time', grouping);
  const labels = labelsOf(items);
  const node = windowAggregate(
    input,
    grouping.window.window,
    grouping.keys.map((key) => labelled(key, labels)),
    [...grouping.aggregates.values()].map((one) => labelled(one, labels)),
    Object.fromEntries([...grouping.bounds].map(([kind, { name }]) => [kind, name])),
    [...grouping.bounds.values()],
  );
  return output(having ? filter(node, having) : node, items);
}

/** What the SELECT list calls a key or an aggregate that stands in it as it is. */
function labelsOf(items: readonly OutputItem[]): Map<string, string> {
  const labels = new Map<string, string>();
  for (const { name, expression } of items)
    if (expression.kind === 'column' && !name.startsWith('EXPR$') && !labels.has(expression.name))
      labels.set(expression.name, name);
  return labels;
}
function labelled<T extends { name: string }>(one: T, labels: ReadonlyMap<string, string>): T {
  const label = labels.get(one.name);
  return label === undefined ? one : { ...one, label };
}

function newGrouping(select: Select, input: PlanNode, context: BindContext, once: boolean): Grouping {
  const { findings } = context;
  const window = once ? withoutWindow(select, findings) : findWindow(select, input, context);
  const grouping: Grouping = {
    window,
    input,
    context,
    keys: [],
    keyNames: new Map(),
    hasExpressionKeys: false,
    aggregates: new Map(),
    bounds: new Map(),
    taken: new Set(),
    once,
  };
  for (const item of select.groupBy?.items ?? []) {
    if (window.items.has(item)) continue;
    const aliased = aliasedItem(item, select, context);
    const expression = bind(aliased ?? item, { ...context, clause: 'GROUP BY' });
    const text = expressionText(expression);
    if (grouping.keyNames.has(text)) continue;
    const name = uniqueName(expression.kind === 'column' ? expression.name : 'key$', grouping.taken);
    grouping.keys.push({ name, expression });
    grouping.keyNames.set(text, name);
    grouping.hasExpressionKeys ||= expression.kind !== 'column';
  }
  if (select.groupBy?.groupingSets)
    findings.notRun('GROUPING SETS, ROLLUP and CUBE are', select.groupBy.groupingSets);
  return grouping;
}

/** GROUP BY of an alias of the SELECT list: Flink does not have it, so say what to write; what it stands for. */
function aliasedItem(item: Expression, select: Select, context: BindContext): Expression | undefined {
  const name = item.kind === 'column' && item.parts.length === 1 ? item.parts[0]?.text : undefined;
  if (name === undefined || hasColumn(name, context.scope)) return undefined;
  const aliased = select.items.find((one) => one.kind === 'expression' && one.alias?.text === name);
  if (aliased?.kind !== 'expression') return undefined;
  context.findings.report(
    'notGrouped',
    `${name} is an alias of the SELECT list; GROUP BY needs the expression itself.`,
    item.span,
  );
  return aliased.expression;
}

/** What an expression of SELECT or HAVING stands for, if it is a key, an aggregate or a bound of the window. */
function interpret(expression: Expression, grouping: Grouping): BoundExpression | undefined {
  const definition = expression.kind === 'call' ? findFunction(expression.name.text) : undefined;
  if (expression.kind === 'call' && !expression.over) {
    if (definition?.kind === 'aggregate') return aggregate(expression, definition, grouping);
    if (windowsNotRun.has(expression.name.text.toUpperCase())) {
      grouping.context.findings.notRun(`${expression.name.text} is`, expression.name.span);
      return unknown(expression.span);
    }
    const kind = windowOfCall(expression, grouping.window, grouping.context);
    if (kind && !grouping.once) {
      findCalled(expression, grouping.context.findings);
      return reference(boundColumn(kind, grouping), expression);
    }
  }
  const kind = expression.kind === 'column' ? grouping.window.boundNamed(expression.parts) : undefined;
  if (kind) return reference(boundColumn(kind, grouping), expression);
  if (expression.kind !== 'column' && !grouping.hasExpressionKeys) return undefined;
  return keyOrError(expression, grouping);
}

function keyOrError(expression: Expression, grouping: Grouping): BoundExpression | undefined {
  const quiet = new Findings();
  const bound = bind(expression, { ...grouping.context, findings: quiet });
  const key = grouping.keyNames.get(expressionText(bound));
  if (key !== undefined) {
    grouping.context.findings.uses.push(...quiet.uses);
    return { kind: 'column', name: key, type: bound.type, span: expression.span };
  }
  if (expression.kind !== 'column') return undefined;
  const { findings } = grouping.context;
  const again = bind(expression, grouping.context);
  if (again.kind === 'column' || again.kind === 'field')
    findings.report(
      'notGrouped',
      `${expression.parts.map(({ text }) => text).join('.')} is neither in GROUP BY nor inside an aggregate.`,
      expression.span,
    );
  return again;
}

function aggregate(
  expression: FunctionCall,
  definition: FunctionDefinition,
  grouping: Grouping,
): BoundExpression {
  const { findings } = grouping.context;
  findCalled(expression, findings);
  const inside: BindContext = { ...grouping.context, clause: 'an aggregate' };
  const operands = expression.arguments.map((argument) => bind(argument, inside));
  const condition =
    expression.filter &&
    expectBoolean(bind(expression.filter, { ...inside, clause: 'FILTER' }), 'FILTER', findings);
  const [argument] = operands;
  const name = definition.name as AggregateCall['function'];
  if (definition.notRun) {
    findings.notRun(`${definition.name} is`, expression.name.span);
    return {
      kind: 'literal',
      value: null,
      type: definition.resultType?.([]) ?? { kind: 'unknown' },
      span: expression.span,
    };
  }
  if (expression.star ? name !== 'COUNT' : operands.length !== 1)
    findings.report(
      'wrongArguments',
      `${name} takes one value${name === 'COUNT' ? ', or *' : ''}.`,
      expression.span,
    );
  const type = aggregateType(name, argument?.type);
  if (!type)
    findings.report(
      'wrongArguments',
      `${name} does not take ${formatType(argument?.type ?? { kind: 'unknown' })}.`,
      argument?.span ?? expression.span,
    );
  const call: AggregateCall = {
    function: name,
    distinct: expression.distinct && name !== 'MIN' && name !== 'MAX',
    ...(argument && { argument }),
    ...(condition && { filter: condition }),
  };
  return addAggregate(call, type ?? { kind: 'unknown' }, expression, grouping);
}

function addAggregate(
  call: AggregateCall,
  type: BoundExpression['type'],
  expression: FunctionCall,
  grouping: Grouping,
): BoundExpression {
  const text = aggregateText(call);
  let known = grouping.aggregates.get(text);
  if (!known) {
    const column = call.argument?.kind === 'column' ? `_${call.argument.name}` : '';
    known = { name: uniqueName(`${call.function.toLowerCase()}${column}$`, grouping.taken), call, type };
    grouping.aggregates.set(text, known);
  }
  return { kind: 'column', name: known.name, type, span: expression.span };
}

/** An aggregate as SQL: the same text is the same aggregate. */
export function aggregateText(call: AggregateCall): string {
  const argument = call.argument ? expressionText(call.argument) : '*';
  const condition = call.filter ? ` FILTER (WHERE ${expressionText(call.filter)})` : '';
  return `${call.function}(${call.distinct ? 'DISTINCT ' : ''}${argument})${condition}`;
}

/** The column of a window bound, added where it is first asked for. */
function boundColumn(kind: Kind, grouping: Grouping): PlanColumn {
  const known = grouping.bounds.get(kind);
  if (known) return known;
  const time = grouping.input.columns.find(({ name }) => name === grouping.window.window.time);
  const column = {
    name: uniqueName(`window_${kind}`, grouping.taken),
    type: boundType(kind, time?.type ?? { kind: 'unknown' }),
  };
  grouping.bounds.set(kind, column);
  return column;
}

function boundOf(expression: BoundExpression, grouping: Grouping): WindowBound | undefined {
  if (expression.kind !== 'column') return undefined;
  for (const [kind, { name }] of grouping.bounds)
    if (name === expression.name) return { kind, window: grouping.window.window };
  return undefined;
}

function reference(column: PlanColumn, expression: Expression): BoundExpression {
  return { kind: 'column', name: column.name, type: column.type, span: expression.span };
}
