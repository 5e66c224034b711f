// Types: how they are written, which go together, and what arithmetic makes of them.
import { describe, expect, it } from 'vitest';
import { aggregateType, arithmeticType } from '../../../server/analysis/arithmetic';
import { formatType } from '../../../server/analysis/typeNames';
import { castsExplicitly, castsImplicitly, commonType, storesInto } from '../../../server/analysis/typeRules';
import type { SqlType } from '../../../server/analysis/types';
import { analyze } from './fixtures';

/** The type a name stands for, as a column of a table has it. */
function typeOf(written: string): SqlType {
  const { facts } = analyze(`CREATE TABLE t (c ${written}) WITH ('connector' = 'print')`);
  const relation = facts[0]?.declares[0];
  expect(facts[0]?.problems).toEqual([]);
  return relation?.columns[0]?.type ?? { kind: 'unknown' };
}

/** The type of an expression over the tables of the fixtures. */
function resultOf(expression: string): string {
  const { facts } = analyze(`SELECT ${expression} AS x FROM orders`);
  expect(facts[0]?.problems.map(({ message }) => message)).toEqual([]);
  return formatType(facts[0]?.outputColumns?.[0]?.type ?? { kind: 'unknown' });
}

describe('names', () => {
  it.each([
    ['INTEGER', 'INT'],
    ['INT NOT NULL', 'INT'],
    ['VARCHAR(20)', 'STRING'],
    ['char', 'STRING'],
    ['VARBINARY(5)', 'BYTES'],
    ['DEC(5)', 'DECIMAL(5, 0)'],
    ['NUMERIC', 'DECIMAL(10, 0)'],
    ['DOUBLE PRECISION', 'DOUBLE'],
    ['TIMESTAMP', 'TIMESTAMP(6)'],
    ['TIMESTAMP(3) WITHOUT TIME ZONE', 'TIMESTAMP(3)'],
    ['TIMESTAMP(3) WITH LOCAL TIME ZONE', 'TIMESTAMP_LTZ(3)'],
    ['TIMESTAMP_LTZ(0)', 'TIMESTAMP_LTZ(0)'],
    ['ARRAY<MAP<STRING, INT>>', 'ARRAY<MAP<STRING, INT>>'],
    ['ROW<a INT, `b c` STRING>', 'ROW<a INT, `b c` STRING>'],
  ])('%s is %s', (written, expected) => expect(formatType(typeOf(written))).toBe(expected));
});

describe('arithmetic, by the rules of Flink', () => {
  it.each([
    ['DECIMAL(10, 2)', '+', 'DECIMAL(5, 3)', 'DECIMAL(12, 3)'],
    ['DECIMAL(10, 2)', '*', 'DECIMAL(5, 3)', 'DECIMAL(16, 5)'],
    ['DECIMAL(10, 2)', '/', 'DECIMAL(5, 3)', 'DECIMAL(19, 8)'],
    ['DECIMAL(38, 10)', '*', 'DECIMAL(38, 10)', 'DECIMAL(38, 6)'],
    ['DECIMAL(10, 2)', '+', 'INT', 'DECIMAL(13, 2)'],
    ['DECIMAL(10, 2)', '%', 'INT', 'DECIMAL(10, 2)'],
    ['TINYINT', '+', 'BIGINT', 'BIGINT'],
    ['INT', '/', 'INT', 'INT'],
    ['DECIMAL(10, 2)', '*', 'DOUBLE', 'DOUBLE'],
    ['TIMESTAMP(3)', '+', 'INTERVAL DAY', 'TIMESTAMP(3)'],
  ] as const)('%s %s %s is %s', (left, operator, right, expected) => {
    const type = arithmeticType(operator, typeOf(left), typeOf(right));
    expect(type && formatType(type)).toBe(expected);
  });

  it('knows what it does not take', () => {
    expect(arithmeticType('+', { kind: 'string' }, { kind: 'int' })).toBeUndefined();
    expect(arithmeticType('*', typeOf('DATE'), { kind: 'int' })).toBeUndefined();
  });

  it.each([
    ['COUNT', 'STRING', 'BIGINT'],
    ['SUM', 'INT', 'INT'],
    ['SUM', 'DECIMAL(10, 2)', 'DECIMAL(38, 2)'],
    ['AVG', 'DECIMAL(10, 2)', 'DECIMAL(38, 6)'],
    ['AVG', 'BIGINT', 'BIGINT'],
    ['MAX', 'TIMESTAMP(3)', 'TIMESTAMP(3)'],
  ])('%s of %s is %s', (name, argument, expected) => {
    const type = aggregateType(name, typeOf(argument));
    expect(type && formatType(type)).toBe(expected);
  });
});

