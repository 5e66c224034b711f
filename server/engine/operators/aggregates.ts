// How aggregates are split: a partial for the rows of a batch, and the merging of partials when a window closes.
import type { AggregateCall } from '../../analysis/plan';
import type { SqlType } from '../../analysis/types';
import { divideDecimals } from '../macros';
import { cast } from '../sqlText';

export interface PartialAggregate {
  name: string;
  sql: string;
}

const integers = ['tinyint', 'smallint', 'int', 'bigint'];

/** The columns that a batch adds for one aggregate: `a<index>`, for AVG also its count `a<index>_n`. */
export function partialAggregate(
  call: AggregateCall,
  index: number,
  argument: string | undefined,
  filter: string | undefined,
): PartialAggregate[] {
  const where = filter === undefined ? '' : ` FILTER (WHERE ${filter})`;
  const name = `a${index}`;
  const over = (aggregate: string): string => `${aggregate}(${argument ?? '*'})${where}`;
  switch (call.function) {
    case 'COUNT':
      return [{ name, sql: over('count') }];
    case 'SUM':
      return [{ name, sql: over('sum') }];
    case 'AVG':
      return [
        { name, sql: over('sum') },
        { name: `${name}_n`, sql: over('count') },
      ];
    case 'MIN':
    case 'MAX':
      return [{ name, sql: over(call.function.toLowerCase()) }];
  }
}

/** The aggregate's value over partials, or over the values of a DISTINCT one, in its result type. */
export function mergedAggregate(call: AggregateCall, type: SqlType, column: string): string {
  const distinct = column.startsWith('v') ? 'DISTINCT ' : '';
  switch (call.function) {
    case 'COUNT':
      return cast(distinct ? `count(DISTINCT ${column})` : `sum(${column})`, type);
    case 'SUM':
      return cast(`sum(${distinct}${column})`, type);
    case 'MIN':
    case 'MAX':
      return cast(`${call.function.toLowerCase()}(${column})`, type);
    case 'AVG': {
      const sum = `sum(${distinct}${column})`;
      const count = distinct ? `count(DISTINCT ${column})` : `sum(${column}_n)`;
      return cast(average(sum, count, call.argument?.type ?? type, type), type);
    }
  }
}

/** Of whole numbers a whole number, cut; of decimals exact; NULL over no values. */
function average(sum: string, count: string, argument: SqlType, type: SqlType): string {
  const some = `nullif(${count}, 0)`;
  if (integers.includes(type.kind)) return `${sum} // ${some}`;
  if (type.kind === 'decimal' && argument.kind === 'decimal')
    return `CASE WHEN ${some} IS NOT NULL THEN ${divideDecimals(sum, argument.scale, count, 0, type.scale)} END`;
  return `${sum} / ${some}`;
}
