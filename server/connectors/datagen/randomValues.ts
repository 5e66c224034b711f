// Random values of every type: numbers in a range, text of a length, times around the moment a record appears.
import type { SqlType } from '../../analysis/types';
import type { FieldOptions } from './fieldOptions';
import type { ValueWriter } from './fields';

const quote = 0x22;
const hexDigits = Buffer.from('0123456789abcdef');
const integerRange: Record<string, [number, number]> = {
  tinyint: [-128, 127],
  smallint: [-32_768, 32_767],
  int: [-2_147_483_648, 2_147_483_647],
  // A range of 2^53 values, which a double counts exactly.
  bigint: [-(2 ** 52), 2 ** 52 - 1],
};
/** Decimals of FLOAT and DOUBLE values: enough to look like measurements, few enough to read. */
const floatScale = 2;
/** Decimal digits that a double holds exactly. */
const exactDigits = 15;
/** Elements of a random array or map. */
const collectionLengthMax = 3;

/** Throws BAD_OPTION where the options do not fit the type. */
export function randomValue(options: FieldOptions, type: SqlType): ValueWriter {
  switch (type.kind) {
    case 'boolean':
      return randomBoolean();
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'bigint': {
      const [least, greatest] = integerRange[type.kind] ?? [0, 0];
      return randomNumber(options, 0, least, greatest);
    }
    case 'float':
    case 'double':
      return randomNumber(options, floatScale, 0, 1000);
    case 'decimal': {
      const scale = Math.min(type.scale, exactDigits);
      const greatest = 10 ** Math.min(type.precision - type.scale, exactDigits - scale);
      return randomNumber(options, scale, 0, greatest - 10 ** -scale);
    }
    case 'string':
      return randomHex(options);
    case 'bytes':
      return randomBase64(options);
    case 'date':
    case 'time':
    case 'timestamp':
      return randomTime(options, type);
    case 'array':
      return randomArray(options, type.element);
    case 'map':
      return randomMap(options, type);
    case 'row':
      return randomRow(options, type.fields);
    case 'interval':
    case 'null':
    case 'unknown':
      throw options.bad('kind', `cannot make values of the type ${type.kind.toUpperCase()}`);
  }
}

function randomBoolean(): ValueWriter {
  const yes = Buffer.from('true');
  const no = Buffer.from('false');
  return { bytesMax: 5, write: (out, random) => out.bytes(random.next() & 1 ? yes : no) };
}

function randomNumber(options: FieldOptions, scale: number, least: number, greatest: number): ValueWriter {
  const min = options.number('min', least);
  const max = options.number('max', Math.max(greatest, min));
  if (max < min) throw options.bad('max', `is ${max}, below the minimum, ${min}`);
  const unit = 10 ** scale;
  const first = Math.ceil(min * unit - 1e-6);
  const count = Math.floor(max * unit + 1e-6) - first + 1;
  if (!Number.isSafeInteger(first) || count > 2 ** 53 || count < 1)
    throw options.bad('max', `and the minimum allow no value with ${scale} decimals within ±2^53`);
  return { bytesMax: 24, write: (out, random) => out.decimal(first + random.below(count), scale) };
}

function randomLength(options: FieldOptions): { longest: number; shortest: number } {
  const longest = options.value('length');
  return { longest, shortest: options.value('var-len') ? 1 : longest };
}

function randomHex(options: FieldOptions): ValueWriter {
  const { longest, shortest } = randomLength(options);
  return {
    bytesMax: longest + 2,
    write(out, random) {
      const length = shortest + random.below(longest - shortest + 1);
      out.byte(quote);
      let bits = 0;
      for (let i = 0; i < length; i++) {
        if ((i & 7) === 0) bits = random.next();
        out.byte(hexDigits[bits & 15] ?? 0);
        bits >>>= 4;
      }
      out.byte(quote);
    },
  };
}

function randomBase64(options: FieldOptions): ValueWriter {
  const { longest, shortest } = randomLength(options);
  return {
    bytesMax: Math.ceil(longest / 3) * 4 + 2,
    write(out, random) {
      const value = Buffer.alloc(shortest + random.below(longest - shortest + 1));
      for (let i = 0; i < value.length; i++) value[i] = random.next() & 255;
      out.byte(quote);
      out.bytes(Buffer.from(value.toString('base64'), 'latin1'));
      out.byte(quote);
    },
  };
}

/** The moment the record appeared, or up to `max-past` before it. */
function randomTime(
  options: FieldOptions,
  type: SqlType & { kind: 'date' | 'time' | 'timestamp' },
): ValueWriter {
  const maxPast = options.value('max-past');
  const precision = type.kind === 'timestamp' ? type.precision : 0;
  const local = type.kind === 'timestamp' && type.local;
  return {
    bytesMax: 28,
    write(out, random, appearedAt) {
      const moment = maxPast === 0 ? appearedAt : appearedAt - random.below(maxPast + 1);
      out.byte(quote);
      if (type.kind !== 'time') out.dateOf(moment);
      if (type.kind === 'timestamp') out.byte(0x20);
      if (type.kind !== 'date') out.timeOf(moment, precision);
      if (local) out.byte(0x5a);
      out.byte(quote);
    },
  };
}

function randomArray(options: FieldOptions, type: SqlType): ValueWriter {
  const element = randomValue(options.nested('element'), type);
  return {
    bytesMax: 2 + collectionLengthMax * (element.bytesMax + 1),
    write(out, random, appearedAt) {
      const length = random.below(collectionLengthMax + 1);
      out.byte(0x5b);
      for (let i = 0; i < length; i++) {
        if (i > 0) out.byte(0x2c);
        element.write(out, random, appearedAt);
      }
      out.byte(0x5d);
    },
  };
}

function randomMap(options: FieldOptions, type: SqlType & { kind: 'map' }): ValueWriter {
  if (type.key.kind !== 'string')
    throw options.bad('kind', 'can be random for maps only when their keys are STRING');
  const key = randomValue(options.nested('key'), type.key);
  const value = randomValue(options.nested('value'), type.value);
  return {
    bytesMax: 3 + key.bytesMax + value.bytesMax,
    write(out, random, appearedAt) {
      out.byte(0x7b);
      key.write(out, random, appearedAt);
      out.byte(0x3a);
      value.write(out, random, appearedAt);
      out.byte(0x7d);
    },
  };
}

function randomRow(options: FieldOptions, fields: { name: string; type: SqlType }[]): ValueWriter {
  const parts = fields.map(({ name, type }, index) => ({
    prefix: Buffer.from(`${index === 0 ? '{' : ','}${JSON.stringify(name)}:`),
    value: randomValue(options.nested(name), type),
  }));
  return {
    bytesMax: 2 + parts.reduce((sum, { prefix, value }) => sum + prefix.length + value.bytesMax, 0),
    write(out, random, appearedAt) {
      for (const { prefix, value } of parts) {
        out.bytes(prefix);
        value.write(out, random, appearedAt);
      }
      out.byte(0x7d);
    },
  };
}
