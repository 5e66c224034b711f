// Bound expressions as text: for EXPLAIN, and to tell whether two are the same.
import type { BoundExpression } from './plan';
import { formatType } from './typeNames';
import { quoteName } from './suggest';

const infix = new Set([
  '+',
  '-',
  '*',
  '/',
  '%',
  '||',
  '=',
  '<>',
  '<',
  '<=',
  '>',
  '>=',
  'AND',
  'OR',
  'LIKE',
  'SIMILAR TO',
]);
const postfix = /^IS (NOT )?(NULL|TRUE|FALSE)$/;

/** The expression as SQL, fully bracketed inside. */
export function expressionText(expression: BoundExpression): string {
  switch (expression.kind) {
    case 'literal':
      return literalText(expression);
    case 'column':
      return quoteName(expression.name);
    case 'field':
      return `${nested(expression.operand)}.${quoteName(expression.field)}`;
    case 'cast':
      return `${expression.try ? 'TRY_CAST' : 'CAST'}(${expressionText(expression.operand)} AS ${formatType(expression.type)})`;
    case 'case': {
      const branches = expression.branches.map(
        ({ when, then }) => `WHEN ${expressionText(when)} THEN ${expressionText(then)}`,
      );
      const otherwise = expression.else ? [`ELSE ${expressionText(expression.else)}`] : [];
      return ['CASE', ...branches, ...otherwise, 'END'].join(' ');
    }
    case 'call':
      return callText(expression.name, expression.arguments);
  }
}

function callText(name: string, operands: BoundExpression[]): string {
  const [first, second, third] = operands;
  if (first && second && operands.length === 2 && (infix.has(name) || name.endsWith('DISTINCT FROM')))
    return `${nested(first)} ${name} ${nested(second)}`;
  if (first && postfix.test(name)) return `${nested(first)} ${name}`;
  if (first && second && third && name === 'BETWEEN')
    return `${nested(first)} BETWEEN ${nested(second)} AND ${nested(third)}`;
  if (first && name === 'IN')
    return `${nested(first)} IN (${operands.slice(1).map(expressionText).join(', ')})`;
  if (first && operands.length === 1 && (name === 'NOT' || name === '-'))
    return `${name === 'NOT' ? 'NOT ' : '-'}${nested(first)}`;
  if (first && second && name === 'ITEM') return `${nested(first)}[${expressionText(second)}]`;
  const list = operands.map(expressionText).join(', ');
  return name === 'ARRAY' || name === 'MAP' ? `${name}[${list}]` : `${name}(${list})`;
}

function nested(expression: BoundExpression): string {
  const text = expressionText(expression);
  return expression.kind === 'call' && text.includes(' ') && !/^[A-Z_0-9]+\(/.test(text) ? `(${text})` : text;
}

function literalText(expression: BoundExpression & { kind: 'literal' }): string {
  const { type, value } = expression;
  if (value === null) return 'NULL';
  switch (type.kind) {
    case 'boolean':
      return String(value).toUpperCase();
    case 'string':
      return `'${String(value).replaceAll("'", "''")}'`;
    case 'date':
    case 'time':
      return `${type.kind.toUpperCase()} '${String(value)}'`;
    case 'timestamp':
      return `${type.local ? 'TIMESTAMP_LTZ' : 'TIMESTAMP'} '${String(value)}'`;
    case 'interval':
      return type.unit === 'ms'
        ? `INTERVAL ${durationText(Number(value))}`
        : `INTERVAL ${String(value)} months`;
    default:
      return String(value);
  }
}

/** Milliseconds in the largest unit that divides them: `5 min`. */
export function durationText(ms: number): string {
  const units: [string, number][] = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1000],
  ];
  const unit = units.find(([, size]) => ms !== 0 && ms % size === 0);
  return unit ? `${ms / unit[1]} ${unit[0]}` : `${ms} ms`;
}
