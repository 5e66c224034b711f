// Operators on numbers, intervals and text.
import type { SqlType } from '../../analysis/types';
import { divideDecimals } from '../macros';
import { cast } from '../sqlText';
import type { CallContext, MappingTable } from './functions';

const integers = ['tinyint', 'smallint', 'int', 'bigint'];

export const arithmetic: MappingTable = {
  '+': (args, call) => (args.length === 1 ? `+(${args[0] ?? ''})` : operator('+', args, call)),
  '-': (args, call) => (args.length === 1 ? `-(${args[0] ?? ''})` : operator('-', args, call)),
  '*': (args, call) => operator('*', args, call),
  '/': ([a = '', b = ''], call) => {
    if (integers.includes(call.type.kind)) return `divide_integers(${operands([a, b], call).join(', ')})`;
    const [left, right] = call.argumentTypes.map(decimalScale);
    if (call.type.kind === 'decimal' && left !== undefined && right !== undefined)
      return divideDecimals(a, left, b, right, call.type.scale);
    return operator('/', [a, b], call);
  },
  '%': (args, call) => remainder(args, call),
  MOD: (args, call) => remainder(args, call),
  '||': ([a, b]) => `(${a} || ${b})`,
};

function operator(sign: string, args: string[], call: CallContext): string {
  return `(${operands(args, call).join(` ${sign} `)})`;
}
function remainder(args: string[], call: CallContext): string {
  return `remainder(${operands(args, call).join(', ')})`;
}

/** Whole and approximate numbers are computed in the type of the result; decimals and times as they are. */
function operands(args: string[], { type, argumentTypes }: CallContext): string[] {
  if (!integers.includes(type.kind) && type.kind !== 'double' && type.kind !== 'float') return args;
  return args.map((arg, i) => (argumentTypes[i]?.kind === type.kind ? arg : cast(arg, type)));
}

function decimalScale(type: SqlType): number | undefined {
  if (type.kind === 'decimal') return type.scale;
  return integers.includes(type.kind) ? 0 : undefined;
}
