// Functions on numbers.
import { NotSupported } from './functions';
import type { CallContext, Mapping, MappingTable } from './functions';
import { roundedTime } from './temporal';

const named =
  (name: string): Mapping =>
  (args) =>
    `${name}(${args.join(', ')})`;
const doubles = ['SQRT', 'EXP', 'LN', 'LOG2', 'LOG10', 'SIN', 'COS', 'TAN', 'COT', 'ASIN', 'ACOS', 'ATAN'];
const moreDoubles = ['SINH', 'COSH', 'TANH', 'ATAN2', 'DEGREES', 'RADIANS', 'PI'];

export const mathematics: MappingTable = {
  ...Object.fromEntries([...doubles, ...moreDoubles].map((name) => [name, named(name.toLowerCase())])),
  ABS: named('abs'),
  POWER: named('pow'),
  LOG: ([a, b]) => (b === undefined ? `ln(${a})` : `ln(${b}) / ln(${a})`),
  CEIL: (args, call) => whole('ceil', args, call),
  CEILING: (args, call) => whole('ceil', args, call),
  FLOOR: (args, call) => whole('floor', args, call),
  ROUND: named('round'),
  TRUNCATE: ([x = '', digits], call) => truncate(x, digits, call),
  SIGN: named('sign'),
  E: () => 'exp(1.0::DOUBLE)',
  BIN: named('bin'),
  HEX: ([a], call) => (call.argumentTypes[0]?.kind === 'string' ? `hex(encode(${a}))` : `hex(${a})`),
  UNHEX: named('unhex'),
  RAND: () => 'random()',
  RAND_INTEGER: ([bound]) => `floor(random() * ${bound})`,
  UUID: () => 'uuid()',
};

function whole(name: 'ceil' | 'floor', args: string[], call: CallContext): string {
  if (args.length === 2) return roundedTime(name, args[0] ?? '', call);
  return `${name}(${args.join(', ')})`;
}

function truncate(x: string, digits: string | undefined, call: CallContext): string {
  if (digits === undefined) return `trunc(${x})`;
  if (!/^CAST\('-?\d+'/.test(digits)) throw new NotSupported('TRUNCATE takes a constant number of digits.');
  const places = Number(/-?\d+/.exec(digits)?.[0] ?? '0');
  const power = `1${'0'.repeat(Math.abs(places))}`;
  const exact = call.argumentTypes[0]?.kind === 'decimal' ? '' : '::DOUBLE';
  if (places <= 0) return `trunc(${x} / ${power}${exact}) * ${power}`;
  return exact === ''
    ? `round(trunc(${x} * ${power}) / ${power}, ${places})`
    : `trunc(${x} * ${power}) / ${power}`;
}
