// Arrays, maps and rows inside JSON, strictly: a value of the wrong kind is an error, at any depth.
import type { SqlType } from '../../analysis/types';
import { identifier, quote } from '../sqlText';
import { cutTimestamp, duckType } from '../sqlText';

/** A JSON pointer to a field of an object. */
export function pointer(name: string): string {
  return `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** The value of JSON text `json` (an expression) as a type. Fails where it is of another kind. */
export function nestedJson(json: string, type: SqlType, depth = 0): string {
  switch (type.kind) {
    case 'row': {
      const fields = type.fields.map(
        ({ name, type: fieldType }) =>
          `${identifier(name)} := ${nestedJson(`json_extract(${json}, ${quote(pointer(name))})`, fieldType, depth + 1)}`,
      );
      return container(json, 'OBJECT', `struct_pack(${fields.join(', ')})`);
    }
    case 'array': {
      const item = `item${depth}`;
      const items = `list_transform(json_extract(${json}, '$[*]'), lambda ${item}: ${nestedJson(item, type.element, depth + 1)})`;
      return container(json, 'ARRAY', items);
    }
    case 'map': {
      const key = `key${depth}`;
      const path = `'/' || replace(replace(${key}, '~', '~0'), '/', '~1')`;
      const value = nestedJson(`json_extract(${json}, ${path})`, type.value, depth + 1);
      const keys = `json_keys(${json})`;
      const typedKeys =
        type.key.kind === 'string' ? keys : `CAST(${keys} AS ${duckType(type.key) ?? 'VARCHAR'}[])`;
      return container(json, 'OBJECT', `map(${typedKeys}, list_transform(${keys}, lambda ${key}: ${value}))`);
    }
    default:
      return scalar(`json_extract_string(${json}, '$')`, type);
  }
}

function container(json: string, kind: 'OBJECT' | 'ARRAY', value: string): string {
  const wrong = `fail_number('a nested value is no ${kind.toLowerCase()}', ${json}) IS NULL`;
  return `CASE WHEN ${json} IS NULL OR json_type(${json}) = 'NULL' THEN NULL
    WHEN json_type(${json}) = '${kind}' THEN ${value}
    WHEN ${wrong} THEN NULL END`;
}

function scalar(text: string, type: SqlType): string {
  switch (type.kind) {
    case 'string':
      return text;
    case 'bytes':
      return `from_base64(${text})`;
    case 'timestamp':
      return cutTimestamp(
        type.local ? `make_timestamp(epoch_us(CAST(${text} AS TIMESTAMPTZ)))` : `CAST(${text} AS TIMESTAMP)`,
        type.precision,
      );
    default:
      return `CAST(${text} AS ${duckType(type) ?? 'VARCHAR'})`;
  }
}
