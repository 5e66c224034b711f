// Aggregates over all rows there are, for queries that are run once. As for windows, partial aggregates are merged, and
// values of DISTINCT ones are part of the key of a partial.
import type { GroupAggregateNode } from '../../analysis/plan';
import { toSql } from '../expression';
import { mergedAggregate, partialAggregate } from './aggregates';
import { columnScope } from './operator';
import type { Operator } from './operator';

export function groupAggregate(node: GroupAggregateNode, input: Operator): Operator {
  const scope = columnScope(input.node.columns);
  const keys = node.keys.map(({ expression }, i) => `${toSql(expression, scope)} AS c${i}`);
  const values: string[] = [];
  const partials: string[] = [];
  const merged = node.aggregates.map(({ call, type }, i) => {
    const argument = call.argument && toSql(call.argument, scope);
    const filter = call.filter && toSql(call.filter, scope);
    if (call.distinct && argument !== undefined) {
      values.push(`${filter === undefined ? argument : `CASE WHEN ${filter} THEN ${argument} END`} AS v${i}`);
      return mergedAggregate(call, type, `v${i}`);
    }
    partials.push(...partialAggregate(call, i, argument, filter).map(({ name, sql }) => `${sql} AS ${name}`));
    const whole = mergedAggregate(call, type, `a${i}`);
    return call.function === 'COUNT' ? `coalesce(${whole}, 0)` : whole;
  });
  return {
    node,
    inputs: [input],
    quiet: () => false,
    delta: () => {
      const names = keys.map((_, i) => `c${i}`);
      const rows = input.delta('plain');
      if (merged.length === 0) return `SELECT DISTINCT ${keys.join(', ')}, 1 AS w FROM (${rows})`;
      const parts = `SELECT ${[...keys, ...values, ...partials].join(', ')} FROM (${rows}) GROUP BY ALL`;
      const results = merged.map((sql, i) => `${sql} AS c${names.length + i}`);
      const groups = names.length === 0 ? '' : ` GROUP BY ${names.join(', ')}`;
      return `SELECT ${[...names, ...results, '1 AS w'].join(', ')} FROM (${parts})${groups}`;
    },
  };
}
