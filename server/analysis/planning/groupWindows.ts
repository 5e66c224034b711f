// Which window a SELECT groups by: bounds of a window table, the group form TUMBLE(ts, size), or the WINDOW clause.
import type { Expression, FunctionCall, Name, Select, WindowClause } from '../../syntax/ast';
import { bind } from '../binding/binder';
import type { BindContext } from '../binding/binder';
import { findCalled } from '../binding/calls';
import { Findings } from '../binding/findings';
import { findColumn, hasColumn } from '../binding/scope';
import type { WindowBound } from '../binding/scope';
import { expressionText } from '../expressionText';
import { windowsNotRun } from '../functions/temporal';
import type { PlanNode, TumblingWindow } from '../plan';
import { timeAttribute, tumbling } from './windowTables';
import { clauseNotRun, intervalOf, windowNotRun } from './windowsNotRun';

export interface GroupWindow {
  window: TumblingWindow;
  /** Items of GROUP BY that are the window and no keys. */
  items: ReadonlySet<Expression>;
  /** The bound a column name stands for here. */
  boundNamed: (parts: Name[]) => WindowBound['kind'] | undefined;
}

/** For a query that is refused: lets the rest of it be looked at. */
const noWindow: TumblingWindow = { type: 'tumbling', time: '', sizeMs: 1, offsetMs: 0 };

/** For a query that is run once: rows are grouped by keys alone. */
export function withoutWindow({ window }: Select, findings: Findings): GroupWindow {
  if (window) findings.notRun("Windows over a job's state are", window.span);
  return { window: noWindow, items: new Set(), boundNamed: () => undefined };
}

export function findWindow(select: Select, input: PlanNode, context: BindContext): GroupWindow {
  return (
    clauseWindow(select, input, context) ??
    callWindow(select, input, context) ??
    tableWindow(select, input, context) ??
    refused(select, context)
  );
}

/** WINDOW TUMBLING(5m): over the column named, or the only time attribute there is. */
function clauseWindow(select: Select, input: PlanNode, context: BindContext): GroupWindow | undefined {
  const clause = select.window;
  if (!clause) return undefined;
  const { findings } = context;
  if (clause.type !== 'tumbling') {
    clauseNotRun(clause, findings);
    return { window: noWindow, items: new Set(), boundNamed: (parts) => boundName(parts, context) };
  }
  const [size, offset] = clause.sizes;
  const time = clause.time ? timeOf(clause.time, input, context) : impliedTime(clause, input, context);
  const window = tumbling(time ?? '', size?.ms ?? 0, offset?.ms ?? 0, size?.span ?? clause.span, findings);
  return { window, items: new Set(), boundNamed: (parts) => boundName(parts, context) };
}

function impliedTime(clause: WindowClause, input: PlanNode, context: BindContext): string | undefined {
  if (input.timeAttribute !== undefined) return input.timeAttribute;
  const [relation] = context.scope.relations;
  if (relation?.open) return undefined;
  context.findings.report(
    'noTimeAttribute',
    `TUMBLING needs a time attribute, and ${relation?.name ?? 'the query'} has no WATERMARK. Add WATERMARK FOR ts AS ts - INTERVAL '5' SECOND to the CREATE TABLE.`,
    clause.span,
  );
  return undefined;
}

/** GROUP BY TUMBLE(ts, size) */
function callWindow(select: Select, input: PlanNode, context: BindContext): GroupWindow | undefined {
  const { findings } = context;
  for (const item of select.groupBy?.items ?? []) {
    if (item.kind !== 'call') continue;
    const name = item.name.text.toUpperCase();
    if (windowsNotRun.has(name)) {
      windowNotRun(name, item.arguments.slice(1).map(intervalOf), item.name.span, findings);
      return { window: noWindow, items: new Set([item]), boundNamed: (parts) => boundName(parts, context) };
    }
    if (name !== 'TUMBLE') continue;
    findCalled(item, findings);
    const [time, size, offset] = item.arguments;
    if (!time || !size || item.arguments.length > 3) {
      findings.report(
        'wrongArguments',
        "TUMBLE takes a time attribute and a size: TUMBLE(ts, INTERVAL '5' MINUTE).",
        item.span,
      );
      return { window: noWindow, items: new Set([item]), boundNamed: () => undefined };
    }
    const sizeMs = intervalMs(size, findings);
    const offsetMs = offset ? intervalMs(offset, findings) : 0;
    const column = timeOf(time, input, context);
    const window = tumbling(column ?? '', sizeMs, offsetMs, size.span, findings);
    return { window, items: new Set([item]), boundNamed: (parts) => boundName(parts, context) };
  }
  return undefined;
}

