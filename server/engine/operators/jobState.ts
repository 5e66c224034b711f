// What a job keeps as a leaf of a query that is run once: the rows of its operators' state, one after another.
import type { JobStateNode } from '../../analysis/plan';
import type { StateLayout } from '../../analysis/jobState';
import { cast } from '../sqlText';
import type { Operator } from './operator';

/** @param stateOf the SQL of an operator's state: c0, c1 ... in the order of `StatePart.places` */
export function jobState(
  node: JobStateNode,
  { columns, parts }: StateLayout,
  stateOf: (part: StateLayout['parts'][number]) => string,
): Operator {
  const selects = parts.map((part, number) => {
    const values = node.columns.map(({ name }, i) => {
      const at = columns.findIndex((column) => column.name === name);
      const place = part.places[at];
      const type = columns[at]?.type ?? { kind: 'unknown' };
      // With several operators the first column says which of them it is.
      const own = place === undefined ? 'NULL' : `c${place}`;
      return `${cast(parts.length > 1 && at === 0 ? String(number + 1) : own, type)} AS c${i}`;
    });
    return `SELECT ${[...values, '1 AS w'].join(', ')} FROM (${stateOf(part)})`;
  });
  return { node, inputs: [], quiet: () => false, delta: () => selects.join(' UNION ALL ') };
}
