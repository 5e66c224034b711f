// How the values of one column are made: by its kind and type, from the record's number alone.
import type { SqlType } from '../../analysis/types';
import type { ByteWriter } from './byteWriter';
import type { FieldOptions } from './fieldOptions';
import { RandomStream, seedOf } from './random';
import { randomValue } from './randomValues';
import { enumeratedValue, realisticText } from './textValues';

/** Writes one value from a stream of random numbers. */
export interface ValueWriter {
  write(out: ByteWriter, random: RandomStream, appearedAt: number): void;
  /** Most bytes one value takes. */
  bytesMax: number;
}

export interface Field {
  /** Writes the JSON value of a record's column. `appearedAt`: when the record appeared, epoch milliseconds. */
  write(out: ByteWriter, record: number, appearedAt: number): void;
  bytesMax: number;
  /** How many records a sequence has; Infinity where nothing ends. */
  rows: number;
}

const nullBytes = Buffer.from('null');

/** Throws BAD_OPTION where the options do not fit the type. */
export function makeField(options: FieldOptions, type: SqlType, seed: number): Field {
  const kind = options.has('values') && !options.has('kind') ? 'enum' : options.value('kind');
  const made = kind === 'sequence' ? sequence(options, type) : fromRandom(options, type, kind, seed);
  const nullRate = options.value('null-rate');
  if (nullRate === 0) return made;
  const random = new RandomStream();
  const nullSeed = seedOf(seed, `${options.name} null`);
  return {
    ...made,
    write(out, record, appearedAt) {
      random.start(nullSeed, record);
      if (random.fraction() < nullRate) out.bytes(nullBytes);
      else made.write(out, record, appearedAt);
    },
  };
}

function fromRandom(
  options: FieldOptions,
  type: SqlType,
  kind: Exclude<ReturnType<typeof options.value<'kind'>>, 'sequence'>,
  seed: number,
): Field {
  const value =
    kind === 'random'
      ? randomValue(options, type)
      : kind === 'enum'
        ? enumeratedValue(options, type)
        : realisticText(options, type, kind);
  const fieldSeed = seedOf(seed, options.name);
  const random = new RandomStream();
  return {
    bytesMax: value.bytesMax,
    rows: Infinity,
    write(out, record, appearedAt) {
      random.start(fieldSeed, record);
      value.write(out, random, appearedAt);
    },
  };
}

const countable = new Set<SqlType['kind']>([
  'tinyint',
  'smallint',
  'int',
  'bigint',
  'decimal',
  'float',
  'double',
  'string',
]);

function sequence(options: FieldOptions, type: SqlType): Field {
  if (!countable.has(type.kind)) throw options.bad('kind', 'can be sequence only for numbers and text');
  const start = options.number('start', 0);
  const end = options.number('end', Infinity);
  if (!Number.isInteger(start)) throw options.bad('start', `takes a whole number, not ${start}`);
  if (end < start) throw options.bad('end', `is ${end}, below the start of the sequence, ${start}`);
  const quoted = type.kind === 'string';
  return {
    bytesMax: 20,
    rows: end === Infinity ? Infinity : Math.floor(end) - start + 1,
    write(out, record) {
      if (quoted) out.byte(0x22);
      out.integer(start + record);
      if (quoted) out.byte(0x22);
    },
  };
}
