// Types as they are written in SQL: names and synonyms in, Flink's spelling out.
import type { TypeName } from '../syntax/ast';
import type { Problem } from '../syntax/problem';
import { problem } from './problemCodes';
import { quoteName, didYouMean } from './suggest';
import type { SqlType } from './types';

type SimpleKind = Exclude<
  SqlType['kind'],
  'decimal' | 'timestamp' | 'interval' | 'array' | 'map' | 'row' | 'null' | 'unknown'
>;
const simple: Record<string, SimpleKind> = {
  BOOLEAN: 'boolean',
  BOOL: 'boolean',
  TINYINT: 'tinyint',
  SMALLINT: 'smallint',
  INT: 'int',
  INTEGER: 'int',
  BIGINT: 'bigint',
  LONG: 'bigint',
  FLOAT: 'float',
  REAL: 'float',
  DOUBLE: 'double',
  'DOUBLE PRECISION': 'double',
  STRING: 'string',
  VARCHAR: 'string',
  CHAR: 'string',
  CHARACTER: 'string',
  'CHARACTER VARYING': 'string',
  'CHAR VARYING': 'string',
  TEXT: 'string',
  BYTES: 'bytes',
  VARBINARY: 'bytes',
  BINARY: 'bytes',
  'BINARY VARYING': 'bytes',
  DATE: 'date',
  TIME: 'time',
};
const withLength = new Set(['VARCHAR', 'CHAR', 'CHARACTER', 'CHARACTER VARYING', 'CHAR VARYING']);
const binaryWithLength = new Set(['VARBINARY', 'BINARY', 'BINARY VARYING']);
const decimals = new Set(['DECIMAL', 'DEC', 'NUMERIC']);

/** Every name a type can be written with, for completion; the usual spelling of each type first. */
export const typeNames: readonly string[] = [
  ...Object.keys(simple),
  ...decimals,
  'TIMESTAMP',
  'TIMESTAMP_LTZ',
  'INTERVAL',
  'ARRAY',
  'MAP',
  'MULTISET',
  'ROW',
];

/** The type a name stands for. What is wrong with it is added to `problems`, and the type is then unknown. */
export function fromTypeName(written: TypeName, problems: Problem[]): SqlType {
  const name = written.name.toUpperCase().replace(/\s+/g, ' ');
  const kind = simple[name];
  if (kind) {
    checkParameters(
      written,
      withLength.has(name) || binaryWithLength.has(name) || kind === 'time' ? 1 : 0,
      problems,
    );
    return { kind };
  }
  if (decimals.has(name)) return decimalType(written, problems);
  if (name === 'TIMESTAMP' || name === 'TIMESTAMP_LTZ') return timestampType(written, name, problems);
  if (name.startsWith('INTERVAL'))
    return { kind: 'interval', unit: /YEAR|MONTH/.test(name) ? 'months' : 'ms' };
  const parts = written.arguments.map(({ type }) => fromTypeName(type, problems));
  const [first, second] = parts;
  if (name === 'ARRAY' && first) return { kind: 'array', element: first };
  if (name === 'MAP' && first && second) return { kind: 'map', key: first, value: second };
  if (name === 'ROW')
    return {
      kind: 'row',
      fields: parts.map((type, i) => ({ name: written.arguments[i]?.name?.text ?? `f${i}`, type })),
    };
  return unknownType(written, name, problems);
}

function unknownType(written: TypeName, name: string, problems: Problem[]): SqlType {
  const near = didYouMean(name, typeNames, written.span, (text) => text);
  const message =
    name === 'ARRAY' || name === 'MAP'
      ? `${name} needs its element types: ${name === 'ARRAY' ? 'ARRAY<STRING>' : 'MAP<STRING, BIGINT>'}.`
      : name === 'MULTISET'
        ? 'MULTISET columns are not run by the local engine yet (runs on Flink only).'
        : `There is no data type ${name}.${near.sentence}`;
  problems.push(problem('unknownType', message, written.span, { fixes: near.fixes }));
  return { kind: 'unknown' };
}

function decimalType(written: TypeName, problems: Problem[]): SqlType {
  const [precision = 10, scale = 0] = written.parameters;
  checkParameters(written, 2, problems);
  if (precision < 1 || precision > 38 || scale > precision)
    problems.push(
      problem(
        'unknownType',
        `DECIMAL(p, s) takes 1 to 38 digits, and no more of them behind the point; DECIMAL(${precision}, ${scale}) does not.`,
        written.span,
      ),
    );
  return decimal(Math.min(Math.max(precision, 1), 38), Math.min(scale, precision, 38));
}

function timestampType(written: TypeName, name: string, problems: Problem[]): SqlType {
  const [precision = 6] = written.parameters;
  checkParameters(written, 1, problems);
  if (precision > 9)
    problems.push(
      problem('unknownType', `A timestamp has 0 to 9 digits of a second, not ${precision}.`, written.span),
    );
  if (written.timeZone === 'with')
    problems.push(
      problem(
        'unknownType',
        'TIMESTAMP WITH TIME ZONE is not run, by Flink neither. TIMESTAMP_LTZ is a moment in time.',
        written.span,
      ),
    );
  const local = name === 'TIMESTAMP_LTZ' || written.timeZone !== undefined;
  return timestamp(Math.min(precision, 9), local);
}

function checkParameters(written: TypeName, most: number, problems: Problem[]): void {
  if (written.parameters.length <= most) return;
  const takes = most === 0 ? 'takes no parameters' : `takes at most ${most} parameter${most > 1 ? 's' : ''}`;
  problems.push(problem('unknownType', `${written.name} ${takes}.`, written.span));
}

/** A type as Flink writes it: `DECIMAL(10, 2)`, `TIMESTAMP_LTZ(3)`, `ROW<a INT, b STRING>`. */
export function formatType(type: SqlType): string {
  switch (type.kind) {
    case 'decimal':
      return `DECIMAL(${type.precision}, ${type.scale})`;
    case 'timestamp':
      return `${type.local ? 'TIMESTAMP_LTZ' : 'TIMESTAMP'}(${type.precision})`;
    case 'interval':
      return type.unit === 'ms' ? 'INTERVAL DAY TO SECOND' : 'INTERVAL YEAR TO MONTH';
    case 'array':
      return `ARRAY<${formatType(type.element)}>`;
    case 'map':
      return `MAP<${formatType(type.key)}, ${formatType(type.value)}>`;
    case 'row':
      return `ROW<${type.fields.map((f) => `${quoteName(f.name)} ${formatType(f.type)}`).join(', ')}>`;
    default:
      return type.kind.toUpperCase();
  }
}

export function decimal(precision: number, scale: number): SqlType & { kind: 'decimal' } {
  return { kind: 'decimal', precision, scale };
}
export function timestamp(precision: number, local: boolean): SqlType & { kind: 'timestamp' } {
  return { kind: 'timestamp', precision, local };
}
