// Signatures of functions, written as text: `LEFT(text STRING, count INT) -> STRING`, and which call matches which.
//
// Types in a signature: SQL types without parameters, and patterns. N is any number, D a DATE or timestamp, T, U, K
// and V any type; the same letter stands for the same type throughout. ANY is any type, TEXT any type written out as
// text, UNIT a time unit. `[x INT]` may be left out, `x STRING...` may be repeated.
import { decimal, timestamp } from '../typeNames';
import { castsImplicitly, commonType, isDateTime, isNumeric, isOpen, sameType } from '../typeRules';
import type { SqlType } from '../types';

export interface Parameter {
  name: string;
  type: TypePattern;
  /** As written in the signature. */
  typeText: string;
  optional: boolean;
  repeated: boolean;
}
export interface Signature {
  /** As written, for signature help: `LEFT(text STRING, count INT) -> STRING`. */
  text: string;
  parameters: Parameter[];
  result: TypePattern;
}
export type TypePattern =
  | { kind: 'type'; type: SqlType }
  | { kind: 'variable'; name: string }
  | { kind: 'any' }
  | { kind: 'text' }
  | { kind: 'unit' }
  | { kind: 'array'; element: TypePattern }
  | { kind: 'map'; key: TypePattern; value: TypePattern };

/** A call that fits: what each argument has to be cast to, and the result's type. */
export interface Match {
  signature: Signature;
  argumentTypes: SqlType[];
  result: SqlType;
}

const namedTypes: Record<string, SqlType> = {
  DECIMAL: decimal(38, 18),
  HUGEINT: decimal(38, 0),
  INTEGER: { kind: 'int' },
  TIMESTAMP: timestamp(3, false),
  TIMESTAMP_LTZ: timestamp(3, true),
  TIMESTAMP_US: timestamp(6, false),
  TIMESTAMP_LTZ_US: timestamp(6, true),
  INTERVAL: { kind: 'interval', unit: 'ms' },
  MONTHS: { kind: 'interval', unit: 'months' },
  UNKNOWN: { kind: 'unknown' },
  ...Object.fromEntries(
    (
      [
        'boolean',
        'tinyint',
        'smallint',
        'int',
        'bigint',
        'float',
        'double',
        'string',
        'bytes',
        'date',
        'time',
      ] as const
    ).map((kind) => [kind.toUpperCase(), { kind }]),
  ),
};
/** Types that stand for the whole family: DECIMAL in a signature takes a decimal of any precision. */
const families = new Set<SqlType['kind']>(['decimal', 'timestamp', 'interval']);

/** Reads signatures separated by `;`. Throws on a text that is none: the tables are ours. */
export function parseSignatures(text: string): Signature[] {
  return text.split(';').map((part) => parseSignature(part.trim()));
}