describe('conversions', () => {
  it.each([
    // from, to, implicit, stored, explicit
    ['INT', 'BIGINT', 'yes yes yes'],
    ['BIGINT', 'INT', 'no yes yes'],
    ['INT', 'STRING', 'no no yes'],
    ['STRING', 'INT', 'no no yes'],
    ['DECIMAL(10, 2)', 'DOUBLE', 'yes yes yes'],
    ['DOUBLE', 'DECIMAL(10, 2)', 'no yes yes'],
    ['TIMESTAMP(3)', 'TIMESTAMP_LTZ(3)', 'yes yes yes'],
    ['TIMESTAMP(3)', 'DATE', 'no no yes'],
    ['ARRAY<INT>', 'ARRAY<BIGINT>', 'yes yes yes'],
    ['ARRAY<INT>', 'INT', 'no no no'],
    ['BOOLEAN', 'TIMESTAMP(3)', 'no no no'],
  ])('%s to %s: %s', (from, to, expected) => {
    const [a, b] = [typeOf(from), typeOf(to)];
    const answers = [castsImplicitly(a, b), storesInto(a, b), castsExplicitly(a, b)];
    expect(answers.map((yes) => (yes ? 'yes' : 'no')).join(' ')).toBe(expected);
  });

  it.each([
    ['INT', 'DECIMAL(10, 2)', 'DECIMAL(12, 2)'],
    ['FLOAT', 'FLOAT', 'FLOAT'],
    ['FLOAT', 'INT', 'DOUBLE'],
    ['DATE', 'TIMESTAMP(3)', 'TIMESTAMP(3)'],
    ['ROW<a INT>', 'ROW<b BIGINT>', 'ROW<a BIGINT>'],
    ['INT', 'STRING', undefined],
  ])('%s and %s have %s in common', (a, b, expected) => {
    const type = commonType(typeOf(a), typeOf(b));
    expect(type && formatType(type)).toBe(expected);
  });
});

describe('expressions', () => {
  it.each([
    ['1', 'INT'],
    ['-2147483648', 'INT'],
    ['2147483648', 'BIGINT'],
    ['99999999999999999999', 'DECIMAL(20, 0)'],
    ['1.50', 'DECIMAL(3, 2)'],
    ['1e3', 'DOUBLE'],
    ['total', 'DECIMAL(21, 2)'],
    ['CEIL(amount)', 'DECIMAL(10, 0)'],
    ['FLOOR(ts TO MINUTE)', 'TIMESTAMP(3)'],
    ['IF(paid, 1, 2.5)', 'DECIMAL(11, 1)'],
    ['COALESCE(NULL, customer)', 'STRING'],
    ['CASE WHEN paid THEN id END', 'BIGINT'],
    ['tags[1]', 'STRING'],
    ['ARRAY[1, 2.5]', 'ARRAY<DECIMAL(11, 1)>'],
    ["MAP['a', id]", 'MAP<STRING, BIGINT>'],
    ['ROW(id, customer)', 'ROW<f0 BIGINT, f1 STRING>'],
    ['address.zip', 'INT'],
    ['TO_TIMESTAMP_LTZ(id, 3)', 'TIMESTAMP_LTZ(3)'],
    ['_timestamp', 'TIMESTAMP_LTZ(3)'],
    ["ts > '2026-01-31' AND customer IS NULL", 'BOOLEAN'],
    ['ARRAY_CONTAINS(tags, customer)', 'BOOLEAN'],
    ['MAP_KEYS(attributes)', 'ARRAY<STRING>'],
    ['gcd(id, 4)', 'BIGINT'],
  ])('%s is %s', (expression, expected) => expect(resultOf(expression)).toBe(expected));
});
