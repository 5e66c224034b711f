// Two versions of a job that share its keys: a filter right above each scan gives each of them its own.
import type { TableDefinition } from '../catalog';
import type { BoundExpression, PlanNode, ScanNode } from '../plan';
import { columnOf, filter, union } from './nodes';

/** Of `bucketCount` buckets of keys, those from `from` up to but not including `to`. One of both is an end. */
export interface Share {
  from: number;
  to: number;
}

export const bucketCount = 100;
/** Not to be called in a query: the bucket of a row's key, the same whenever and wherever it is computed. */
export const bucketFunction = 'KEY_BUCKET';

/**
 * Above the scans, so that nothing of a version is computed for a row that is the other one's: a filter of the query
 * merged with this one might fail on it. The node is simplified already.
 */
export function withShare(node: PlanNode, share: Share): PlanNode {
  switch (node.kind) {
    case 'scan':
      return filter(node, isIn(share, node));
    case 'values':
    case 'jobState':
      return node;
    case 'union':
      return union(node.inputs.map((input) => withShare(input, share)));
    default:
      return { ...node, input: withShare(node.input, share) };
  }
}

/**
 * The columns whose values decide which version gets a row: the primary key, else what is in the record's key, else
 * all physical columns.
 */
export function routingKey({ primaryKey, options, columns }: TableDefinition): string[] {
  if (primaryKey !== undefined) return primaryKey;
  const inKey = (options['key.fields'] ?? '').split(';').map((name) => name.trim());
  const keyed = columns.filter(
    (column) =>
      (column.kind === 'physical' && inKey.includes(column.name)) ||
      (column.kind === 'metadata' && column.key === 'key'),
  );
  const chosen = keyed.length > 0 ? keyed : columns.filter(({ kind }) => kind === 'physical');
  return chosen.map(({ name }) => name);
}

/** Of a filter that `withShare` made: the part of the keys it lets through. */
export function shareOf(predicate: BoundExpression): { share: Share; key: string[] } | undefined {
  if (predicate.kind !== 'call') return undefined;
  const [bucket, bound] = predicate.arguments;
  if (bucket?.kind !== 'call' || bucket.name !== bucketFunction || bound?.kind !== 'literal')
    return undefined;
  const limit = Number(bound.value);
  const share = predicate.name === '<' ? { from: 0, to: limit } : { from: limit, to: bucketCount };
  return { share, key: bucket.arguments.flatMap((column) => (column.kind === 'column' ? column.name : [])) };
}

function isIn({ from, to }: Share, scan: ScanNode): BoundExpression {
  const type = { kind: 'int' } as const;
  const bucket: BoundExpression = {
    ...{ kind: 'call', name: bucketFunction, type },
    arguments: routingKey(scan.table).map((name) => columnOf(scan, name)),
  };
  const [name, limit] = from === 0 ? ['<', to] : ['>=', from];
  const bound: BoundExpression = { kind: 'literal', type, value: String(limit) };
  return { kind: 'call', name, type: { kind: 'boolean' }, arguments: [bucket, bound] };
}
