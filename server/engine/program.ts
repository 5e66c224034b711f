// A plan made runnable: its operators, each once and inputs first.
import type { PlanNode, ScanNode } from '../analysis/plan';
import { filter } from './operators/filter';
import type { Operator } from './operators/operator';
import { project } from './operators/project';
import { scan } from './operators/scan';
import type { ScanOperator } from './operators/scan';
import { union } from './operators/union';
import { values } from './operators/values';
import { windowAggregate } from './operators/windowAggregate';

export interface Program {
  scans: ScanOperator[];
  /** Every operator, after its inputs. */
  operators: Operator[];
  /** The operators whose rows go out, in the order of the plan's sinks. */
  outputs: Operator[];
  /** No operator keeps anything from one batch to the next: each batch can be computed before the last is durable. */
  stateless: boolean;
  /** Whether an operator waits for event time. */
  needsWatermark: boolean;
}

/** Throws NOT_SUPPORTED for expressions and formats that cannot be run. */
export function compile(scans: ScanNode[], outputs: PlanNode[]): Program {
  const operators = new Map<PlanNode, Operator>();
  const byId = new Map<number, ScanOperator>();
  for (const [index, node] of scans.entries()) {
    const operator = scan(node, index);
    byId.set(node.id, operator);
    operators.set(node, operator);
  }
  const visit = (node: PlanNode): Operator => {
    const known = operators.get(node) ?? (node.kind === 'scan' ? byId.get(node.id) : undefined);
    if (known) return known;
    const made = make(node, visit);
    operators.set(node, made);
    return made;
  };
  const heads = outputs.map(visit);
  const all = [...operators.values()];
  return {
    scans: [...byId.values()],
    operators: all,
    outputs: heads,
    stateless: !all.some((operator) => 'step' in operator),
    needsWatermark: all.some(({ node }) => node.stateBound === 'watermark'),
  };
}

function make(node: PlanNode, visit: (input: PlanNode) => Operator): Operator {
  switch (node.kind) {
    case 'scan':
      throw new Error(`The scan of ${node.table.name} is missing from the plan's scans.`);
    case 'values':
      return values(node);
    case 'project':
      return project(node, visit(node.input));
    case 'filter':
      return filter(node, visit(node.input));
    case 'union':
      return union(node, node.inputs.map(visit));
    case 'jobState':
    case 'groupAggregate':
      throw new Error(`${node.kind} stands in a query of a job's state only.`);
    case 'windowAggregate':
      return windowAggregate(node, visit(node.input));
  }
}

/** The scans an operator reads from, directly or not. */
export function scansBelow(operator: Operator): Set<number> {
  const found = new Set<number>();
  const visit = (current: Operator): void => {
    if ('index' in current) found.add((current as ScanOperator).index);
    current.inputs.forEach(visit);
  };
  visit(operator);
  return found;
}
