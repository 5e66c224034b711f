// Rows, arrays and maps: made of bound items, and looked into.
import type { Span } from '../../protocol/errors';
import type { Name } from '../../syntax/ast';
import type { BoundExpression } from '../plan';
import { didYouMean } from '../suggest';
import { formatType } from '../typeNames';
import { isInteger, isOpen } from '../typeRules';
import type { SqlType } from '../types';
import { convert, unify } from './conversions';
import type { Findings } from './findings';
import { call } from './operators';

export function bindConstructor(
  kind: 'rowConstructor' | 'arrayConstructor' | 'mapConstructor',
  items: BoundExpression[],
  span: Span,
  findings: Findings,
): BoundExpression {
  if (kind === 'rowConstructor') {
    const fields = items.map((item, i) => ({ name: `f${i}`, type: item.type }));
    return call('ROW', { kind: 'row', fields }, items, span);
  }
  if (kind === 'arrayConstructor') {
    const { expressions, type } = unify(items, 'ARRAY', findings);
    return call('ARRAY', { kind: 'array', element: type }, expressions, span);
  }
  if (items.length % 2 === 1) findings.report('wrongArguments', 'MAP takes keys and values in turn.', span);
  const keys = unify(
    items.filter((_, i) => i % 2 === 0),
    'MAP',
    findings,
  );
  const values = unify(
    items.filter((_, i) => i % 2 === 1),
    'MAP',
    findings,
  );
  const pairs = keys.expressions.flatMap((key, i) => [key, ...values.expressions.slice(i, i + 1)]);
  return call('MAP', { kind: 'map', key: keys.type, value: values.type }, pairs, span);
}

export function bindIndex(
  operand: BoundExpression,
  index: BoundExpression,
  span: Span,
  findings: Findings,
): BoundExpression {
  const { type } = operand;
  if (type.kind === 'map')
    return call('ITEM', type.value, [operand, convert(index, type.key, findings)], span);
  if (type.kind === 'array') {
    if (!isInteger(index.type) && !isOpen(index.type))
      findings.report('typeMismatch', 'The index of an array is a whole number, from 1.', index.span ?? span);
    return call('ITEM', type.element, [operand, index], span);
  }
  if (!isOpen(type))
    findings.report(
      'typeMismatch',
      `Only arrays and maps have elements, and this is ${formatType(type)}.`,
      span,
    );
  return unknown(span);
}

export function bindField(
  operand: BoundExpression,
  field: Name,
  span: Span,
  findings: Findings,
): BoundExpression {
  if (isOpen(operand.type)) return unknown(span);
  if (operand.type.kind !== 'row') {
    findings.report(
      'typeMismatch',
      `${field.text} is no field: this is ${formatType(operand.type)}, not a ROW.`,
      field.span,
    );
    return unknown(span);
  }
  const found = operand.type.fields.find(({ name }) => name === field.text);
  if (found) return { kind: 'field', operand, field: field.text, type: found.type, span };
  const near = didYouMean(
    field.text,
    operand.type.fields.map(({ name }) => name),
    field.span,
  );
  findings.report('unknownColumn', `The row has no field ${field.text}.${near.sentence}`, field.span, {
    fixes: near.fixes,
  });
  return unknown(span);
}

/** Stands for what could not be bound; the error is already reported. */
export function unknown(span: Span, type: SqlType = { kind: 'unknown' }): BoundExpression {
  return { kind: 'literal', type, value: null, span };
}
