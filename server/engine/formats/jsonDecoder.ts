// JSON objects to columns: one json_transform reads all plain fields; what it silently turns to NULL is found out.
import { formatType } from '../../analysis/typeNames';
import type { SqlType } from '../../analysis/types';
import { cutTimestamp, duckType, identifier, quote } from '../sqlText';
import type { DecodedField, Decoder } from './decoder';
import { nestedJson, pointer } from './nestedJson';

export interface JsonOptions {
  ignoreParseErrors: boolean;
  failOnMissingField: boolean;
}

/** Doubles carry 15 decimal digits exactly, and JSON functions read numbers as doubles. */
const exactDigits = 15;

export function jsonDecoder(source: string, fields: DecodedField[], options: JsonOptions): Decoder {
  const shared = transforms(source, fields);
  const place = (index: number): string => structField(source, fields, index);
  return {
    shared: shared.map(({ name, structure }) => ({
      name,
      sql: `CASE WHEN json_valid(${source}) THEN json_transform(${source}, ${quote(structure)}) END`,
    })),
    stored: fields.map((field, i) => storedField(source, field, place(i))),
    value: fields.map(({ type }) => laterStep(type, options.ignoreParseErrors)),
    bad: (stored) => {
      const invalid = shared[0] ? `${shared[0].name} IS NULL` : `NOT json_valid(${source})`;
      const allNull = fields.map((_, i) => `${stored(i)} IS NULL`).join(' AND ');
      const notObject = `json_type(${source}) <> 'OBJECT'`;
      return [
        { when: invalid, then: quote('The record is not valid JSON.') },
        {
          when: fields.length === 0 ? notObject : lazily(allNull, notObject),
          then: quote('The record is not a JSON object.'),
        },
        ...fields.flatMap((field, i) => fieldProblems(source, field, stored(i), options)),
      ];
    },
  };
}

function fieldProblems(
  source: string,
  field: DecodedField,
  stored: string,
  options: JsonOptions,
): { when: string; then: string }[] {
  const problems: { when: string; then: string }[] = [];
  const at = quote(pointer(field.name));
  const wrong = quote(
    `Column ${field.name} takes ${formatType(field.type)}, the record has another kind of value.`,
  );
  if (!options.ignoreParseErrors) {
    problems.push({
      when: lazily(`${stored} IS NULL`, `coalesce(json_type(${source}, ${at}) <> 'NULL', FALSE)`),
      then: wrong,
    });
    if (field.type.kind === 'double' || field.type.kind === 'float')
      problems.push({
        when: `NOT isfinite(${stored})`,
        then: quote(`Column ${field.name} is not a finite number.`),
      });
  }
  if (options.failOnMissingField)
    problems.push({
      when: lazily(`${stored} IS NULL`, `json_type(${source}, ${at}) IS NULL`),
      then: quote(`The record has no field ${field.name}.`),
    });
  if (field.notNull)
    problems.push({
      when: `${stored} IS NULL`,
      then: quote(`Column ${field.name} is NOT NULL, the record has no value.`),
    });
  return problems;
}

/** `second` where `first` holds: AND gives no such promise. */
function lazily(first: string, second: string): string {
  return `CASE WHEN ${first} THEN ${second} ELSE FALSE END`;
}

/** DuckDB's struct fields ignore case, JSON's do not: names that differ only in it are read by separate transforms. */
function transformOf(fields: DecodedField[], index: number): number {
  const name = fields[index]?.name.toLowerCase();
  return fields.slice(0, index).filter((field) => field.name.toLowerCase() === name).length;
}

function transforms(source: string, fields: DecodedField[]): { name: string; structure: string }[] {
  const structures: Record<string, string>[] = [];
  for (const [i, field] of fields.entries())
    (structures[transformOf(fields, i)] ??= {})[field.name] = transformType(field.type);
  return structures.map((structure, i) => ({
    name: `${source}_json${i}`,
    structure: JSON.stringify(structure),
  }));
}
function structField(source: string, fields: DecodedField[], index: number): string {
  return `${source}_json${transformOf(fields, index)}.${identifier(fields[index]?.name ?? '')}`;
}

function transformType(type: SqlType): string {
  switch (type.kind) {
    case 'array':
    case 'map':
    case 'row':
      return 'JSON';
    case 'bytes':
      return 'VARCHAR';
    case 'decimal':
      return type.precision > exactDigits ? 'VARCHAR' : `DECIMAL(${type.precision}, ${type.scale})`;
    case 'timestamp':
      return type.local ? 'VARCHAR' : 'TIMESTAMP';
    default:
      return duckType(type) ?? 'VARCHAR';
  }
}

function storedField(source: string, { name, type }: DecodedField, read: string): string {
  switch (type.kind) {
    case 'decimal':
      return type.precision > exactDigits
        ? `TRY_CAST(${exactNumber(source, name, read)} AS DECIMAL(${type.precision}, ${type.scale}))`
        : read;
    case 'timestamp': {
      const text = type.local ? read : `json_extract_string(${source}, ${quote(pointer(name))})`;
      const written = type.local ? `make_timestamp(epoch_us(TRY_CAST(${read} AS TIMESTAMPTZ)))` : read;
      const isValid = `${read.slice(0, read.indexOf('.'))} IS NOT NULL`;
      const epochMs = `CASE WHEN ${isValid} THEN make_timestamp_ms(TRY_CAST(${text} AS BIGINT)) END`;
      return `coalesce(${cutTimestamp(written, type.precision)}, ${epochMs})`;
    }
    default:
      return read;
  }
}

/** The number as it stands in the text: among all numbers written behind this name, the one with the same value. */
function exactNumber(source: string, name: string, read: string): string {
  const escaped = JSON.stringify(name).replaceAll(/[.*+?^${}()|[\]]/g, '\\$&');
  const written = `regexp_extract_all(${source}, ${quote(`${escaped}\\s*:\\s*"?(-?[0-9][0-9.eE+-]*)`)}, 1)`;
  const equal = `TRY_CAST(number AS DOUBLE) = TRY_CAST(${read} AS DOUBLE)`;
  return `CASE WHEN length(${read}) <= ${exactDigits} AND NOT contains(${read}, 'e') THEN ${read}
    ELSE coalesce(list_extract(list_filter(${written}, lambda number: ${equal}), 1), ${read}) END`;
}

function laterStep(type: SqlType, ignoreErrors: boolean): ((stored: string) => string) | undefined {
  const read = nestedStep(type);
  if (!read) return undefined;
  return ignoreErrors ? (stored) => `TRY(${read(stored)})` : read;
}
function nestedStep(type: SqlType): ((stored: string) => string) | undefined {
  if (type.kind === 'bytes') return (stored) => `from_base64(${stored})`;
  if (type.kind === 'array' || type.kind === 'map' || type.kind === 'row')
    return (stored) => nestedJson(stored, type);
  return undefined;
}
