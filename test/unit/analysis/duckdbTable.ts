// Makes the table of DuckDB's own functions from an installed DuckDB.
import { DuckDBInstance } from '@duckdb/node-api';
import { flinkFunctions } from '../../../server/analysis/functions/functions';

interface Row {
  name: string;
  parameters: string[];
  types: string[];
  result: string | null;
  varargs: string | null;
  description: string | null;
}

const types: Record<string, string> = {
  VARCHAR: 'STRING',
  JSON: 'STRING',
  BOOLEAN: 'BOOLEAN',
  TINYINT: 'TINYINT',
  SMALLINT: 'SMALLINT',
  UTINYINT: 'SMALLINT',
  INTEGER: 'INT',
  USMALLINT: 'INT',
  BIGINT: 'BIGINT',
  UINTEGER: 'BIGINT',
  HUGEINT: 'HUGEINT',
  UBIGINT: 'HUGEINT',
  FLOAT: 'FLOAT',
  DOUBLE: 'DOUBLE',
  BLOB: 'BYTES',
  DATE: 'DATE',
  TIME: 'TIME',
  TIMESTAMP: 'TIMESTAMP_US',
  'TIMESTAMP WITH TIME ZONE': 'TIMESTAMP_LTZ_US',
  INTERVAL: 'INTERVAL',
  T: 'T',
  K: 'K',
  V: 'V',
  'MAP(K, V)': 'MAP<K, V>',
};
const parameterTypes: Record<string, string> = {
  ...types,
  ANY: 'ANY',
  DECIMAL: 'DECIMAL',
  'ANY[]': 'ARRAY<T>',
};
const resultTypes: Record<string, string> = { ...types, UUID: 'STRING', 'ANY[]': 'ARRAY<T>' };

/** Operators under another name, SQL as data, sessions and sequences, types as values, lambdas. */
const excluded =
  /^(_|icu_|pg_|st_|txid|current_|inet_|get_|json_(de)?serialize|variant|enum_|union_|struct_|has_\w+_privilege)|grade_up|_zip$|^list_(pack|value)$|flatten|transform|^(add|subtract|multiply|divide|mod|row|map|alias|typeof|json|constant_or_null|create_sort_key|stats|vector_type|version|cast_to_type|make_type|can_cast_implicitly|in_search_path|generate_subscripts|range|generate_series|getvariable|format_type|error|remap_struct|replace_type|timetz_byte_comparable|combine|finalize|is_histogram_other_bin|(not_)?i?like_escape|parse_duckdb_log_message|bar)$/;

export async function duckdbTable(): Promise<Record<string, [string, string]>> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const reader = await connection.runAndReadAll(`
    select function_name as name, parameters, parameter_types as types, return_type as result, varargs, description
    from duckdb_functions()
    where function_type = 'scalar' and stability = 'CONSISTENT' and not has_side_effects
    order by all`);
  const rows = reader.getRowObjectsJson() as unknown as Row[];
  connection.closeSync();
  const own = new Set(flinkFunctions.map(({ name }) => name.toLowerCase()));
  const table: Record<string, [string, string]> = {};
  for (const row of rows) {
    if (!/^[a-z_0-9]+$/.test(row.name) || excluded.test(row.name) || own.has(row.name)) continue;
    const signature = signatureOf(row);
    const entry = (table[row.name] ??= ['', (row.description ?? '').split(/(?<=\.)\s/)[0] ?? '']);
    if (signature && !entry[0].split('; ').includes(signature)) entry[0] += (entry[0] && '; ') + signature;
  }
  return Object.fromEntries(Object.entries(table).filter(([, [signatures]]) => signatures !== ''));
}

function signatureOf(row: Row): string | undefined {
  const result = mapped(resultTypes, row.result ?? '');
  const parameters = row.types.map((type, i) => {
    const known = mapped(parameterTypes, type);
    return known && `${(row.parameters[i] ?? `x${i}`).replaceAll(/\W/g, '')} ${known}`;
  });
  if (row.varargs)
    parameters.push(mapped(parameterTypes, row.varargs) && `more ${mapped(parameterTypes, row.varargs)}...`);
  if (!result || parameters.some((parameter) => !parameter)) return undefined;
  return `${row.name.toUpperCase()}(${parameters.join(', ')}) -> ${result}`;
}

function mapped(table: Record<string, string>, type: string): string | undefined {
  if (table[type] !== undefined) return table[type];
  const element = type.endsWith('[]') ? table[type.slice(0, -2)] : undefined;
  return element === undefined ? undefined : `ARRAY<${element}>`;
}
