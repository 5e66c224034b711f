// TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), size)): each row with the bounds of its window.
import type { Span } from '../../protocol/errors';
import type { Name, WindowTableFunction } from '../../syntax/ast';
import type { Findings } from '../binding/findings';
import type { ScopeColumn, WindowBound } from '../binding/scope';
import { findColumn } from '../binding/scope';
import type { BoundExpression, PlanNode, TumblingWindow } from '../plan';
import { formatType, timestamp } from '../typeNames';
import type { SqlType } from '../types';
import type { Environment } from './environment';
import { columnOf, project } from './nodes';
import { planNamed } from './tableRefs';
import type { Source } from './tableRefs';
import { windowNotRun } from './windowsNotRun';

const day = 86_400_000;

/** The three columns a window function adds. */
const boundNames = { start: 'window_start', end: 'window_end', time: 'window_time' } as const;

export function planWindowTable(ref: WindowTableFunction, environment: Environment): Source {
  const { findings } = environment;
  const input = planNamed(ref.input, environment);
  const [relation] = input.relations;
  const found = findColumn([ref.time], { relations: input.relations }, findings);
  if (found) {
    const { column } = found;
    findings.uses.push({
      kind: 'column',
      name: ref.time.text,
      span: ref.time.span,
      type: column.type,
      relation: ref.input.text,
    });
  }
  const lengths = ref.sizes.map(({ ms }) => ms);
  if (ref.function !== 'TUMBLE') windowNotRun(ref.function, lengths, ref.functionSpan, findings);
  const [size, offset] = ref.sizes;
  const time =
    found &&
    timeAttribute(input.node, found.column.column, found.column.type, ref.time, ref.input.text, findings);
  const window = tumbling(time ?? '', size?.ms ?? day, offset?.ms ?? 0, size?.span ?? ref.span, findings);
  if (ref.function === 'TUMBLE' && !size)
    findings.report(
      'badWindow',
      "TUMBLE needs the size of its windows: INTERVAL '5' MINUTE.",
      ref.functionSpan,
    );
  return withBounds(input, relation?.columns ?? [], window, ref.input.text);
}

/** Adds the bounds of the window as columns; those that nobody uses are cut from the plan. */
function withBounds(input: Source, columns: ScopeColumn[], window: TumblingWindow, name: string): Source {
  const { node } = input;
  const kinds = ['start', 'end', 'time'] as const;
  const bounds = kinds.map((kind) => {
    const own = node.columns.some((column) => column.name === boundNames[kind])
      ? `$${boundNames[kind]}`
      : boundNames[kind];
    return { kind, column: own, expression: boundExpression(kind, columnOf(node, window.time), window) };
  });
  const passed = node.columns.map((column) => ({
    name: column.name,
    expression: columnOf(node, column.name),
  }));
  const projected = project(node, [
    ...passed,
    ...bounds.map(({ column, expression }) => ({ name: column, expression })),
  ]);
  const added = bounds.map(({ kind, column, expression }): ScopeColumn => {
    const bound: WindowBound = { kind, window };
    return { name: boundNames[kind], column, type: expression.type, bound };
  });
  const velostream = added
    .slice(0, 2)
    .map((column) => ({ ...column, name: `_${column.name}`, hidden: true }));
  const own = columns.filter((column) => !added.some((one) => one.name === column.name));
  const relation = { ...input.relations[0], name, columns: [...own, ...added, ...velostream] };
  return { node: projected, relations: [relation] };
}

function boundExpression(
  kind: 'start' | 'end' | 'time',
  time: BoundExpression,
  window: TumblingWindow,
): BoundExpression {
  const name = { start: 'TUMBLE_START', end: 'TUMBLE_END', time: 'TUMBLE_ROWTIME' }[kind];
  const interval = (ms: number): BoundExpression => ({
    kind: 'literal',
    type: { kind: 'interval', unit: 'ms' },
    value: String(ms),
  });
  const type = boundType(kind, time.type);
  return { kind: 'call', name, type, arguments: [time, interval(window.sizeMs), interval(window.offsetMs)] };
}

/** Bounds are wall-clock times; the window's time keeps the kind of the time attribute. As in Flink. */
export function boundType(kind: 'start' | 'end' | 'time', time: SqlType): SqlType {
  return timestamp(3, kind === 'time' && time.kind === 'timestamp' && time.local);
}

/** The window itself, its size checked. */
export function tumbling(
  time: string,
  sizeMs: number,
  offsetMs: number,
  span: Span,
  findings: Findings,
): TumblingWindow {
  if (sizeMs <= 0) findings.report('badWindow', 'The size of a window is more than nothing.', span);
  return { type: 'tumbling', time, sizeMs, offsetMs };
}

/** The column if it is the time attribute of the node; else says what is missing. */
export function timeAttribute(
  node: PlanNode,
  column: string,
  type: SqlType,
  written: Name,
  relation: string,
  findings: Findings,
): string | undefined {
  if (node.timeAttribute === column || type.kind === 'unknown') return column;
  const of = relation === '' ? written.text : `${written.text} of ${relation}`;
  const hint =
    type.kind !== 'timestamp'
      ? ` It is ${formatType(type)}; a time attribute is a TIMESTAMP or TIMESTAMP_LTZ column.`
      : node.timeAttribute === undefined
        ? ` Add WATERMARK FOR ${written.text} AS ${written.text} - INTERVAL '5' SECOND to the CREATE TABLE.`
        : ` The watermark is that of ${node.timeAttribute}.`;
  findings.report(
    'noTimeAttribute',
    `TUMBLE needs a time attribute: ${of} has no WATERMARK.${hint}`,
    written.span,
  );
  return undefined;
}
