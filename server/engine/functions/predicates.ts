// Comparisons, logic, patterns and conditional functions.
import { quote } from '../sqlText';
import type { Mapping, MappingTable } from './functions';

const binary =
  (operator: string): Mapping =>
  ([a, b]) =>
    `${a} ${operator} ${b}`;
const after =
  (test: string): Mapping =>
  ([a]) =>
    `${a} ${test}`;
const logic =
  (operator: string): Mapping =>
  (args) =>
    args.join(` ${operator} `);

export const predicates: MappingTable = {
  '=': binary('='),
  '<>': binary('<>'),
  '<': binary('<'),
  '<=': binary('<='),
  '>': binary('>'),
  '>=': binary('>='),
  AND: logic('AND'),
  OR: logic('OR'),
  NOT: ([a]) => `NOT (${a})`,
  'IS NULL': after('IS NULL'),
  'IS NOT NULL': after('IS NOT NULL'),
  'IS TRUE': after('IS TRUE'),
  'IS NOT TRUE': after('IS NOT TRUE'),
  'IS FALSE': after('IS FALSE'),
  'IS NOT FALSE': after('IS NOT FALSE'),
  'IS DISTINCT FROM': binary('IS DISTINCT FROM'),
  'IS NOT DISTINCT FROM': binary('IS NOT DISTINCT FROM'),
  IN: ([a, ...items]) => `${a} IN (${items.join(', ')})`,
  BETWEEN: ([a, low, high]) => `${a} BETWEEN ${low} AND ${high}`,
  LIKE: ([a, pattern, escape]) => `${a} LIKE ${pattern}${escape === undefined ? '' : ` ESCAPE ${escape}`}`,
  'SIMILAR TO': ([a, pattern], call) => {
    const text = call.literal(1);
    const regex =
      text === undefined
        ? `replace(replace(${pattern}, '%', '.*'), '_', '.')`
        : quote(text.replaceAll('%', '.*').replaceAll('_', '.'));
    return `regexp_full_match(${a}, ${regex})`;
  },
  COALESCE: (args) => `coalesce(${args.join(', ')})`,
  IFNULL: (args) => `coalesce(${args.join(', ')})`,
  NULLIF: (args) => `nullif(${args.join(', ')})`,
  IF: ([condition, then, otherwise]) => `CASE WHEN ${condition} THEN ${then} ELSE ${otherwise} END`,
  // DuckDB leaves NULLs out; Flink's result is NULL when one is.
  GREATEST: (args) => extreme('greatest', args),
  LEAST: (args) => extreme('least', args),
};

function extreme(name: string, args: string[]): string {
  const anyNull = args.map((arg) => `${arg} IS NULL`).join(' OR ');
  return `CASE WHEN ${anyNull} THEN NULL ELSE ${name}(${args.join(', ')}) END`;
}
