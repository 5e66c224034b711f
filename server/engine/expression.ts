// Bound expressions as DuckDB SQL with Flink's meaning.
import type { BoundExpression } from '../analysis/plan';
import type { SqlType } from '../analysis/types';
import { callSql } from './functions/functions';
import { caseWhen, cast, cutTimestamp, duckType, identifier, quote } from './sqlText';

/** SQL of a column by its name in the plan. */
export type Scope = (column: string) => string;

/** Throws NOT_SUPPORTED for what DuckDB cannot be told. */
export function toSql(expression: BoundExpression, scope: Scope): string {
  switch (expression.kind) {
    case 'literal':
      return literal(expression.value, expression.type);
    case 'column':
      return scope(expression.name);
    case 'field':
      return `struct_extract(${toSql(expression.operand, scope)}, ${quote(expression.field)})`;
    case 'case': {
      const branches = expression.branches.map(({ when, then }) => ({
        when: toSql(when, scope),
        then: toSql(then, scope),
      }));
      return caseWhen(branches, expression.else ? toSql(expression.else, scope) : 'NULL');
    }
    case 'cast':
      return castSql(
        toSql(expression.operand, scope),
        expression.operand.type,
        expression.type,
        expression.try,
      );
    case 'call':
      return callSql(expression, (argument) => toSql(argument, scope));
  }
}

function literal(value: null | boolean | string, type: SqlType): string {
  if (value === null) return cast('NULL', type);
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
  switch (type.kind) {
    case 'string':
    case 'null':
    case 'unknown':
      return quote(value);
    case 'interval':
      return `INTERVAL ${quote(`${value} ${type.unit === 'ms' ? 'milliseconds' : 'months'}`)}`;
    case 'bytes':
      return `unhex(${quote(value)})`;
    default:
      return cast(quote(value), type);
  }
}

const integers = ['tinyint', 'smallint', 'int', 'bigint'];
const fractions = ['decimal', 'float', 'double'];

/** CAST and TRY_CAST as Flink does them: fractions are cut, not rounded, on the way to whole numbers. */
export function castSql(sql: string, from: SqlType, to: SqlType, isTry: boolean): string {
  const name = duckType(to);
  if (name === undefined) return sql;
  const castTo = (operand: string): string => `${isTry ? 'TRY_CAST' : 'CAST'}(${operand} AS ${name})`;
  if (integers.includes(to.kind) && fractions.includes(from.kind)) return castTo(`trunc(${sql})`);
  if (to.kind === 'timestamp') {
    if (from.kind === 'timestamp' && from.precision <= to.precision) return sql;
    return cutTimestamp(castTo(sql), to.precision);
  }
  if (to.kind === 'interval' && integers.includes(from.kind))
    return to.unit === 'ms' ? `to_milliseconds(${sql})` : `to_months(${sql})`;
  if (to.kind === 'string' && from.kind === 'timestamp') return timestampText(sql, from.precision);
  if (to.kind === 'string' && from.kind === 'boolean') return `upper(CAST(${sql} AS VARCHAR))`;
  if (to.kind === 'string' && from.kind === 'bytes') return isTry ? `TRY(decode(${sql}))` : `decode(${sql})`;
  if (to.kind === 'bytes' && from.kind === 'string') return `encode(${sql})`;
  if (from.kind === 'row' && to.kind === 'row') return castRow(sql, from, to, isTry);
  if (from.kind === 'array' && to.kind === 'array' && from.element.kind === 'row')
    return `list_transform(${sql}, lambda element: ${castSql('element', from.element, to.element, isTry)})`;
  return castTo(sql);
}

/** Rows are cast field by field by their order; DuckDB would go by their names. */
function castRow(
  sql: string,
  from: SqlType & { kind: 'row' },
  to: SqlType & { kind: 'row' },
  isTry: boolean,
): string {
  const fields = to.fields.map(({ name, type }, i) => {
    const source = from.fields[i];
    const value = source ? `struct_extract(${sql}, ${quote(source.name)})` : 'NULL';
    return { name, sql: castSql(value, source?.type ?? { kind: 'null' }, type, isTry) };
  });
  return `CASE WHEN ${sql} IS NOT NULL THEN ${structOf(fields)} END`;
}

/** `2026-01-31 12:00:00.000`, with all digits of the type's precision. */
function timestampText(sql: string, precision: number): string {
  if (precision === 0) return `strftime(${sql}, '%Y-%m-%d %H:%M:%S')`;
  const digits = `strftime(${sql}, '%Y-%m-%d %H:%M:%S.%f')`;
  return precision >= 6 ? digits : `left(${digits}, ${20 + precision})`;
}

/** Whether an expression is a column or a constant, and so cannot fail. */
export function cannotFail(expression: BoundExpression): boolean {
  return expression.kind === 'column' || (expression.kind === 'literal' && expression.value === null);
}

/** A struct type's constructor: `struct_pack("a" := ..., ...)`. */
export function structOf(fields: { name: string; sql: string }[]): string {
  return `struct_pack(${fields.map(({ name, sql }) => `${identifier(name)} := ${sql}`).join(', ')})`;
}
