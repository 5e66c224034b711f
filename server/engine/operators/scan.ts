// SCAN: decodes a batch's records of one table into a temporary table; computed columns are expressions over it.
import type { ScanField, ScanNode } from '../../analysis/plan';
import type { SqlType } from '../../analysis/types';
import { StreamJobsError } from '../../protocol/errors';
import { castSql, toSql } from '../expression';
import type { Scope } from '../expression';
import type { Decoder } from '../formats/decoder';
import { decoderOf, tableFormat } from '../formats/formats';
import type { TableFormat } from '../formats/formats';
import type { InputColumns } from '../inputTable';
import { caseWhen, quote } from '../sqlText';
import { checkedProject } from './project';
import { goodRows } from './operator';
import type { DeltaForm, Operator } from './operator';

export interface ScanOperator extends Operator {
  readonly node: ScanNode;
  /** Its place among the plan's scans. */
  readonly index: number;
  /** What the input table must hold. */
  readonly input: InputColumns;
  /** The statement that decodes an input table; its rows have i (the record), p (partition) and bad (why, or NULL;
   *  empty for a record without a value). */
  decode(inputTable: string): string;
  /** The decoded records, a temporary table. */
  readonly decoded: string;
  /** p and t, a partition and its latest time in epoch milliseconds; undefined without WATERMARK. */
  watermark(form: 'plain' | 'safe'): string | undefined;
  watermarkCheck(): string | undefined;
  /** Only this record, while looking for an error's text. */
  only: number | undefined;
  /** Whether the batch has records of it. */
  active: boolean;
}

type PhysicalField = ScanField & { kind: 'physical' };

export function scan(node: ScanNode, index: number): ScanOperator {
  const format = tableFormat(node.table);
  const parts = decoders(node, format);
  const decoded = `in_${index}`;
  const scope = scanScope(node, parts);
  const operator: ScanOperator = {
    node,
    index,
    inputs: [],
    decoded,
    only: undefined,
    active: false,
    input: inputColumns(node, format),
    decode: (inputTable) => decodeSql(inputTable, decoded, parts),
    quiet: () => !operator.active,
    delta: (form) =>
      delta(
        form,
        node.columns.map(({ name }) => ({ sql: scope(name), plain: false })),
      ),
    watermark: (form) => {
      if (!node.watermark) return undefined;
      const time = toSql(node.watermark.expression, scope);
      const rows = delta(form, [
        { sql: 'p', plain: true },
        { sql: `epoch_ms(${time})`, plain: false },
      ]);
      return `SELECT c0 AS p, max(c1) AS t FROM (${rows}) GROUP BY c0`;
    },
    watermarkCheck: () =>
      node.watermark && delta('checked', [{ sql: toSql(node.watermark.expression, scope), plain: false }]),
  };
  function delta(form: DeltaForm, columns: { sql: string; plain: boolean }[]): string {
    const from = operator.only === undefined ? decoded : `${decoded} WHERE i = ${operator.only}`;
    if (form === 'plain')
      return `SELECT ${[...columns.map(({ sql }, i) => `${sql} AS c${i}`), '1 AS w'].join(', ')} FROM ${from}`;
    const records = `SELECT *, 1 AS w, ${index} AS scan, FALSE AS failed FROM ${from}`;
    const checked = checkedProject(
      `SELECT * EXCLUDE (bad, failed), failed AS bad FROM (${records})`,
      columns.map(({ sql, plain }) => ({ sql, safe: plain || /^r\d+$/.test(sql) })),
    );
    return form === 'checked' ? checked : goodRows(checked, columns.length);
  }
  return operator;
}

interface Parts {
  decoders: { decoder: Decoder; fields: PhysicalField[] }[];
  metadata: { name: string; sql: string }[];
}

function decoders(node: ScanNode, format: TableFormat): Parts {
  const physical = node.fields.filter((field) => field.kind === 'physical');
  const inKey = (field: PhysicalField): boolean =>
    format.key !== undefined && format.keyFields.includes(field.name);
  const keyFields = physical.filter(inKey);
  const valueFields = physical.filter((field) => !inKey(field));
  const valueNames = format.valueFields;
  return {
    decoders: [
      {
        decoder: decoderOf(format.value, 'value', valueFields, valueNames, node.table),
        fields: valueFields,
      },
      ...(format.key && keyFields.length > 0
        ? [
            {
              decoder: decoderOf(format.key, 'key', keyFields, format.keyFields, node.table),
              fields: keyFields,
            },
          ]
        : []),
    ],
    metadata: node.fields
      .filter((field) => field.kind === 'metadata')
      .map(({ name, type, key }) => ({ name, sql: metadata(node, format, key, type) })),
  };
}

