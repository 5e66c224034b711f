// Operators over bound operands: their types, and the casts they need.
import type { Span } from '../../protocol/errors';
import type { BinaryOperator } from '../../syntax/ast';
import { arithmeticType } from '../arithmetic';
import type { BoundExpression } from '../plan';
import { decimal, formatType } from '../typeNames';
import { asDecimal, isApproximate, isInteger, isNumeric, isOrdered, sameType } from '../typeRules';
import type { SqlType } from '../types';
import { comparableType, convert, expectBoolean } from './conversions';
import type { Findings } from './findings';
import { numberType } from './literals';

const boolean: SqlType = { kind: 'boolean' };

export function call(name: string, type: SqlType, operands: BoundExpression[], span: Span): BoundExpression {
  return { kind: 'call', name, type, arguments: operands, span };
}

export function bindBinary(
  operator: BinaryOperator,
  left: BoundExpression,
  right: BoundExpression,
  span: Span,
  findings: Findings,
): BoundExpression {
  switch (operator) {
    case 'AND':
    case 'OR':
      return call(
        operator,
        boolean,
        [expectBoolean(left, operator, findings), expectBoolean(right, operator, findings)],
        span,
      );
    case '||':
      return bindConcatenation(left, right, span, findings);
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return bindArithmetic(operator, left, right, span, findings);
    default:
      return bindComparison(operator, [left, right], span, findings);
  }
}

/** `=`, `<`, BETWEEN, IN, IS DISTINCT FROM ...: all operands in one comparable type. */
export function bindComparison(
  operator: string,
  operands: BoundExpression[],
  span: Span,
  findings: Findings,
): BoundExpression {
  const [first] = operands;
  let type: SqlType | undefined = first?.type;
  for (const operand of operands.slice(1)) {
    const next: SqlType | undefined = type && comparableType(type, operand.type);
    if (!next && type) {
      const place = operands.length > 2 ? (operand.span ?? span) : span;
      findings.report(
        'typeMismatch',
        `${formatType(type)} and ${formatType(operand.type)} cannot be compared. CAST one to the other.`,
        place,
      );
      return call(operator, boolean, operands, span);
    }
    type = next;
  }
  const equality = ['=', '<>', 'IN', 'IS DISTINCT FROM', 'IS NOT DISTINCT FROM'].includes(operator);
  if (type && !equality && !isOrdered(type))
    findings.report('typeMismatch', `Values of ${formatType(type)} have no order.`, span);
  const numbers = operands.every((operand) => isNumeric(operand.type));
  // Numbers of any types compare exactly as they are.
  const target = numbers || !type ? ({ kind: 'unknown' } as const) : type;
  return call(
    operator,
    boolean,
    operands.map((operand) => convert(operand, target, findings)),
    span,
  );
}

function bindConcatenation(
  left: BoundExpression,
  right: BoundExpression,
  span: Span,
  findings: Findings,
): BoundExpression {
  if (left.type.kind === 'array' && right.type.kind === 'array' && sameType(left.type, right.type))
    return call('ARRAY_CONCAT', left.type, [left, right], span);
  if (left.type.kind === 'bytes' && right.type.kind === 'bytes')
    return call('||', left.type, [left, right], span);
  for (const operand of [left, right])
    if (['array', 'map', 'row', 'bytes'].includes(operand.type.kind))
      findings.report(
        'typeMismatch',
        `|| joins texts, and this is ${formatType(operand.type)}.`,
        operand.span ?? span,
      );
  const text: SqlType = { kind: 'string' };
  return call('||', text, [convert(left, text, findings), convert(right, text, findings)], span);
}

function bindArithmetic(
  operator: '+' | '-' | '*' | '/' | '%',
  left: BoundExpression,
  right: BoundExpression,
  span: Span,
  findings: Findings,
): BoundExpression {
  const type = arithmeticType(operator, left.type, right.type);
  if (!type) {
    findings.report('typeMismatch', arithmeticMessage(operator, left.type, right.type), span);
    return call(operator, { kind: 'unknown' }, [left, right], span);
  }
  const [a, b] = [operandType(left.type, type), operandType(right.type, type)];
  return call(operator, type, [convert(left, a, findings), convert(right, b, findings)], span);
}

/** Integers and floats are computed in the result's type; decimals keep theirs, so that nothing is cut before. */
function operandType(operand: SqlType, result: SqlType): SqlType {
  if (operand.kind === 'null') return isNumeric(result) ? result : operand;
  if (!isNumeric(operand) || operand.kind === 'decimal') return isApproximate(result) ? result : operand;
  if (isInteger(result) || isApproximate(result)) return result;
  return result.kind === 'decimal' ? (asDecimal(operand) ?? decimal(19, 0)) : operand;
}

function arithmeticMessage(operator: string, left: SqlType, right: SqlType): string {
  const types = `${operator} does not take ${formatType(left)} and ${formatType(right)}.`;
  if (operator === '+' && (left.kind === 'string' || right.kind === 'string'))
    return `${types} Texts are joined with ||.`;
  if (operator === '-' && left.kind === 'timestamp' && right.kind === 'timestamp')
    return `${types} TIMESTAMPDIFF(SECOND, from, to) is the time between two moments.`;
  if ((left.kind === 'timestamp' || left.kind === 'date') && isNumeric(right))
    return `${types} Add an interval, such as INTERVAL '5' MINUTE.`;
  if (left.kind === 'string' || right.kind === 'string') return `${types} CAST the text to a number.`;
  return types;
}

export function bindUnary(
  operator: '+' | '-' | 'NOT',
  operand: BoundExpression,
  span: Span,
  findings: Findings,
): BoundExpression {
  if (operator === 'NOT') return call('NOT', boolean, [expectBoolean(operand, 'NOT', findings)], span);
  const { type } = operand;
  if (!isNumeric(type) && !['interval', 'null', 'unknown'].includes(type.kind))
    findings.report(
      'typeMismatch',
      `${operator} needs a number, and this is ${formatType(type)}.`,
      operand.span ?? span,
    );
  if (operator === '+') return operand;
  if (
    operand.kind === 'literal' &&
    typeof operand.value === 'string' &&
    (isNumeric(type) || type.kind === 'interval')
  ) {
    const value = operand.value.startsWith('-') ? operand.value.slice(1) : `-${operand.value}`;
    return { ...operand, value, type: isNumeric(type) ? numberType(value) : type, span };
  }
  return call('-', type, [operand], span);
}
