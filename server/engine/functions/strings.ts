// Functions on text, bytes and hashes. Positions count from 1, characters are code points.
import type { Mapping, MappingTable } from './functions';

const named =
  (name: string): Mapping =>
  (args) =>
    `${name}(${args.join(', ')})`;
const same = [
  'UPPER',
  'LOWER',
  'REPEAT',
  'REPLACE',
  'REVERSE',
  'TRANSLATE',
  'ASCII',
  'MD5',
  'SHA1',
  'SHA256',
];

export const strings: MappingTable = {
  ...Object.fromEntries(same.map((name) => [name, named(name.toLowerCase())])),
  CHAR_LENGTH: named('length'),
  CHARACTER_LENGTH: named('length'),
  INITCAP: ([a]) => {
    const words = `regexp_extract_all(lower(${a}), '[\\p{L}\\p{N}]+|[^\\p{L}\\p{N}]+')`;
    return `array_to_string(list_transform(${words}, lambda word: upper(left(word, 1)) || substring(word, 2)), '')`;
  },
  POSITION: ([part, text]) => `instr(${text}, ${part})`,
  LOCATE: ([part, text, from]) => {
    if (from === undefined) return `instr(${text}, ${part})`;
    const found = `instr(substring(${text}, ${from}), ${part})`;
    return `CASE WHEN ${found} = 0 THEN 0 ELSE ${found} + ${from} - 1 END`;
  },
  INSTR: named('instr'),
  TRIM: (args, call) => {
    if (args.length === 1) return `trim(${args.join('')}, ' ')`;
    const name = { LEADING: 'ltrim', TRAILING: 'rtrim' }[call.literal(0)?.toUpperCase() ?? ''] ?? 'trim';
    return `${name}(${args[2] ?? ''}, ${args[1] ?? ''})`;
  },
  LTRIM: ([text, characters]) => `ltrim(${text}, ${characters ?? "' '"})`,
  RTRIM: ([text, characters]) => `rtrim(${text}, ${characters ?? "' '"})`,
  BTRIM: ([text, characters]) => `trim(${text}, ${characters ?? "' '"})`,
  OVERLAY: ([text, by, start, length]) =>
    `left(${text}, ${start} - 1) || ${by} || substring(${text}, ${start} + ${length ?? `length(${by})`})`,
  SUBSTRING: named('substring'),
  SUBSTR: named('substring'),
  LEFT: ([text, count]) => `left(${text}, greatest(${count}, 0))`,
  RIGHT: ([text, count]) => `right(${text}, greatest(${count}, 0))`,
  LPAD: named('lpad'),
  RPAD: named('rpad'),
  CONCAT: (args) => args.join(' || '),
  CONCAT_WS: named('concat_ws'),
  REGEXP: named('regexp_matches'),
  REGEXP_LIKE: named('regexp_matches'),
  // Groups in the replacement are $1 in Flink and \1 here.
  REGEXP_REPLACE: ([text, pattern, by]) =>
    `regexp_replace(${text}, ${pattern}, regexp_replace(${by}, '\\$(\\d)', '\\\\\\1', 'g'), 'g')`,
  REGEXP_EXTRACT: ([text, pattern, group]) =>
    `CASE WHEN regexp_matches(${text}, ${pattern}) THEN regexp_extract(${text}, ${pattern}, ${group ?? '0'}) END`,
  REGEXP_EXTRACT_ALL: ([text, pattern, group]) => `regexp_extract_all(${text}, ${pattern}, ${group ?? '1'})`,
  REGEXP_COUNT: ([text, pattern]) => `len(regexp_extract_all(${text}, ${pattern}))`,
  REGEXP_SUBSTR: ([text, pattern]) =>
    `CASE WHEN regexp_matches(${text}, ${pattern}) THEN regexp_extract(${text}, ${pattern}) END`,
  SPLIT: ([text, separator]) => `string_split(${text}, ${separator})`,
  SPLIT_INDEX: ([text, separator, index]) =>
    `CASE WHEN ${index} >= 0 THEN list_extract(string_split(${text}, ${separator}), ${index} + 1) END`,
  STR_TO_MAP: ([text, pair, key]) => {
    const parts = (part: string): string =>
      `list_transform(string_split(${text}, ${pair ?? "','"}), lambda entry: split_part(entry, ${key ?? "'='"}, ${part}))`;
    return `map(${parts('1')}, ${parts('2')})`;
  },
  STARTSWITH: named('starts_with'),
  ENDSWITH: named('ends_with'),
  ELT: ([index, ...texts]) => `list_extract([${texts.join(', ')}], ${index})`,
  CHR: ([code]) => `chr(CAST(${code} % 256 AS INTEGER))`,
  PRINTF: named('printf'),
  IS_ALPHA: ([text]) => `regexp_full_match(${text}, '\\p{L}+')`,
  IS_DIGIT: ([text]) => `regexp_full_match(${text}, '\\p{Nd}+')`,
  IS_DECIMAL: ([text]) =>
    `regexp_full_match(${text}, '[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?')`,
  // A blank is + in a form's encoding, which is what Flink writes.
  URL_ENCODE: ([text]) => `replace(url_encode(${text}), '%20', '+')`,
  URL_DECODE: ([text]) => `url_decode(replace(${text}, '+', '%20'))`,
  TO_BASE64: ([text]) => `to_base64(encode(${text}))`,
  FROM_BASE64: ([text]) => `decode(from_base64(${text}))`,
  ENCODE: ([text]) => `encode(${text})`,
  DECODE: ([bytes]) => `decode(${bytes})`,
};