function intervalMs(expression: Expression, findings: Findings): number {
  if (expression.kind === 'interval' && expression.ms !== undefined) return expression.ms;
  findings.report(
    'badWindow',
    "The size of a window is a fixed interval, such as INTERVAL '5' MINUTE.",
    expression.span,
  );
  return 1;
}

function timeOf(expression: Expression, input: PlanNode, context: BindContext): string | undefined {
  const bound = bind(expression, { ...context, clause: 'a window' });
  if (bound.type.kind === 'unknown') return undefined;
  if (bound.kind !== 'column' || expression.kind !== 'column') {
    context.findings.report(
      'noTimeAttribute',
      'A window needs a time attribute: a column with a WATERMARK, as it is.',
      expression.span,
    );
    return undefined;
  }
  const name = expression.parts.at(-1) ?? { text: bound.name, span: expression.span };
  const relation = context.scope.relations.length === 1 ? (context.scope.relations[0]?.name ?? '') : '';
  return timeAttribute(input, bound.name, bound.type, name, relation, context.findings);
}

/** GROUP BY window_start, window_end over a window table */
function tableWindow(select: Select, input: PlanNode, context: BindContext): GroupWindow | undefined {
  const items = new Map<Expression, WindowBound>();
  for (const item of select.groupBy?.items ?? []) {
    if (item.kind !== 'column') continue;
    const bound = findColumn(item.parts, context.scope, new Findings())?.column.bound;
    if (bound) items.set(item, bound);
  }
  const [first] = items.values();
  if (!first) return undefined;
  for (const item of items.keys()) bind(item, { ...context, clause: 'GROUP BY' });
  const kinds = new Set([...items.values()].map(({ kind }) => kind));
  const only = [...items.keys()][0];
  if (only && !(kinds.has('start') && kinds.has('end')))
    context.findings.report(
      'dialectNote',
      'Flink makes windows only when both window_start and window_end are in GROUP BY.',
      only.span,
      { severity: 'warning' },
    );
  const time = input.timeAttribute ?? first.window.time;
  return {
    window: { ...first.window, time },
    items: new Set(items.keys()),
    boundNamed: (parts) => findColumn(parts, context.scope, new Findings())?.column.bound?.kind,
  };
}

function refused(select: Select, context: BindContext): GroupWindow {
  const keys = select.groupBy?.items;
  const aggregated = select.items.find((item) => item.kind === 'expression');
  const span = select.groupBy?.span ?? aggregated?.span ?? select.span;
  const what = keys && keys.length > 0 ? 'GROUP BY without a window is' : 'An aggregate without a window is';
  context.findings.report(
    'unsupportedQuery',
    `${what} not run by the local engine yet (runs on Flink only), since its results would change with every record. Group by a TUMBLE window.`,
    span,
  );
  return { window: noWindow, items: new Set(), boundNamed: () => undefined };
}

const namedBounds: Record<string, WindowBound['kind']> = {
  window_start: 'start',
  window_end: 'end',
  window_time: 'time',
  _window_start: 'start',
  _window_end: 'end',
};

/** A window's bound by its usual name, unless FROM has a column of that name. */
function boundName(parts: Name[], context: BindContext): WindowBound['kind'] | undefined {
  const [name] = parts;
  if (!name || parts.length > 1 || hasColumn(name.text, context.scope)) return undefined;
  return Object.hasOwn(namedBounds, name.text) ? namedBounds[name.text] : undefined;
}

const boundCalls: Record<string, WindowBound['kind']> = {
  TUMBLE_START: 'start',
  TUMBLE_END: 'end',
  TUMBLE_ROWTIME: 'time',
};

/** The bound that TUMBLE_START and its kin mean: with the arguments of GROUP BY TUMBLE, or with none. */
export function windowOfCall(
  call: FunctionCall,
  group: GroupWindow,
  context: BindContext,
): WindowBound['kind'] | undefined {
  const kind = boundCalls[call.name.text.toUpperCase()];
  if (!kind || group.window.time === '') return kind;
  const [time, size, offset] = call.arguments;
  const quiet = new Findings();
  const text = (expression: Expression) => expressionText(bind(expression, { ...context, findings: quiet }));
  const { window } = group;
  const same =
    (!time ||
      text(time) === expressionText({ kind: 'column', name: window.time, type: { kind: 'unknown' } })) &&
    (!size || (size.kind === 'interval' && size.ms === window.sizeMs)) &&
    (offset?.kind === 'interval' ? offset.ms : 0) === (call.arguments.length > 1 ? window.offsetMs : 0);
  if (!same)
    context.findings.report(
      'badWindow',
      `${call.name.text} has other arguments than TUMBLE in GROUP BY.`,
      call.span,
    );
  return kind;
}
