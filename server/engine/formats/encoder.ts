// Rows to bytes, in SQL: one text for each row of a sink, in the sink's format.
import { csvOptions, jsonOptions } from '../../analysis/options/formats';
import { readOptions } from '../../analysis/options/table';
import { formatType } from '../../analysis/typeNames';
import type { TableDefinition } from '../../analysis/catalog';
import type { PlanColumn } from '../../analysis/plan';
import type { SqlType } from '../../analysis/types';
import { StreamJobsError } from '../../protocol/errors';
import { castSql } from '../expression';
import { identifier, quote } from '../sqlText';
import { tableFormat } from './formats';
import type { FormatName } from './formats';

export interface RowEncoder {
  /** VARCHAR or BLOB (raw bytes) over the columns c0, c1, ...; NULL for a row without a value. */
  value: string;
  key?: string;
}

interface Field {
  name: string;
  type: SqlType;
  sql: string;
}

/** Encodes rows whose columns are a table's, in their order. Throws NOT_SUPPORTED for types a format cannot carry. */
export function tableEncoder(table: TableDefinition, columns: readonly PlanColumn[]): RowEncoder {
  const format = tableFormat(table);
  const names = sinkColumns(table);
  const fields = columns.map(({ name, type }, i) => ({ name: names[i] ?? name, type, sql: `c${i}` }));
  const inValue = fields.filter(({ name }) => format.valueFields.includes(name) || !names.includes(name));
  const inKey = fields.filter(({ name }) => format.keyFields.includes(name));
  return {
    value: encode(format.value, inValue, table),
    ...(format.key && { key: encode(format.key, inKey, table) }),
  };
}

/** What an INSERT writes: physical columns and metadata that is not VIRTUAL. */
function sinkColumns(table: TableDefinition): string[] {
  return table.columns
    .filter((column) => column.kind === 'physical' || (column.kind === 'metadata' && !column.virtual))
    .map(({ name }) => name);
}

function encode(format: FormatName, fields: Field[], table: TableDefinition): string {
  switch (format) {
    case 'json': {
      const standard = readOptions(jsonOptions, table.options)['json.timestamp-format.standard'];
      return jsonRow(fields, standard);
    }
    case 'csv': {
      const options = readOptions(csvOptions, table.options);
      return csvRow(
        fields,
        options['csv.field-delimiter'],
        options['csv.quote-character'],
        options['csv.null-literal'],
      );
    }
    case 'raw': {
      const [field, more] = fields;
      if (!field || more || (field.type.kind !== 'string' && field.type.kind !== 'bytes'))
        throw new StreamJobsError(
          'NOT_SUPPORTED',
          `The raw format of ${table.name} carries one STRING or BYTES column.`,
        );
      return field.sql;
    }
  }
}

type TimestampStandard = 'SQL' | 'ISO-8601';

function jsonRow(fields: Field[], standard: TimestampStandard): string {
  if (fields.length === 0) return `'{}'`;
  const values = fields.map(({ name, type, sql }) => ({ name, sql: jsonValue(sql, type, standard) }));
  // Names of a struct ignore case.
  const distinct = new Set(fields.map(({ name }) => name.toLowerCase())).size === fields.length;
  return distinct
    ? `to_json(struct_pack(${values.map(({ name, sql }) => `${identifier(name)} := ${sql}`).join(', ')}))`
    : `json_object(${values.map(({ name, sql }) => `${quote(name)}, ${sql}`).join(', ')})`;
}

