// Plans as text: for EXPLAIN, and for tests.
import { durationText, expressionText } from './expressionText';
import type { JobPlan, PlanNode, PreviewPlan, ScanNode, WindowAggregateNode } from './plan';
import { aggregateText } from './planning/aggregates';
import { inputsOf } from './planning/nodes';
import { quoteName } from './suggest';

/** One line a node, inputs indented below it; a blank line between sinks. */
export function explainPlan(plan: JobPlan | PreviewPlan): string {
  if ('sinks' in plan)
    return plan.sinks
      .map(({ table, input }) =>
        [`Sink ${quoteName(table.name)} (${table.connector})`, ...nodeLines(input, 1)].join('\n'),
      )
      .join('\n\n');
  const limit = plan.limit === undefined ? '' : ` limit ${plan.limit}`;
  return [`Preview${limit}`, ...nodeLines(plan.input, 1)].join('\n');
}

function nodeLines(node: PlanNode, depth: number): string[] {
  const line = `${'  '.repeat(depth)}${nodeText(node)}`;
  return [line, ...inputsOf(node).flatMap((input) => nodeLines(input, depth + 1))];
}

function nodeText(node: PlanNode): string {
  switch (node.kind) {
    case 'scan':
      return scanText(node);
    case 'values':
      return `Values ${node.rows.map((row) => `(${row.map(expressionText).join(', ')})`).join(', ')}`;
    case 'project':
      return `Project ${node.expressions.map((expression, i) => aliased(expressionText(expression), node.columns[i]?.name)).join(', ')}`;
    case 'filter':
      return `Filter ${expressionText(node.predicate)}`;
    case 'union':
      return 'Union all';
    case 'windowAggregate':
      return windowText(node);
    case 'jobState':
      return `State of job ${quoteName(node.job)}`;
    case 'groupAggregate':
      return `Group${groupText(node)}`;
  }
}

function scanText(scan: ScanNode): string {
  const fields = scan.fields.map((field) =>
    field.kind === 'metadata' ? `${quoteName(field.name)} from ${field.key}` : quoteName(field.name),
  );
  const computed = scan.computed.map(
    ({ name, expression }) => `${quoteName(name)} = ${expressionText(expression)}`,
  );
  const watermark = scan.watermark
    ? `, watermark ${quoteName(scan.watermark.column)} = ${expressionText(scan.watermark.expression)}`
    : '';
  return `Scan ${quoteName(scan.table.name)} (${[...fields, ...computed].join(', ')})${watermark}`;
}

type Grouped = Pick<WindowAggregateNode, 'keys' | 'aggregates'>;

function windowText(node: WindowAggregateNode): string {
  const { window, keys, aggregates, windowColumns } = node;
  const offset = window.offsetMs === 0 ? '' : ` offset ${durationText(window.offsetMs)}`;
  const bounds = Object.entries(windowColumns).map(([kind, name]) => aliased(`window ${kind}`, name));
  return `Tumble ${quoteName(window.time)} every ${durationText(window.sizeMs)}${offset}${groupText({ keys, aggregates }, bounds)}`;
}

function groupText({ keys, aggregates }: Grouped, bounds: string[] = []): string {
  const by = keys.map(({ name, expression }) => aliased(expressionText(expression), name)).join(', ');
  const calls = aggregates.map(({ name, call }) => aliased(aggregateText(call), name));
  return `${by === '' ? '' : ` by ${by}`}: ${[...calls, ...bounds].join(', ')}`;
}

function aliased(text: string, name: string | undefined): string {
  return name === undefined || text === quoteName(name) ? text : `${text} AS ${quoteName(name)}`;
}
