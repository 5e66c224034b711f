// What a job keeps between two batches, as the columns of a table: for windows that are still open their bounds, the
// keys, and the aggregates as they stand, under the names the query gives them.
import type { JobState } from './catalog';
import type { JobPlan, PlanColumn, PlanNode, WindowAggregateNode } from './plan';
import { inputsOf, uniqueName } from './planning/nodes';
import { commonType } from './typeRules';
import { timestamp } from './typeNames';

/** The state of one operator: for each of the table's columns the place of its value, undefined where it has none. Its
 *  values are the window's start and end, the keys, the aggregates. */
export interface StatePart {
  node: WindowAggregateNode;
  places: (number | undefined)[];
}
export interface StateLayout {
  columns: PlanColumn[];
  parts: StatePart[];
}

/** Says which operator of several a row belongs to, in the order they run. */
const operatorColumn = 'operator';

export function stateLayout(plan: JobPlan): StateLayout {
  const nodes = windowsOf(plan);
  const own = nodes.map(columnsOf);
  const columns: PlanColumn[] = nodes.length > 1 ? [{ name: operatorColumn, type: { kind: 'int' } }] : [];
  const places = own.map((): (number | undefined)[] => columns.map(() => undefined));
  for (const [part, ofPart] of own.entries())
    for (const [place, column] of ofPart.entries()) {
      let at = columns.findIndex(({ name, type }) => name === column.name && commonType(type, column.type));
      if (at < 0) at = columns.push({ ...column, name: uniqueName(column.name, namesOf(columns)) }) - 1;
      const known = columns[at];
      if (known) columns[at] = { ...known, type: commonType(known.type, column.type) ?? known.type };
      const mine = places[part];
      if (mine) mine[at] = place;
    }
  return { columns, parts: nodes.map((node, part) => ({ node, places: places[part] ?? [] })) };
}

/** As the catalog tells it. */
export function jobStateOf(plan: JobPlan): JobState {
  const { columns } = stateLayout(plan);
  if (columns.length > 0) return { columns };
  return { columns, none: 'its query aggregates nothing: each record is done with once its row is written' };
}

function windowsOf(plan: JobPlan): WindowAggregateNode[] {
  const found = new Set<WindowAggregateNode>();
  const visit = (node: PlanNode): void => {
    inputsOf(node).forEach(visit);
    if (node.kind === 'windowAggregate') found.add(node);
  };
  for (const { input } of plan.sinks) visit(input);
  return [...found];
}

function columnsOf({ keys, aggregates }: WindowAggregateNode): PlanColumn[] {
  const taken = new Set<string>();
  const bound = timestamp(3, false);
  const named = [
    { name: 'window_start', type: bound },
    { name: 'window_end', type: bound },
    ...keys.map(({ name, label, expression }) => ({ name: label ?? plain(name), type: expression.type })),
    ...aggregates.map(({ name, label, type }) => ({ name: label ?? plain(name), type })),
  ];
  return named.map(({ name, type }) => ({ name: uniqueName(name, taken), type }));
}

/** `sum_amount$` is how the planner keeps an aggregate without a name of its own apart from columns. */
function plain(name: string): string {
  return name.replace('$', '');
}

function namesOf(columns: readonly PlanColumn[]): Set<string> {
  return new Set(columns.map(({ name }) => name));
}
