// Pieces of DuckDB SQL: names, literals and type names.
import type { SqlType } from '../analysis/types';

/** A string literal. */
export function quote(text: string): string {
  if (text.includes('\0')) return `(${text.split('\0').map(quote).join(' || chr(0) || ')})`;
  return `'${text.replaceAll("'", "''")}'`;
}

export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A CASE; without branches, what stands after ELSE. */
export function caseWhen(branches: { when: string; then: string }[], otherwise: string): string {
  if (branches.length === 0) return otherwise;
  const written = branches.map(({ when, then }) => `WHEN ${when} THEN ${then}`).join(' ');
  return `CASE ${written} ELSE ${otherwise} END`;
}

export function cast(sql: string, type: SqlType): string {
  const name = duckType(type);
  return name === undefined ? sql : `CAST(${sql} AS ${name})`;
}

/** The DuckDB type that carries a type, undefined where the type is not known. Moments (TIMESTAMP_LTZ) are kept as
 *  wall-clock times in UTC, which is the session's time zone. */
export function duckType(type: SqlType): string | undefined {
  switch (type.kind) {
    case 'boolean':
    case 'tinyint':
    case 'smallint':
    case 'bigint':
    case 'float':
    case 'double':
    case 'date':
    case 'time':
    case 'timestamp':
    case 'interval':
      return type.kind.toUpperCase();
    case 'int':
      return 'INTEGER';
    case 'string':
      return 'VARCHAR';
    case 'bytes':
      return 'BLOB';
    case 'decimal':
      return `DECIMAL(${type.precision}, ${type.scale})`;
    case 'array': {
      const element = duckType(type.element);
      return element && `${element}[]`;
    }
    case 'map': {
      const [key, value] = [duckType(type.key), duckType(type.value)];
      return key && value && `MAP(${key}, ${value})`;
    }
    case 'row': {
      const fields = type.fields.map((field) => {
        const name = duckType(field.type);
        return name && `${identifier(field.name)} ${name}`;
      });
      return fields.includes(undefined) ? undefined : `STRUCT(${fields.join(', ')})`;
    }
    case 'null':
    case 'unknown':
      return undefined;
  }
}

/** A timestamp cut (never rounded) to so many digits of a second. DuckDB carries six. */
export function cutTimestamp(sql: string, precision: number): string {
  if (precision >= 6) return sql;
  if (precision === 3) return `make_timestamp_ms(epoch_ms(${sql}))`;
  const unit = 10 ** (6 - precision);
  return `make_timestamp(epoch_us(${sql}) // ${unit} * ${unit})`;
}
