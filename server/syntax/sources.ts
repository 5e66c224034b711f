// What a query reads from, taken out of its tree.
import type { Join, Name, Query, QueryBody, TableRef } from './ast';

/** A common table expression, or a table of FROM; joins are taken apart. */
export type Source = { kind: 'cte'; name: Name } | Exclude<TableRef, Join>;

/** In the order written; those of common and derived tables with them, those of subqueries in expressions not. */
export function sourcesOf(query: Query): Source[] {
  const common = query.ctes.flatMap((cte): Source[] => [
    { kind: 'cte', name: cte.name },
    ...sourcesOf(cte.query),
  ]);
  return [...common, ...ofBody(query.body)];
}

function ofBody(body: QueryBody): Source[] {
  switch (body.kind) {
    case 'nested':
      return sourcesOf(body.query);
    case 'setOperation':
      return [...ofBody(body.left), ...ofBody(body.right)];
    case 'values':
      return [];
    case 'select':
      return body.from === undefined ? [] : ofTable(body.from);
  }
}

function ofTable(table: TableRef): Source[] {
  if (table.kind === 'join') return [...ofTable(table.left), ...ofTable(table.right)];
  return table.kind === 'derived' ? [...sourcesOf(table.query), table] : [table];
}
