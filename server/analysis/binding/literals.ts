// Literals: their types, and whether text is a date, a time or a number.
import type { Literal } from '../../syntax/ast';
import { hasPlaceholder } from '../../syntax/placeholders';
import type { BoundExpression } from '../plan';
import { decimal, timestamp } from '../typeNames';
import type { SqlType } from '../types';
import type { Findings } from './findings';

export function bindLiteral(literal: Literal, findings: Findings): BoundExpression {
  const { span } = literal;
  switch (literal.kind) {
    case 'null':
      return { kind: 'literal', type: { kind: 'null' }, value: null, span };
    case 'boolean':
      return { kind: 'literal', type: { kind: 'boolean' }, value: literal.value, span };
    case 'string':
      return { kind: 'literal', type: { kind: 'string' }, value: literal.value, span };
    case 'number':
      return { kind: 'literal', type: numberType(literal.text), value: literal.text, span };
    case 'interval': {
      const unit = literal.months === undefined ? 'ms' : 'months';
      return {
        kind: 'literal',
        type: { kind: 'interval', unit },
        value: String(literal.months ?? literal.ms ?? 0),
        span,
      };
    }
    case 'datetime':
      return bindDateTime(literal, findings);
  }
}

function bindDateTime(literal: Literal & { kind: 'datetime' }, findings: Findings): BoundExpression {
  const target: SqlType =
    literal.type === 'DATE'
      ? { kind: 'date' }
      : literal.type === 'TIME'
        ? { kind: 'time' }
        : timestamp(fractionDigits(literal.value), literal.type === 'TIMESTAMP_LTZ');
  const value = normalize(literal.value, target);
  if (value === undefined)
    findings.report(
      'badLiteral',
      `'${literal.value}' is no ${literal.type}: ${expected(target)}.`,
      literal.span,
    );
  return { kind: 'literal', type: target, value: value ?? null, span: literal.span };
}

/** The type of a number as written: INT, BIGINT, an exact decimal, or DOUBLE with an exponent. */
export function numberType(text: string): SqlType {
  if (/e/i.test(text)) return { kind: 'double' };
  const [whole = '', fraction = ''] = text.replace(/^[+-]/, '').split('.');
  const digits = whole.replace(/^0+/, '');
  if (text.includes('.')) {
    const precision = Math.max(digits.length + fraction.length, 1);
    return precision > 38 ? { kind: 'double' } : decimal(precision, fraction.length);
  }
  const value = BigInt(text);
  if (value >= -(2n ** 31n) && value < 2n ** 31n) return { kind: 'int' };
  if (value >= -(2n ** 63n) && value < 2n ** 63n) return { kind: 'bigint' };
  return digits.length > 38 ? { kind: 'double' } : decimal(digits.length, 0);
}

/** Text as a value of a type, written in the one way the engine reads it; undefined when it is none. */
export function normalize(text: string, type: SqlType): string | undefined {
  if (hasPlaceholder(text)) return text;
  const trimmed = text.trim();
  switch (type.kind) {
    case 'date':
      return isDate(trimmed) ? trimmed : undefined;
    case 'time':
      return isTime(trimmed) ? trimmed : undefined;
    case 'timestamp': {
      const parts = /^(\S+?)(?:[ T](\S+?))?(Z|[+-]\d\d:?\d\d)?$/.exec(trimmed);
      const [, date = '', time = '00:00:00', zone = ''] = parts ?? [];
      if (!isDate(date) || !isTime(time) || (zone !== '' && !type.local)) return undefined;
      return `${date} ${time}${zone}`;
    }
    case 'boolean':
      return /^(true|false)$/i.test(trimmed) ? trimmed.toLowerCase() : undefined;
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'bigint':
      return /^[+-]?\d+$/.test(trimmed) ? trimmed : undefined;
    case 'decimal':
    case 'float':
    case 'double':
      return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed) ? trimmed : undefined;
    default:
      return text;
  }
}

/** Completes a sentence about text that `normalize` refused. */
export function expected(type: SqlType): string {
  switch (type.kind) {
    case 'date':
      return 'write it as 2026-01-31';
    case 'time':
      return 'write it as 12:30:00';
    case 'timestamp':
      return 'write it as 2026-01-31 12:30:00';
    case 'boolean':
      return 'it is TRUE or FALSE';
    default:
      return 'write a number, such as 42';
  }
}

function isDate(text: string): boolean {
  const parts = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text);
  if (!parts) return false;
  const [year, month, day] = parts.slice(1).map(Number) as [number, number, number];
  const date = new Date(Date.UTC(2000, month - 1, 1));
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day && day > 0;
}

function isTime(text: string): boolean {
  const parts = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?$/.exec(text);
  return parts !== null && Number(parts[1]) < 24 && Number(parts[2]) < 60 && Number(parts[3] ?? 0) < 60;
}

function fractionDigits(text: string): number {
  return /\.(\d{1,9})(?:Z|[+-]|$)/.exec(text.trim())?.[1]?.length ?? 0;
}
