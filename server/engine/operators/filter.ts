// FILTER: keeps the rows for which the predicate holds.
import type { FilterNode } from '../../analysis/plan';
import { toSql } from '../expression';
import { columnList, columnScope, goodRows } from './operator';
import type { Operator } from './operator';
import { isVolatile } from './project';

export function filter(node: FilterNode, input: Operator): Operator {
  const predicate = toSql(node.predicate, columnScope(input.node.columns));
  const count = node.columns.length;
  return {
    node,
    inputs: [input],
    quiet: () => input.quiet(),
    delta: (form) => {
      const names = [...(count === 0 ? [] : [columnList(count)]), 'w'].join(', ');
      if (form === 'plain') return `SELECT ${names} FROM (${input.delta('plain')}) WHERE ${predicate}`;
      const tested = isVolatile(node.predicate)
        ? `struct_pack(v := ${predicate})`
        : `TRY(struct_pack(v := ${predicate}))`;
      const checked = `SELECT ${names}, scan, i, (bad OR kept IS NULL) AS bad
        FROM (SELECT *, ${tested} AS kept FROM (${input.delta('checked')}))
        WHERE bad OR kept IS NULL OR kept.v`;
      return form === 'checked' ? checked : goodRows(checked, count);
    },
  };
}
