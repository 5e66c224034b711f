// Binds expressions: names to columns, calls to functions, everything to a type.
import type { Expression, FunctionCall, Name, Query } from '../../syntax/ast';
import type { Span } from '../../protocol/errors';
import type { BoundExpression } from '../plan';
import { formatType, fromTypeName } from '../typeNames';
import { castsExplicitly } from '../typeRules';
import type { SqlType } from '../types';
import { bindScalarCall, findCalled, fullArguments } from './calls';
import { bindConstructor, bindField, bindIndex, unknown } from './composites';
import { bindTest } from './conditions';
import { expectBoolean, unify } from './conversions';
import type { Findings } from './findings';
import { bindLiteral } from './literals';
import { bindBinary, bindComparison, bindUnary } from './operators';
import { findColumn } from './scope';
import type { Scope } from './scope';

export interface BindContext {
  scope: Scope;
  findings: Findings;
  /** Where the expression stands, for messages: `WHERE`. */
  clause: string;
  /** Sees each expression first: what it returns stands for it. How group keys and aggregates are found. */
  intercept?: (expression: Expression) => BoundExpression | undefined;
  /** Looks into a subquery for the names in it; the query itself is not run. */
  visitQuery?: (query: Query) => void;
}

const boolean: SqlType = { kind: 'boolean' };

export function bind(expression: Expression, context: BindContext): BoundExpression {
  const { findings } = context;
  const intercepted = context.intercept?.(expression);
  if (intercepted) return intercepted;
  const each = (items: Expression[]) => items.map((item) => bind(item, context));
  switch (expression.kind) {
    case 'null':
    case 'boolean':
    case 'number':
    case 'string':
    case 'datetime':
    case 'interval':
      return bindLiteral(expression, findings);
    case 'column':
      return bindColumn(expression.parts, expression.span, context);
    case 'unary':
      return bindUnary(expression.operator, bind(expression.operand, context), expression.span, findings);
    case 'binary': {
      const left = bind(expression.left, context);
      return bindBinary(
        expression.operator,
        left,
        bind(expression.right, context),
        expression.span,
        findings,
      );
    }
    case 'call':
      return bindCall(expression, context);
    case 'case':
      return bindCase(expression, context);
    case 'cast':
      return bindCast(expression, context);
    case 'inQuery':
    case 'exists':
    case 'scalarQuery':
      if (expression.kind === 'inQuery') bind(expression.operand, context);
      context.visitQuery?.(expression.query);
      findings.notRun('Subqueries in expressions are', expression.span);
      return unknown(expression.span, expression.kind === 'scalarQuery' ? { kind: 'unknown' } : boolean);
    case 'rowConstructor':
    case 'arrayConstructor':
    case 'mapConstructor':
      return bindConstructor(expression.kind, each(expression.items), expression.span, findings);
    case 'index':
      return bindIndex(
        bind(expression.operand, context),
        bind(expression.index, context),
        expression.span,
        findings,
      );
    case 'field':
      return bindField(bind(expression.operand, context), expression.field, expression.span, findings);
    case 'unsupported':
      // Nameless ones stand for what a syntax error, already reported, left out.
      if (expression.what !== '') findings.notRun(`${expression.what} is`, expression.span);
      return unknown(expression.span);
    default:
      return bindTest(expression, (part) => bind(part, context), findings);
  }
}

/** Binds what must be a condition. */
export function bindCondition(expression: Expression, context: BindContext): BoundExpression {
  return expectBoolean(bind(expression, context), context.clause, context.findings);
}

function bindColumn(parts: Name[], span: Span, context: BindContext): BoundExpression {
  const found = findColumn(parts, context.scope, context.findings);
  if (!found) return unknown(span);
  const { column, relation, name, fields } = found;
  context.findings.uses.push({
    kind: 'column',
    name: name.text,
    span: name.span,
    type: column.type,
    ...(relation.name !== '' && { relation: relation.name }),
    ...(relation.definition && { definition: relation.definition }),
  });
  const qualifier = parts[0];
  if (qualifier && qualifier !== name)
    context.findings.uses.push({
      kind: 'alias',
      name: qualifier.text,
      span: qualifier.span,
      ...(relation.definition && { definition: relation.definition }),
    });
  let bound: BoundExpression = { kind: 'column', name: column.column, type: column.type, span };
  for (const field of fields)
    bound = bindField(bound, field, { start: span.start, end: field.span.end }, context.findings);
  return bound;
}

function bindCall(expression: FunctionCall, context: BindContext): BoundExpression {
  const { findings, clause } = context;
  const definition = findCalled(expression, findings);
  const operands = fullArguments(expression).map((argument) => bind(argument, context));
  if (expression.over) {
    for (const part of [
      ...expression.over.partitionBy,
      ...expression.over.orderBy.map((item) => item.expression),
    ])
      bind(part, context);
    findings.notRun('OVER windows are', expression.span);
    return unknown(expression.span);
  }
  if (!definition) return unknown(expression.span);
  if (definition.kind === 'aggregate') {
    findings.report(
      'misplacedAggregate',
      clause === 'an aggregate'
        ? `${definition.name} cannot stand inside another aggregate.`
        : `${definition.name} is an aggregate: it stands in SELECT or HAVING, not in ${clause}.`,
      expression.span,
    );
    return unknown(expression.span);
  }
  if (definition.group === 'window') {
    findings.report(
      'badWindow',
      `${definition.name} needs GROUP BY TUMBLE(...) with the same arguments.`,
      expression.span,
    );
    return unknown(expression.span, operands[0]?.type);
  }
  if (expression.distinct || expression.filter)
    findings.report(
      'wrongArguments',
      `${definition.name} is no aggregate: it takes no DISTINCT or FILTER.`,
      expression.span,
    );
  return bindScalarCall(expression, definition, operands, findings);
}

function bindCase(expression: Extract<Expression, { kind: 'case' }>, context: BindContext): BoundExpression {
  const { findings } = context;
  const { span } = expression;
  const operand = expression.operand && bind(expression.operand, context);
  const whens = expression.branches.map(({ when }) => {
    const bound = bind(when, context);
    return operand
      ? bindComparison('=', [operand, bound], when.span, findings)
      : expectBoolean(bound, 'WHEN', findings);
  });
  const results = [
    ...expression.branches.map(({ then }) => then),
    ...(expression.else ? [expression.else] : []),
  ];
  const unified = unify(
    results.map((result) => bind(result, context)),
    'CASE',
    findings,
  );
  const otherwise = expression.else ? unified.expressions.at(-1) : undefined;
  const branches = whens.flatMap((when, i) => {
    const then = unified.expressions[i];
    return then ? [{ when, then }] : [];
  });
  return { kind: 'case', type: unified.type, branches, ...(otherwise && { else: otherwise }), span };
}

function bindCast(expression: Extract<Expression, { kind: 'cast' }>, context: BindContext): BoundExpression {
  const { findings } = context;
  const operand = bind(expression.operand, context);
  const type = fromTypeName(expression.type, findings.problems);
  if (!castsExplicitly(operand.type, type))
    findings.report(
      'typeMismatch',
      `${formatType(operand.type)} cannot be cast to ${formatType(type)}.`,
      expression.span,
    );
  if (operand.kind === 'literal' && operand.value === null) return { ...operand, type };
  return { kind: 'cast', type, operand, try: expression.try, span: expression.span };
}
