// Makes plan nodes, each with what it declares of its changelog, time attribute and state.
import type {
  BoundExpression,
  FilterNode,
  GroupAggregateNode,
  JobStateNode,
  PlanColumn,
  PlanNode,
  ProjectNode,
  TumblingWindow,
  UnionNode,
  ValuesNode,
  WindowAggregateNode,
} from '../plan';

/** Ids are given once the plan is complete: see `numberNodes`. */
const unnumbered = { id: 0 };

export interface NamedExpression {
  name: string;
  expression: BoundExpression;
}

/** The time attribute survives where a column is passed on as it is. */
export function project(input: PlanNode, items: NamedExpression[]): ProjectNode {
  const time = items.find(
    ({ expression }) => expression.kind === 'column' && expression.name === input.timeAttribute,
  );
  return {
    ...unnumbered,
    kind: 'project',
    input,
    expressions: items.map(({ expression }) => expression),
    columns: items.map(({ name, expression }) => ({ name, type: expression.type })),
    changelog: input.changelog,
    upsertKeys: [],
    stateBound: 'none',
    ...(time && { timeAttribute: time.name }),
  };
}

export function filter(input: PlanNode, predicate: BoundExpression): FilterNode {
  return {
    ...unnumbered,
    kind: 'filter',
    input,
    predicate,
    columns: input.columns,
    changelog: input.changelog,
    upsertKeys: input.upsertKeys,
    stateBound: 'none',
    ...(input.timeAttribute !== undefined && { timeAttribute: input.timeAttribute }),
  };
}

/** Columns are named as in the first input; a time attribute remains if every input has it at the same place. */
export function union(inputs: PlanNode[]): UnionNode {
  const [first] = inputs;
  const columns = first?.columns ?? [];
  const place = columns.findIndex(({ name }) => name === first?.timeAttribute);
  const shared = inputs.every((input) => place >= 0 && input.columns[place]?.name === input.timeAttribute);
  return {
    ...unnumbered,
    kind: 'union',
    inputs,
    columns,
    changelog: 'insert',
    upsertKeys: [],
    stateBound: 'none',
    ...(shared && first?.timeAttribute !== undefined && { timeAttribute: first.timeAttribute }),
  };
}

export function values(columns: PlanColumn[], rows: BoundExpression[][]): ValuesNode {
  return {
    ...unnumbered,
    kind: 'values',
    columns,
    rows,
    changelog: 'insert',
    upsertKeys: [],
    stateBound: 'none',
  };
}

export function windowAggregate(
  input: PlanNode,
  window: TumblingWindow,
  keys: WindowAggregateNode['keys'],
  aggregates: WindowAggregateNode['aggregates'],
  windowColumns: WindowAggregateNode['windowColumns'],
  bounds: PlanColumn[],
): WindowAggregateNode {
  return {
    ...unnumbered,
    kind: 'windowAggregate',
    input,
    window,
    keys,
    aggregates,
    windowColumns,
    columns: [
      ...keys.map(({ name, expression }) => ({ name, type: expression.type })),
      ...aggregates.map(({ name, type }) => ({ name, type })),
      ...bounds,
    ],
    changelog: 'insert',
    upsertKeys: [],
    stateBound: 'watermark',
    ...(windowColumns.time !== undefined && { timeAttribute: windowColumns.time }),
  };
}

export function jobState(job: string, columns: PlanColumn[]): JobStateNode {
  return {
    ...unnumbered,
    kind: 'jobState',
    job,
    columns,
    changelog: 'insert',
    upsertKeys: [],
    stateBound: 'none',
  };
}

export function groupAggregate(
  input: PlanNode,
  keys: GroupAggregateNode['keys'],
  aggregates: GroupAggregateNode['aggregates'],
): GroupAggregateNode {
  return {
    ...unnumbered,
    kind: 'groupAggregate',
    input,
    keys,
    aggregates,
    columns: [
      ...keys.map(({ name, expression }) => ({ name, type: expression.type })),
      ...aggregates.map(({ name, type }) => ({ name, type })),
    ],
    changelog: 'insert',
    upsertKeys: [],
    stateBound: 'none',
  };
}

/** The inputs of a node. */
export function inputsOf(node: PlanNode): PlanNode[] {
  switch (node.kind) {
    case 'scan':
    case 'values':
    case 'jobState':
      return [];
    case 'union':
      return node.inputs;
    default:
      return [node.input];
  }
}

export function columnOf(node: PlanNode, name: string): BoundExpression {
  const type = node.columns.find((column) => column.name === name)?.type ?? { kind: 'unknown' };
  return { kind: 'column', name, type };
}

/** A name not yet taken, by adding the first number that makes it so; it is taken then. */
export function uniqueName(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let i = 0; taken.has(name); i++) name = `${wanted}${i}`;
  taken.add(name);
  return name;
}
