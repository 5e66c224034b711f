// Result types of arithmetic and of aggregates over numbers, by Flink's rules for decimals.
import { decimal } from './typeNames';
import { asDecimal, commonType, isApproximate, isInteger, isNumeric } from './typeRules';
import type { SqlType } from './types';

const precisionMax = 38;
/** Digits behind the point that are kept when a result is too wide. */
const scaleKept = 6;

/** The type of `left operator right`, or undefined where the operator does not take these types. */
export function arithmeticType(
  operator: '+' | '-' | '*' | '/' | '%',
  left: SqlType,
  right: SqlType,
): SqlType | undefined {
  if (left.kind === 'unknown' || right.kind === 'unknown') return { kind: 'unknown' };
  if (left.kind === 'null' && right.kind === 'null') return { kind: 'null' };
  if (left.kind === 'null') return arithmeticType(operator, right, right);
  if (right.kind === 'null') return arithmeticType(operator, left, left);
  return isNumeric(left) && isNumeric(right)
    ? numberType(operator, left, right)
    : timeType(operator, left, right);
}

function numberType(
  operator: '+' | '-' | '*' | '/' | '%',
  left: SqlType,
  right: SqlType,
): SqlType | undefined {
  if (isApproximate(left) || isApproximate(right) || (isInteger(left) && isInteger(right)))
    return commonType(left, right);
  const [a, b] = [asDecimal(left), asDecimal(right)];
  if (!a || !b) return undefined;
  const wholeDigits = a.precision - a.scale;
  const scale = Math.max(a.scale, b.scale);
  switch (operator) {
    case '+':
    case '-':
      return fit(Math.max(wholeDigits, b.precision - b.scale) + scale + 1, scale);
    case '*':
      return fit(a.precision + b.precision + 1, a.scale + b.scale);
    case '/': {
      const quotientScale = Math.max(scaleKept, a.scale + b.precision + 1);
      return fit(wholeDigits + b.scale + quotientScale, quotientScale);
    }
    case '%':
      return fit(Math.min(wholeDigits, b.precision - b.scale) + scale, scale);
  }
}

/** Too wide a result loses digits behind the point first, down to six. */
function fit(precision: number, scale: number): SqlType {
  if (precision <= precisionMax) return decimal(precision, scale);
  const kept = Math.max(precisionMax - (precision - scale), Math.min(scale, scaleKept));
  return decimal(precisionMax, kept);
}

function timeType(operator: '+' | '-' | '*' | '/' | '%', left: SqlType, right: SqlType): SqlType | undefined {
  const moment = ['date', 'time', 'timestamp'];
  if (operator === '+' || operator === '-') {
    if (moment.includes(left.kind) && right.kind === 'interval') return left;
    if (operator === '+' && left.kind === 'interval' && moment.includes(right.kind)) return right;
    if (left.kind === 'interval' && right.kind === 'interval' && left.unit === right.unit) return left;
  }
  if (operator === '*' && left.kind === 'interval' && isNumeric(right)) return left;
  if (operator === '*' && isNumeric(left) && right.kind === 'interval') return right;
  if (operator === '/' && left.kind === 'interval' && isNumeric(right)) return left;
  return undefined;
}

/** The type of SUM, AVG, MIN, MAX or COUNT over a value of this type, or undefined where it does not take it. */
export function aggregateType(name: string, argument: SqlType | undefined): SqlType | undefined {
  if (name === 'COUNT') return { kind: 'bigint' };
  if (!argument || argument.kind === 'unknown') return { kind: 'unknown' };
  if (name === 'MIN' || name === 'MAX')
    return ['array', 'map', 'row'].includes(argument.kind) ? undefined : argument;
  if (argument.kind === 'null') return argument;
  if (!isNumeric(argument)) return undefined;
  if (argument.kind !== 'decimal') return argument;
  return decimal(precisionMax, name === 'AVG' ? Math.max(scaleKept, argument.scale) : argument.scale);
}
