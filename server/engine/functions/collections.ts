// Constructors and functions of arrays, maps, rows and JSON text.
import { duckType, identifier, quote } from '../sqlText';
import type { CallContext, Mapping, MappingTable } from './functions';

const named =
  (name: string): Mapping =>
  (args) =>
    `${name}(${args.join(', ')})`;

export const collections: MappingTable = {
  ARRAY: (args) => `[${args.join(', ')}]`,
  MAP: (args) =>
    `map([${args.filter((_, i) => i % 2 === 0).join(', ')}], [${args.filter((_, i) => i % 2 === 1).join(', ')}])`,
  ROW: (args, call) => {
    const names = call.type.kind === 'row' ? call.type.fields.map(({ name }) => name) : [];
    const fields = args.map((arg, i) => `${identifier(names[i] ?? `EXPR$${i}`)} := ${arg}`);
    return `struct_pack(${fields.join(', ')})`;
  },
  ITEM: ([container, key], call) =>
    call.argumentTypes[0]?.kind === 'map'
      ? `map_extract_value(${container}, ${key})`
      : `list_extract(${container}, ${key})`,
  CARDINALITY: ([a], call) => (call.argumentTypes[0]?.kind === 'map' ? `cardinality(${a})` : `len(${a})`),
  ELEMENT: ([a]) =>
    `CASE WHEN len(${a}) > 1 THEN list_extract(${a}, fail_number('the array has more than one element', ${a}))
     ELSE list_extract(${a}, 1) END`,
  ARRAY_CONTAINS: named('list_contains'),
  ARRAY_POSITION: ([a, value]) =>
    `CASE WHEN ${a} IS NOT NULL THEN coalesce(list_position(${a}, ${value}), 0) END`,
  ARRAY_APPEND: named('list_append'),
  ARRAY_PREPEND: ([a, value]) => `list_prepend(${value}, ${a})`,
  ARRAY_REMOVE: ([a, value]) => `list_filter(${a}, lambda item: item IS DISTINCT FROM ${value})`,
  // DuckDB's own forms lose the order of the elements.
  ARRAY_DISTINCT: ([a]) => distinctItems(a ?? ''),
  ARRAY_REVERSE: named('list_reverse'),
  ARRAY_SLICE: ([a, start, end]) => `list_slice(${a}, ${start}, ${end ?? '-1'})`,
  ARRAY_SORT: ([a]) => `list_sort(${a}, 'ASC', 'NULLS FIRST')`,
  ARRAY_CONCAT: (args) =>
    args.slice(1).reduce((joined, arg) => `list_concat(${joined}, ${arg})`, args[0] ?? '[]'),
  ARRAY_UNION: ([a, b]) => distinctItems(`list_concat(${a}, ${b})`),
  ARRAY_INTERSECT: ([a, b]) => distinctItems(`list_filter(${a}, lambda item: list_contains(${b}, item))`),
  ARRAY_EXCEPT: ([a, b]) => distinctItems(`list_filter(${a}, lambda item: NOT list_contains(${b}, item))`),
  ARRAY_MAX: ([a]) => `list_aggregate(${a}, 'max')`,
  ARRAY_MIN: ([a]) => `list_aggregate(${a}, 'min')`,
  ARRAY_JOIN: ([a, separator, forNull]) =>
    forNull === undefined
      ? `array_to_string(${a}, ${separator})`
      : `array_to_string(list_transform(${a}, lambda item: coalesce(item, ${forNull})), ${separator})`,
  MAP_KEYS: named('map_keys'),
  MAP_VALUES: named('map_values'),
  MAP_FROM_ARRAYS: named('map'),
  TYPEOF: (_, call) => quote(typeText(call)),
};

function distinctItems(list: string): string {
  return `list_filter(${list}, lambda item, position: list_position(${list}, item) = position)`;
}
function typeText({ argumentTypes }: CallContext): string {
  const [type] = argumentTypes;
  const name = (type && duckType(type)) ?? 'NULL';
  return { INTEGER: 'INT', VARCHAR: 'STRING', BLOB: 'BYTES' }[name] ?? name;
}

export const json: MappingTable = {
  JSON_VALUE: ([text, path]) =>
    `CASE WHEN json_type(${text}, ${path}) NOT IN ('OBJECT', 'ARRAY', 'NULL') THEN json_extract_string(${text}, ${path}) END`,
  JSON_QUERY: ([text, path]) =>
    `CASE WHEN json_type(${text}, ${path}) IN ('OBJECT', 'ARRAY') THEN CAST(json_extract(${text}, ${path}) AS VARCHAR) END`,
  JSON_EXISTS: ([text, path]) => `json_exists(${text}, ${path})`,
  JSON_STRING: ([a]) => `CASE WHEN ${a} IS NOT NULL THEN CAST(to_json(${a}) AS VARCHAR) END`,
  JSON_OBJECT: (args) => `CAST(json_object(${args.join(', ')}) AS VARCHAR)`,
  JSON_ARRAY: (args) => `CAST(json_array(${args.join(', ')}) AS VARCHAR)`,
  JSON_QUOTE: ([text]) => `CAST(to_json(${text}) AS VARCHAR)`,
  JSON_UNQUOTE: ([text]) =>
    `CASE WHEN json_valid(${text}) THEN json_extract_string(${text}, '$') ELSE ${text} END`,
};
