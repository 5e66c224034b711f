// Conditions with words over bound parts: BETWEEN, IN, LIKE, IS.
import type { Span } from '../../protocol/errors';
import type { Expression } from '../../syntax/ast';
import type { BoundExpression } from '../plan';
import { formatType } from '../typeNames';
import { isOpen } from '../typeRules';
import type { SqlType } from '../types';
import { expectBoolean, unify } from './conversions';
import type { Findings } from './findings';
import { bindComparison, call } from './operators';

const boolean: SqlType = { kind: 'boolean' };

type Test = Extract<Expression, { kind: 'between' | 'inList' | 'like' | 'is' | 'isDistinct' }>;

/** Conditions with words: BETWEEN, IN, LIKE, IS. `bind` binds their parts. */
export function bindTest(
  expression: Test,
  bind: (part: Expression) => BoundExpression,
  findings: Findings,
): BoundExpression {
  const { span } = expression;
  const negate = (test: BoundExpression, negated: boolean) =>
    negated ? call('NOT', boolean, [test], span) : test;
  switch (expression.kind) {
    case 'between': {
      const [operand, low, high] = [expression.operand, expression.low, expression.high].map((part) =>
        bind(part),
      ) as [BoundExpression, BoundExpression, BoundExpression];
      const bounds = expression.symmetric ? symmetric(low, high, span, findings) : [low, high];
      return negate(bindComparison('BETWEEN', [operand, ...bounds], span, findings), expression.negated);
    }
    case 'inList': {
      const operands = [expression.operand, ...expression.items].map((part) => bind(part));
      return negate(bindComparison('IN', operands, span, findings), expression.negated);
    }
    case 'like': {
      const parts = [
        expression.operand,
        expression.pattern,
        ...(expression.escape ? [expression.escape] : []),
      ];
      const name = expression.similar ? 'SIMILAR TO' : 'LIKE';
      const operands = parts.map((part) => expectText(bind(part), name, findings));
      return negate(call(name, boolean, operands, span), expression.negated);
    }
    case 'is': {
      const operand = bind(expression.operand);
      if (expression.test === 'null' || expression.test === 'unknown')
        return call(expression.negated ? 'IS NOT NULL' : 'IS NULL', boolean, [operand], span);
      const name = `IS ${expression.negated ? 'NOT ' : ''}${expression.test.toUpperCase()}`;
      return call(name, boolean, [expectBoolean(operand, name, findings)], span);
    }
    case 'isDistinct': {
      const operands = [bind(expression.left), bind(expression.right)];
      return bindComparison(
        expression.negated ? 'IS NOT DISTINCT FROM' : 'IS DISTINCT FROM',
        operands,
        span,
        findings,
      );
    }
  }
}

function symmetric(
  low: BoundExpression,
  high: BoundExpression,
  span: Span,
  findings: Findings,
): BoundExpression[] {
  const { expressions, type } = unify([low, high], 'BETWEEN', findings);
  return [call('LEAST', type, expressions, span), call('GREATEST', type, expressions, span)];
}

function expectText(operand: BoundExpression, name: string, findings: Findings): BoundExpression {
  if (operand.type.kind !== 'string' && !isOpen(operand.type))
    findings.report(
      'typeMismatch',
      `${name} compares texts, and this is ${formatType(operand.type)}.`,
      operand.span ?? { start: 0, end: 0 },
    );
  return operand;
}
