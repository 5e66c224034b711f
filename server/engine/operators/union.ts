// UNION ALL: the rows of all inputs, one after another.
import type { UnionNode } from '../../analysis/plan';
import type { Operator } from './operator';

export function union(node: UnionNode, inputs: Operator[]): Operator {
  return {
    node,
    inputs,
    quiet: () => inputs.every((input) => input.quiet()),
    delta: (form) => inputs.map((input) => `(${input.delta(form)})`).join(' UNION ALL '),
  };
}