function inputColumns(node: ScanNode, format: TableFormat): InputColumns {
  const uses = (key: string): boolean =>
    node.fields.some((field) => field.kind === 'metadata' && field.key === key);
  const bytesOf = (names: string[]): boolean =>
    node.fields.some((field) => names.includes(field.name) && field.type.kind === 'bytes');
  const keyIsRead =
    format.key !== undefined && node.fields.some(({ name }) => format.keyFields.includes(name));
  return {
    value: format.value === 'raw' && bytesOf(format.valueFields) ? 'bytes' : 'text',
    ...(keyIsRead && { key: format.key === 'raw' && bytesOf(format.keyFields) ? 'bytes' : 'text' }),
    ...(!keyIsRead && uses('key') && { key: 'bytes' }),
    offset: uses('offset'),
    timestamp: uses('timestamp'),
    headers: uses('headers'),
  };
}

/** A metadata column from the input table. Throws NOT_SUPPORTED for one that no connector fills. */
function metadata(node: ScanNode, format: TableFormat, key: string, type: SqlType): string {
  const { options } = node.table;
  const from = (sql: string, source: SqlType): string => castSql(sql, source, type, false);
  switch (key) {
    case 'offset':
      return from('"offset"', { kind: 'bigint' });
    case 'partition':
      return from('p', { kind: 'int' });
    case 'timestamp':
      return from('make_timestamp_ms(ts)', { kind: 'timestamp', precision: 3, local: true });
    case 'timestamp-type':
      return quote('CreateTime');
    case 'topic':
      return from(quote(options.topic ?? node.table.name), { kind: 'string' });
    case 'path':
      return from(quote(options.path ?? ''), { kind: 'string' });
    case 'key':
      return inputColumns(node, format).key === 'text' ? 'encode(key)' : 'key';
    case 'headers': {
      const value = `lambda name: from_base64(json_extract_string(headers, '/' || replace(replace(name, '~', '~0'), '/', '~1')))`;
      return `map(json_keys(headers), list_transform(json_keys(headers), ${value}))`;
    }
    default:
      throw new StreamJobsError('NOT_SUPPORTED', `${node.table.name} has no metadata ${key}.`);
  }
}

function decodeSql(inputTable: string, decoded: string, { decoders: all, metadata: columns }: Parts): string {
  const shared = all.flatMap(({ decoder }) => decoder.shared.map(({ name, sql }) => `${sql} AS ${name}`));
  const records = `SELECT ${['rowid AS i', '*', ...shared].join(', ')} FROM ${inputTable}`;
  let place = 0;
  const stored: string[] = [];
  const bad = [{ when: 'value IS NULL', then: "''" }];
  for (const { decoder } of all) {
    const first = place;
    for (const sql of decoder.stored) stored.push(`${sql} AS r${place++}`);
    bad.push(...decoder.bad((index) => `r${first + index}`));
  }
  stored.push(...columns.map(({ sql }, i) => `${sql} AS m${i}`));
  const kept = [...Array.from({ length: place }, (_, i) => `r${i}`), ...columns.map((_, i) => `m${i}`)];
  return `CREATE OR REPLACE TEMP TABLE ${decoded} AS
    SELECT ${['i', 'p', ...kept, `${caseWhen(bad, 'NULL')} AS bad`].join(', ')}
    FROM (SELECT ${['*', ...stored].join(', ')} FROM (${records}))`;
}

/** Columns of the node over the decoded table: kept fields, later steps of decoding, computed columns. */
function scanScope(node: ScanNode, { decoders: all, metadata: columns }: Parts): Scope {
  const places = new Map<string, string>();
  let place = 0;
  for (const { decoder, fields } of all)
    for (const [i, field] of fields.entries()) {
      const stored = `r${place++}`;
      places.set(field.name, decoder.value[i]?.(stored) ?? stored);
    }
  for (const [i, { name }] of columns.entries()) places.set(name, `m${i}`);
  const scope: Scope = (name) => {
    const sql = places.get(name);
    if (sql === undefined) throw new Error(`${node.table.name} has no column ${name} in this plan.`);
    return sql;
  };
  for (const { name, expression } of node.computed) places.set(name, `(${toSql(expression, scope)})`);
  return scope;
}