/** A value that to_json writes as it should be: nothing that JSON cannot say, times as Flink writes them. */
function jsonValue(sql: string, type: SqlType, standard: TimestampStandard, depth = 0): string {
  switch (type.kind) {
    case 'double':
      return `CASE WHEN isfinite(${sql}) THEN ${sql} END`;
    case 'float':
      return `CASE WHEN isfinite(${sql}) THEN CAST(CAST(${sql} AS VARCHAR) AS DOUBLE) END`;
    // Narrower decimals would go through a double.
    case 'decimal':
      return `CAST(${sql} AS DECIMAL(38, ${type.scale}))`;
    case 'bytes':
      return `to_base64(${sql})`;
    case 'timestamp': {
      const text = `CAST(${sql} AS VARCHAR)`;
      const separated = standard === 'SQL' ? text : `replace(${text}, ' ', 'T')`;
      if (type.local) return `${separated} || 'Z'`;
      return standard === 'SQL' ? sql : separated;
    }
    case 'interval':
      return `CAST(${sql} AS VARCHAR)`;
    case 'array': {
      const item = `item${depth}`;
      const inner = jsonValue(item, type.element, standard, depth + 1);
      return inner === item ? sql : `list_transform(${sql}, lambda ${item}: ${inner})`;
    }
    case 'map': {
      const item = `item${depth}`;
      const inner = jsonValue(item, type.value, standard, depth + 1);
      if (inner === item) return sql;
      return `CASE WHEN ${sql} IS NOT NULL THEN map(map_keys(${sql}), list_transform(map_values(${sql}), lambda ${item}: ${inner})) END`;
    }
    case 'row': {
      const fields = type.fields.map(({ name, type: fieldType }) => {
        const field = `struct_extract(${sql}, ${quote(name)})`;
        return `${identifier(name)} := ${jsonValue(field, fieldType, standard, depth + 1)}`;
      });
      return `CASE WHEN ${sql} IS NOT NULL THEN struct_pack(${fields.join(', ')}) END`;
    }
    default:
      return sql;
  }
}

function csvRow(fields: Field[], delimiter: string, mark: string, nullLiteral: string): string {
  if (fields.length === 0) return `''`;
  const special = [delimiter, mark, '\n', '\r'].filter((character) => character !== '');
  const values = fields.map(({ name, type, sql }) => {
    if (type.kind === 'array' || type.kind === 'map' || type.kind === 'row')
      throw new StreamJobsError('NOT_SUPPORTED', `Column ${name}: CSV carries no ${formatType(type)}.`);
    const text = csvText(sql, type);
    if (type.kind !== 'string' || mark === '') return `coalesce(${text}, ${quote(nullLiteral)})`;
    const needsQuotes = special.map((character) => `contains(${text}, ${quote(character)})`).join(' OR ');
    const quoted = `${quote(mark)} || replace(${text}, ${quote(mark)}, ${quote(mark + mark)}) || ${quote(mark)}`;
    return `coalesce(CASE WHEN ${needsQuotes} THEN ${quoted} ELSE ${text} END, ${quote(nullLiteral)})`;
  });
  return `concat(${values.join(`, ${quote(delimiter)}, `)})`;
}

function csvText(sql: string, type: SqlType): string {
  if (type.kind === 'string') return sql;
  if (type.kind === 'bytes') return `to_base64(${sql})`;
  if (type.kind === 'boolean') return `CAST(${sql} AS VARCHAR)`;
  if (type.kind === 'timestamp')
    return type.local ? `CAST(${sql} AS VARCHAR) || 'Z'` : `CAST(${sql} AS VARCHAR)`;
  return castSql(sql, type, { kind: 'string' }, false);
}

/** Rows as JSON arrays of cells: numbers that a double cannot carry, and decimals with their full scale, are strings. */
export function cellEncoder(columns: readonly PlanColumn[]): RowEncoder {
  const cells = columns.map(({ type }, i) => cell(`c${i}`, type));
  return { value: `json_array(${cells.join(', ')})` };
}

function cell(sql: string, type: SqlType): string {
  switch (type.kind) {
    case 'bigint':
      return `CASE WHEN abs(${sql}) <= 9007199254740991 THEN to_json(${sql}) ELSE to_json(CAST(${sql} AS VARCHAR)) END`;
    case 'double':
    case 'float':
      return `CASE WHEN isfinite(${sql}) THEN to_json(${jsonValue(sql, type, 'SQL')}) ELSE to_json(CAST(${sql} AS VARCHAR)) END`;
    case 'boolean':
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'string':
      return sql;
    case 'array':
    case 'map':
    case 'row':
      return `CAST(to_json(${jsonValue(sql, type, 'SQL')}) AS VARCHAR)`;
    case 'bytes':
      return `to_base64(${sql})`;
    default:
      return `CAST(${sql} AS VARCHAR)`;
  }
}
