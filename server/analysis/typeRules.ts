// Which types go together: equality, the common type of two, and what may be cast to what.
import { decimal, timestamp } from './typeNames';
import type { SqlType } from './types';

const integerDigits: Partial<Record<SqlType['kind'], number>> = {
  tinyint: 3,
  smallint: 5,
  int: 10,
  bigint: 19,
};
const integerOrder: SqlType['kind'][] = ['tinyint', 'smallint', 'int', 'bigint'];

export function isInteger(type: SqlType): boolean {
  return integerOrder.includes(type.kind);
}
export function isNumeric(type: SqlType): boolean {
  return isInteger(type) || type.kind === 'decimal' || isApproximate(type);
}
export function isApproximate(type: SqlType): boolean {
  return type.kind === 'float' || type.kind === 'double';
}
/** NULL and whatever followed an error: fits everywhere. */
export function isOpen(type: SqlType): boolean {
  return type.kind === 'null' || type.kind === 'unknown';
}
/** DATE or a timestamp. */
export function isDateTime(type: SqlType): boolean {
  return type.kind === 'date' || type.kind === 'timestamp';
}

/** An exact number as a decimal: INT is DECIMAL(10, 0). Undefined for anything else. */
export function asDecimal(type: SqlType): (SqlType & { kind: 'decimal' }) | undefined {
  if (type.kind === 'decimal') return type;
  const digits = integerDigits[type.kind];
  return digits === undefined ? undefined : decimal(digits, 0);
}

/** Whether two types are the same, lengths and names of row fields included. */
export function sameType(a: SqlType, b: SqlType): boolean {
  if (a.kind !== b.kind) return false;
  if (a.kind === 'decimal' && b.kind === 'decimal') return a.precision === b.precision && a.scale === b.scale;
  if (a.kind === 'timestamp' && b.kind === 'timestamp')
    return a.local === b.local && a.precision === b.precision;
  if (a.kind === 'interval' && b.kind === 'interval') return a.unit === b.unit;
  if (a.kind === 'array' && b.kind === 'array') return sameType(a.element, b.element);
  if (a.kind === 'map' && b.kind === 'map') return sameType(a.key, b.key) && sameType(a.value, b.value);
  if (a.kind === 'row' && b.kind === 'row')
    return (
      a.fields.length === b.fields.length &&
      a.fields.every((field, i) => {
        const other = b.fields[i];
        return other?.name === field.name && sameType(field.type, other.type);
      })
    );
  return true;
}

/** The least type that both can become without losing anything, or undefined where there is none. */
export function commonType(a: SqlType, b: SqlType): SqlType | undefined {
  if (a.kind === 'unknown' || b.kind === 'unknown') return { kind: 'unknown' };
  if (a.kind === 'null') return b;
  if (b.kind === 'null' || sameType(a, b)) return a;
  if (isNumeric(a) && isNumeric(b)) return commonNumber(a, b);
  if (a.kind === 'date' && b.kind === 'timestamp') return b;
  if (a.kind === 'timestamp' && b.kind === 'date') return a;
  if (a.kind === 'timestamp' && b.kind === 'timestamp')
    return timestamp(Math.max(a.precision, b.precision), a.local && b.local);
  if (a.kind === 'array' && b.kind === 'array') {
    const element = commonType(a.element, b.element);
    return element && { kind: 'array', element };
  }
  if (a.kind === 'map' && b.kind === 'map') {
    const key = commonType(a.key, b.key);
    const value = commonType(a.value, b.value);
    return key && value && { kind: 'map', key, value };
  }
  if (a.kind === 'row' && b.kind === 'row' && a.fields.length === b.fields.length) return commonRow(a, b);
  return undefined;
}

function commonRow(
  a: SqlType & { kind: 'row' },
  b: SqlType & { kind: 'row' },
): (SqlType & { kind: 'row' }) | undefined {
  const fields: { name: string; type: SqlType }[] = [];
  for (const [i, field] of a.fields.entries()) {
    const type = commonType(field.type, b.fields[i]?.type ?? { kind: 'null' });
    if (!type) return undefined;
    fields.push({ name: field.name, type });
  }
  return { kind: 'row', fields };
}

function commonNumber(a: SqlType, b: SqlType): SqlType {
  if (isApproximate(a) || isApproximate(b)) {
    const bothFloat = [a, b].every((type) => type.kind === 'float');
    return { kind: bothFloat ? 'float' : 'double' };
  }
  if (isInteger(a) && isInteger(b))
    return integerOrder.indexOf(a.kind) > integerOrder.indexOf(b.kind) ? a : b;
  const [left, right] = [asDecimal(a), asDecimal(b)];
  if (!left || !right) return { kind: 'double' };
  const scale = Math.max(left.scale, right.scale);
  const whole = Math.max(left.precision - left.scale, right.precision - right.scale);
  return decimal(Math.min(38, whole + scale), scale);
}

/** Whether a value of `from` is taken where `to` is wanted, without a CAST: nothing is lost. */
export function castsImplicitly(from: SqlType, to: SqlType): boolean {
  if (isOpen(from) || to.kind === 'unknown') return true;
  const common = commonType(from, to);
  if (!common) return false;
  return common.kind === to.kind || (isNumeric(from) && isNumeric(to) && isApproximate(to));
}

/** Whether an INSERT takes a value of `from` for a column of `to`, as Flink does: any number for any number
 *  that is not narrower in kind, text lengths and fractions of a second are cut. */
export function storesInto(from: SqlType, to: SqlType): boolean {
  if (castsImplicitly(from, to)) return true;
  if (isNumeric(from) && isNumeric(to)) return true;
  if (from.kind === 'timestamp' && to.kind === 'timestamp') return true;
  if (from.kind === 'array' && to.kind === 'array') return storesInto(from.element, to.element);
  if (from.kind === 'map' && to.kind === 'map')
    return storesInto(from.key, to.key) && storesInto(from.value, to.value);
  if (from.kind === 'row' && to.kind === 'row' && from.fields.length === to.fields.length)
    return from.fields.every((field, i) => {
      const target = to.fields[i];
      return target !== undefined && storesInto(field.type, target.type);
    });
  return false;
}

/** Whether CAST(from AS to) is allowed at all. */
export function castsExplicitly(from: SqlType, to: SqlType): boolean {
  if (isOpen(from) || to.kind === 'unknown' || storesInto(from, to)) return true;
  const kinds = explicitCasts[from.kind];
  if (kinds?.includes(to.kind)) return true;
  if (to.kind === 'string') return true;
  return isNumeric(from) && to.kind === 'boolean';
}

const explicitCasts: Partial<Record<SqlType['kind'], SqlType['kind'][]>> = {
  string: [
    'boolean',
    'tinyint',
    'smallint',
    'int',
    'bigint',
    'float',
    'double',
    'decimal',
    'bytes',
    'date',
    'time',
    'timestamp',
  ],
  bytes: ['string'],
  boolean: ['tinyint', 'smallint', 'int', 'bigint', 'float', 'double', 'decimal'],
  date: ['timestamp'],
  time: ['timestamp'],
  timestamp: ['date', 'time', 'timestamp'],
  interval: ['interval', 'int', 'bigint'],
};

/** Whether values of this type have an order: `<`, MIN, BETWEEN. */
export function isOrdered(type: SqlType): boolean {
  return !['map', 'row', 'array'].includes(type.kind);
}
