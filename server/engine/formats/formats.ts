// Which format a table's values and keys have, by its options, and who decodes them.
import { csvOptions, jsonOptions } from '../../analysis/options/formats';
import { readOption, readOptions } from '../../analysis/options/table';
import type { TableDefinition } from '../../analysis/catalog';
import { list } from '../../analysis/options/values';
import { StreamJobsError } from '../../protocol/errors';
import { csvDecoder } from './csvDecoder';
import type { DecodedField, Decoder } from './decoder';
import { jsonDecoder } from './jsonDecoder';

export type FormatName = 'json' | 'csv' | 'raw';

export interface TableFormat {
  value: FormatName;
  key: FormatName | undefined;
  /** Columns that are in the key, in their order. */
  keyFields: string[];
  /** Physical columns of the value, in their order. */
  valueFields: string[];
}

/** Throws BAD_OPTION for options that contradict each other. */
export function tableFormat(table: TableDefinition): TableFormat {
  const { options } = table;
  const physical = table.columns.filter(({ kind }) => kind === 'physical').map(({ name }) => name);
  const written = options['key.fields'];
  const keyFields =
    written === undefined
      ? []
      : (readOption('key.fields', { kind: list, documentation: '', required: true }, written) ?? []);
  const unknown = keyFields.find((name) => !physical.includes(name));
  if (unknown !== undefined)
    throw new StreamJobsError(
      'BAD_OPTION',
      `'key.fields' names ${unknown}, which is no column of ${table.name}.`,
    );
  const key = keyFields.length > 0 ? formatOf(options['key.format'] ?? 'raw') : undefined;
  const exceptKey = options['value.fields-include']?.toUpperCase() === 'EXCEPT_KEY';
  return {
    value: formatOf(options['value.format'] ?? options.format ?? 'json'),
    key,
    keyFields,
    valueFields: exceptKey ? physical.filter((name) => !keyFields.includes(name)) : physical,
  };
}

function formatOf(written: string): FormatName {
  const name = written.toLowerCase();
  if (name === 'json' || name === 'csv' || name === 'raw') return name;
  throw new StreamJobsError('BAD_OPTION', `The format ${written} cannot be read.`, {
    hint: 'Formats are json, csv and raw.',
  });
}

/** The decoder of the `source` column of a scan's input. Throws NOT_SUPPORTED for types a format cannot carry. */
export function decoderOf(
  format: FormatName,
  source: string,
  fields: DecodedField[],
  allNames: string[],
  table: TableDefinition,
): Decoder {
  switch (format) {
    case 'json': {
      const values = readOptions(jsonOptions, table.options);
      return jsonDecoder(source, fields, {
        ignoreParseErrors: values['json.ignore-parse-errors'],
        failOnMissingField: values['json.fail-on-missing-field'],
      });
    }
    case 'csv': {
      const values = readOptions(csvOptions, table.options);
      return csvDecoder(source, fields, allNames, {
        delimiter: values['csv.field-delimiter'],
        quote: values['csv.quote-character'],
        nullLiteral: values['csv.null-literal'],
        ignoreParseErrors: values['csv.ignore-parse-errors'],
      });
    }
    case 'raw': {
      const wrong = fields.find(({ type }) => type.kind !== 'string' && type.kind !== 'bytes');
      if (wrong ?? fields.length > 1)
        throw new StreamJobsError(
          'NOT_SUPPORTED',
          `The raw format of ${table.name} carries one STRING or BYTES column.`,
        );
      return { shared: [], stored: fields.map(() => source), value: [undefined], bad: () => [] };
    }
  }
}