function parseSignature(text: string): Signature {
  const parts = /^([^(]+)\((.*)\) -> (.+)$/.exec(text);
  if (parts?.[2] === undefined || parts[3] === undefined) throw new Error(`Not a signature: ${text}`);
  const parameters = splitTopLevel(parts[2]).map((written): Parameter => {
    const optional = written.startsWith('[');
    const repeated = written.includes('...');
    const bare = written.replaceAll(/^\[|\]$|\.\.\./g, '').trim();
    const space = bare.indexOf(' ');
    const typeText = bare.slice(space + 1);
    return { name: bare.slice(0, space), type: parsePattern(typeText), typeText, optional, repeated };
  });
  return { text, parameters, result: parsePattern(parts[3]) };
}

function parsePattern(text: string): TypePattern {
  const inner = /^(ARRAY|MAP)<(.+)>$/.exec(text);
  if (inner?.[2] !== undefined) {
    const [first = '', second = ''] = splitTopLevel(inner[2]);
    if (inner[1] === 'ARRAY') return { kind: 'array', element: parsePattern(first) };
    return { kind: 'map', key: parsePattern(first), value: parsePattern(second) };
  }
  if (text === 'ANY') return { kind: 'any' };
  if (text === 'TEXT') return { kind: 'text' };
  if (text === 'UNIT') return { kind: 'unit' };
  if (/^[A-Z]$/.test(text)) return { kind: 'variable', name: text };
  const type = namedTypes[text];
  if (!type) throw new Error(`No type ${text} in signatures.`);
  return { kind: 'type', type };
}

function splitTopLevel(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i <= text.length; i++) {
    const character = text[i];
    if (character === '<') depth++;
    else if (character === '>') depth--;
    else if ((character === ',' && depth === 0) || character === undefined) {
      parts.push(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  return parts.filter((part) => part !== '');
}

/** The signature that takes these arguments with the fewest conversions, or undefined. */
export function matchCall(signatures: Signature[], types: SqlType[]): Match | undefined {
  let best: { match: Match; cost: number } | undefined;
  for (const signature of signatures) {
    const found = matchSignature(signature, types);
    if (found && (!best || found.cost < best.cost)) best = found;
  }
  return best?.match;
}

/** Whether some signature takes this many arguments. */
export function takesCount(signatures: Signature[], count: number): boolean {
  return signatures.some((signature) => {
    const least = signature.parameters.filter(
      (parameter) => !parameter.optional && !parameter.repeated,
    ).length;
    const repeated = signature.parameters.some((parameter) => parameter.repeated);
    return count >= least && (repeated || count <= signature.parameters.length);
  });
}

/** The parameter an argument stands for. */
export function parameterAt(signature: Signature, index: number): Parameter | undefined {
  const last = signature.parameters.at(-1);
  return signature.parameters[index] ?? (last?.repeated ? last : undefined);
}

function matchSignature(signature: Signature, types: SqlType[]): { match: Match; cost: number } | undefined {
  if (!takesCount([signature], types.length)) return undefined;
  const variables = new Map<string, SqlType>();
  let cost = 0;
  for (const [i, type] of types.entries()) {
    const parameter = parameterAt(signature, i);
    const step = parameter && matchPattern(parameter.type, type, variables);
    if (step === undefined) return undefined;
    cost += step;
  }
  const argumentTypes = types.map((type, i) => {
    const pattern = parameterAt(signature, i)?.type;
    return pattern ? wantedType(pattern, type, variables) : type;
  });
  return { match: { signature, argumentTypes, result: fill(signature.result, variables) }, cost };
}

/** How far a type is from a pattern: 0 as it is, more with a conversion; undefined when it does not fit. */
function matchPattern(
  pattern: TypePattern,
  type: SqlType,
  variables: Map<string, SqlType>,
): number | undefined {
  switch (pattern.kind) {
    case 'any':
      return 1;
    case 'unit':
      return type.kind === 'string' || isOpen(type) ? 0 : undefined;
    case 'text':
      return type.kind === 'string' ? 0 : ['array', 'map', 'row'].includes(type.kind) ? undefined : 2;
    case 'variable':
      return matchVariable(pattern.name, type, variables);
    case 'array':
      if (isOpen(type)) return 0;
      return type.kind === 'array' ? matchPattern(pattern.element, type.element, variables) : undefined;
    case 'map': {
      if (isOpen(type)) return 0;
      if (type.kind !== 'map') return undefined;
      const key = matchPattern(pattern.key, type.key, variables);
      const value = matchPattern(pattern.value, type.value, variables);
      return key === undefined || value === undefined ? undefined : key + value;
    }
    case 'type':
      if (isOpen(type) || type.kind === pattern.type.kind) return sameFamily(type, pattern.type) ? 0 : 1;
      return castsImplicitly(type, pattern.type) ? 2 : undefined;
  }
}

function sameFamily(type: SqlType, wanted: SqlType): boolean {
  return !(type.kind === 'timestamp' && wanted.kind === 'timestamp') || type.local === wanted.local;
}

function matchVariable(name: string, type: SqlType, variables: Map<string, SqlType>): number | undefined {
  if (name === 'N' && !isNumeric(type) && !isOpen(type)) return undefined;
  if (name === 'D' && !isDateTime(type) && !isOpen(type)) return undefined;
  const before = variables.get(name);
  const common = before ? commonType(before, type) : type;
  if (!common) return undefined;
  variables.set(name, common);
  return before && !sameType(before, common) ? 2 : 1;
}

/** What an argument is cast to; its own type where the pattern takes it as it is. */
function wantedType(pattern: TypePattern, type: SqlType, variables: Map<string, SqlType>): SqlType {
  if (pattern.kind === 'any' || pattern.kind === 'unit') return type;
  if (pattern.kind === 'text') return { kind: 'string' };
  if (pattern.kind === 'type' && families.has(pattern.type.kind) && pattern.type.kind === type.kind)
    return sameFamily(type, pattern.type) ? type : pattern.type;
  return fill(pattern, variables);
}

function fill(pattern: TypePattern, variables: Map<string, SqlType>): SqlType {
  switch (pattern.kind) {
    case 'type':
      return pattern.type;
    case 'variable':
      return variables.get(pattern.name) ?? { kind: 'unknown' };
    case 'array':
      return { kind: 'array', element: fill(pattern.element, variables) };
    case 'map':
      return { kind: 'map', key: fill(pattern.key, variables), value: fill(pattern.value, variables) };
    case 'any':
      return { kind: 'unknown' };
    case 'text':
    case 'unit':
      return { kind: 'string' };
  }
}
