// A CSV line (RFC 4180) to columns, by position.
import { formatType } from '../../analysis/typeNames';
import { StreamJobsError } from '../../protocol/errors';
import { castSql } from '../expression';
import { quote } from '../sqlText';
import type { DecodedField, Decoder } from './decoder';

export interface CsvOptions {
  delimiter: string;
  quote: string;
  nullLiteral: string;
  ignoreParseErrors: boolean;
}

/** `allNames` are the columns of a line in their order, of which `fields` are read. */
export function csvDecoder(
  source: string,
  fields: DecodedField[],
  allNames: string[],
  options: CsvOptions,
): Decoder {
  const parts = `${source}_parts`;
  const text = (name: string): string =>
    `nullif(list_extract(${parts}, ${allNames.indexOf(name) + 1}), ${quote(options.nullLiteral)})`;
  return {
    shared: [{ name: parts, sql: split(source, options) }],
    stored: fields.map(({ name, type }) => {
      if (type.kind === 'array' || type.kind === 'map' || type.kind === 'row')
        throw new StreamJobsError('NOT_SUPPORTED', `Column ${name}: CSV carries no ${formatType(type)}.`);
      if (type.kind === 'bytes') return `TRY(from_base64(${text(name)}))`;
      return castSql(text(name), { kind: 'string' }, type, true);
    }),
    value: fields.map(() => undefined),
    bad: (stored) => [
      {
        when: `len(${parts}) <> ${allNames.length}`,
        then: `'The line has ' || len(${parts}) || ' fields, the table ${allNames.length}.'`,
      },
      ...fields.flatMap((field, i) => problems(field, stored(i), text(field.name), options)),
    ],
  };
}

function problems(
  field: DecodedField,
  stored: string,
  text: string,
  options: CsvOptions,
): { when: string; then: string }[] {
  const found: { when: string; then: string }[] = [];
  if (!options.ignoreParseErrors)
    found.push({
      when: `${stored} IS NULL AND ${text} IS NOT NULL`,
      then: quote(
        `Column ${field.name} takes ${formatType(field.type)}, the line has another kind of value.`,
      ),
    });
  if (field.notNull)
    found.push({
      when: `${stored} IS NULL`,
      then: quote(`Column ${field.name} is NOT NULL, the line has no value.`),
    });
  return found;
}

/** Only lines with a quote take the slow way. */
function split(source: string, options: CsvOptions): string {
  const { delimiter } = options;
  const mark = options.quote;
  const plain = `string_split(${source}, ${quote(delimiter)})`;
  if (mark === '') return plain;
  const [d, q] = [delimiter, mark].map((character) => character.replaceAll(/[.*+?^${}()|[\]\\-]/g, '\\$&'));
  const pattern = `${d}(${q}(?:[^${q}]|${q}${q})*${q}|[^${d}]*)`;
  const found = `regexp_extract_all(${quote(delimiter)} || ${source}, ${quote(pattern)}, 1)`;
  const bare = `replace(substring(part, 2, length(part) - 2), ${quote(mark + mark)}, ${quote(mark)})`;
  const unquoted = `list_transform(${found}, lambda part: CASE WHEN starts_with(part, ${quote(mark)}) THEN ${bare} ELSE part END)`;
  return `CASE WHEN contains(${source}, ${quote(mark)}) THEN ${unquoted} ELSE ${plain} END`;
}
