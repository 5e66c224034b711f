// Casts the binder adds: operands to a common type, values to the type of a place.
import type { Span } from '../../protocol/errors';
import type { BoundExpression } from '../plan';
import { formatType } from '../typeNames';
import { castsImplicitly, commonType, isNumeric, isOpen, sameType } from '../typeRules';
import type { SqlType } from '../types';
import type { Findings } from './findings';
import { expected, normalize } from './literals';

/** The expression as a value of `type`; literals are rewritten instead of cast where their text fits. */
export function convert(expression: BoundExpression, type: SqlType, findings: Findings): BoundExpression {
  if (sameType(expression.type, type) || type.kind === 'unknown' || type.kind === 'null') return expression;
  if (expression.kind === 'literal') {
    if (expression.value === null) return { ...expression, type };
    if (expression.type.kind === 'string' && type.kind !== 'string' && type.kind !== 'bytes') {
      const value = normalize(String(expression.value), type);
      if (value === undefined)
        findings.report(
          'badLiteral',
          `'${String(expression.value)}' is no ${formatType(type)}: ${expected(type)}.`,
          expression.span ?? noSpan,
        );
      return { ...expression, type, value: type.kind === 'boolean' ? value === 'true' : (value ?? null) };
    }
    if (isNumeric(expression.type) && castsImplicitly(expression.type, type)) return { ...expression, type };
  }
  return {
    kind: 'cast',
    type,
    operand: expression,
    try: false,
    ...(expression.span && { span: expression.span }),
  };
}

/** The type in which values can be compared: their common one, or the other's where one is text. */
export function comparableType(a: SqlType, b: SqlType): SqlType | undefined {
  const common = commonType(a, b);
  if (common) return common;
  const readable = ['boolean', 'date', 'time', 'timestamp', 'decimal', 'float', 'double'];
  const fromText = (type: SqlType) =>
    readable.includes(type.kind) || castsImplicitly(type, { kind: 'double' }) ? type : undefined;
  if (a.kind === 'string') return fromText(b);
  if (b.kind === 'string') return fromText(a);
  return undefined;
}

/** Brings expressions to one type; reports the first that does not fit, by what it is part of. */
export function unify(
  expressions: BoundExpression[],
  what: string,
  findings: Findings,
): { expressions: BoundExpression[]; type: SqlType } {
  let type: SqlType = { kind: 'null' };
  for (const expression of expressions) {
    const next = commonType(type, expression.type);
    if (!next) {
      findings.report(
        'typeMismatch',
        `${what} would mix ${formatType(type)} with ${formatType(expression.type)}. CAST one to the other.`,
        expression.span ?? noSpan,
      );
      return { expressions, type: { kind: 'unknown' } };
    }
    type = next;
  }
  return { expressions: expressions.map((expression) => convert(expression, type, findings)), type };
}

/** Reports an operand that is no condition; NULL and what followed an error pass. */
export function expectBoolean(
  expression: BoundExpression,
  where: string,
  findings: Findings,
): BoundExpression {
  if (expression.type.kind !== 'boolean' && !isOpen(expression.type))
    findings.report(
      'typeMismatch',
      `${where} needs a condition, and this is ${formatType(expression.type)}.`,
      expression.span ?? noSpan,
    );
  return convert(expression, { kind: 'boolean' }, findings);
}

const noSpan: Span = { start: 0, end: 0 };
