// Values chosen from a list, and text that looks real: names, addresses, sentences.
import type { SqlType } from '../../analysis/types';
import type { ByteWriter } from './byteWriter';
import type { FieldOptions } from './fieldOptions';
import type { ValueWriter } from './fields';
import type { RandomStream } from './random';
import { cities, countries, firstNames, lastNames, mailHosts, products, words } from './words';

const quote = 0x22;
const hexDigits = Buffer.from('0123456789abcdef');
const sentenceWords = { least: 4, most: 10 };

/** One of `fields.x.values`. Throws BAD_OPTION where they are missing or no values of the type. */
export function enumeratedValue(options: FieldOptions, type: SqlType): ValueWriter {
  const values = options.value('values');
  if (values === undefined) throw options.bad('values', 'is missing: an enum chooses from them');
  const written = values.map((value) => jsonOf(value, type, options));
  return {
    bytesMax: Math.max(...written.map((value) => value.length)),
    write: (out, random) => out.bytes(choose(written, random)),
  };
}

function jsonOf(value: string, type: SqlType, options: FieldOptions): Uint8Array {
  if (type.kind === 'boolean') {
    if (!/^(true|false)$/i.test(value))
      throw options.bad('values', `has '${value}', which is not true or false`);
    return Buffer.from(value.toLowerCase());
  }
  const numeric = ['tinyint', 'smallint', 'int', 'bigint', 'decimal', 'float', 'double'].includes(type.kind);
  if (!numeric) return Buffer.from(JSON.stringify(value));
  if (!/^-?(0|[1-9]\d*)(\.\d+)?$/.test(value))
    throw options.bad('values', `has '${value}', which is not a number`);
  return Buffer.from(value);
}

export type RealisticKind =
  'name' | 'email' | 'city' | 'country' | 'product' | 'word' | 'sentence' | 'uuid' | 'ip';

/** Text of a realistic kind, for STRING columns. Throws BAD_OPTION for another type. */
export function realisticText(options: FieldOptions, type: SqlType, kind: RealisticKind): ValueWriter {
  if (type.kind !== 'string') throw options.bad('kind', `can be ${kind} only for STRING columns`);
  const inner = realistic[kind]();
  return {
    bytesMax: inner.bytesMax + 2,
    write(out, random, appearedAt) {
      out.byte(quote);
      inner.write(out, random, appearedAt);
      out.byte(quote);
    },
  };
}

const realistic: Record<RealisticKind, () => ValueWriter> = {
  name: () => parts([firstNames, lastNames], ' '),
  city: () => parts([cities], ''),
  country: () => parts([countries], ''),
  product: () => parts([products], ''),
  word: () => parts([words], ''),
  email() {
    const local = parts(
      [firstNames, lastNames].map((names) => names.map((name) => name.toLowerCase())),
      '.',
    );
    const host = parts([mailHosts], '');
    return {
      bytesMax: local.bytesMax + host.bytesMax + 5,
      write(out, random, appearedAt) {
        local.write(out, random, appearedAt);
        out.integer(random.below(1000));
        out.byte(0x40);
        host.write(out, random, appearedAt);
      },
    };
  },
  sentence() {
    const lower = encode(words);
    const upper = encode(words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)));
    return {
      bytesMax: sentenceWords.most * (longest(lower) + 1),
      write(out, random) {
        const count = sentenceWords.least + random.below(sentenceWords.most - sentenceWords.least + 1);
        for (let i = 0; i < count; i++) {
          if (i > 0) out.byte(0x20);
          out.bytes(choose(i === 0 ? upper : lower, random));
        }
        out.byte(0x2e);
      },
    };
  },
  uuid: () => ({ bytesMax: 36, write: writeUuid }),
  ip: () => ({
    bytesMax: 15,
    write(out, random) {
      const bits = random.next();
      for (let shift = 0; shift < 32; shift += 8) {
        if (shift > 0) out.byte(0x2e);
        out.integer((bits >>> shift) & 255);
      }
    },
  }),
};

/** A random UUID, version 4 (RFC 9562). */
function writeUuid(out: ByteWriter, random: RandomStream): void {
  let bits = 0;
  for (let i = 0; i < 32; i++) {
    if ((i & 7) === 0) bits = random.next();
    if (i === 8 || i === 12 || i === 16 || i === 20) out.byte(0x2d);
    const digit = i === 12 ? 4 : i === 16 ? 8 | (bits & 3) : bits & 15;
    out.byte(hexDigits[digit] ?? 0);
    bits >>>= 4;
  }
}

/** One word of each list, joined. */
function parts(lists: readonly (readonly string[])[], separator: string): ValueWriter {
  const encoded = lists.map(encode);
  const joint = Buffer.from(separator);
  return {
    bytesMax: encoded.reduce((sum, list) => sum + longest(list) + joint.length, 0),
    write(out, random) {
      for (let i = 0; i < encoded.length; i++) {
        if (i > 0) out.bytes(joint);
        out.bytes(choose(encoded[i] ?? [], random));
      }
    },
  };
}

function encode(values: readonly string[]): Uint8Array[] {
  return values.map((value) => Buffer.from(JSON.stringify(value).slice(1, -1)));
}
function longest(values: readonly Uint8Array[]): number {
  return Math.max(...values.map((value) => value.length));
}
function choose(values: readonly Uint8Array[], random: RandomStream): Uint8Array {
  return values[random.below(values.length)] ?? Buffer.alloc(0);
}
