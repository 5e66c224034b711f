// VALUES: rows that come once, in the job's first batch.
import type { ValuesNode } from '../../analysis/plan';
import { toSql } from '../expression';
import { cast } from '../sqlText';
import { materialised } from './materialised';
import type { Operator } from './operator';

export function values(node: ValuesNode): Operator {
  const noColumns = (name: string): string => {
    throw new Error(`VALUES cannot name ${name}.`);
  };
  const rows = node.rows.map((row) => {
    const columns = row.map((expression, i) => {
      const sql = toSql(expression, noColumns);
      return `${cast(sql, node.columns[i]?.type ?? { kind: 'unknown' })} AS c${i}`;
    });
    return `SELECT ${[...columns, '1 AS w'].join(', ')}`;
  });
  const result = materialised(`d_${node.id}`, node.columns.length);
  return {
    node,
    inputs: [],
    quiet: () => result.quiet(),
    delta: (form) => result.delta(form),
    prepare: (database) => result.replace(database, rows.join(' UNION ALL '), false),
    restore: () => result.restore(),
    step: async ({ database, first }) => {
      await result.replace(database, rows.join(' UNION ALL '), first);
    },
  };
}
