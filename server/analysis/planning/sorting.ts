// ORDER BY of a query that is run once: by columns of its result, or by expressions that are computed beside them.
import type { Expression, OrderItem } from '../../syntax/ast';
import type { BoundExpression, PlanNode, SortKey } from '../plan';
import type { Findings } from '../binding/findings';
import type { Result } from './environment';
import { output, type OutputItem } from './selects';

/** Where the value to sort by is: at a place among the items, or in one of its own. */
export interface Sorting {
  keys: { place: number; order: OrderItem }[];
  beside: OutputItem[];
}

/** @param bind binds what is no name of an item, where the SELECT list is bound */
export function planSorting(
  orderBy: readonly OrderItem[],
  items: readonly OutputItem[],
  bind: (expression: Expression) => BoundExpression,
  findings: Findings,
): Sorting {
  const beside: OutputItem[] = [];
  const keys = orderBy.map((order) => {
    const { expression } = order;
    const name =
      expression.kind === 'column' && expression.parts.length === 1 ? expression.parts[0] : undefined;
    const named = items.findIndex((item) => item.name === name?.text);
    const type = items[named]?.expression.type;
    if (name && type) {
      findings.uses.push({ kind: 'column', name: name.text, span: name.span, type });
      return { place: named, order };
    }
    const place = items.length + beside.length;
    beside.push({ name: `$order${beside.length}`, expression: bind(expression) });
    return { place, order };
  });
  return { keys, beside };
}

/** Projects to the items and what is sorted by, which the user does not see. */
export function sortedOutput(node: PlanNode, items: OutputItem[], { keys, beside }: Sorting): Result {
  const result = output(node, [...items, ...beside]);
  const columns = result.columns.map((column, i) =>
    i < items.length ? column : { ...column, hidden: true },
  );
  const order = keys.map(({ place, order: { descending, nulls } }): SortKey => {
    return { column: columns[place]?.column ?? '', descending, ...(nulls && { nulls }) };
  });
  return { node: result.node, columns, order };
}
