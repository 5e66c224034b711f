// The formats records are written in, and their options.
import { option } from './table';
import type { OptionTable } from './table';
import { anyText, boolean, oneOf, text } from './values';

export const jsonOptions = {
  'json.ignore-parse-errors': option(
    boolean,
    "Reads a field that has the wrong type as NULL instead of treating the record as bad by the job's on.error.",
    { default: 'false', side: 'source' },
  ),
  'json.fail-on-missing-field': option(
    boolean,
    'Treats a record without one of the columns as bad, instead of reading NULL.',
    { default: 'false', side: 'source' },
  ),
  'json.timestamp-format.standard': option(
    oneOf('SQL', 'ISO-8601'),
    'How timestamps are written: 2026-01-31 12:00:00.000 or 2026-01-31T12:00:00.000.',
    { default: 'SQL' },
  ),
} satisfies OptionTable;

export const csvOptions = {
  'csv.field-delimiter': option(text, 'The character between fields.', { default: ',' }),
  'csv.quote-character': option(text, 'The character around fields that contain the delimiter.', {
    default: '"',
  }),
  'csv.null-literal': option(anyText, 'The text that stands for NULL.', { default: '' }),
  'csv.ignore-parse-errors': option(
    boolean,
    "Reads a field that has the wrong type as NULL instead of treating the record as bad by the job's on.error.",
    { default: 'false', side: 'source' },
  ),
} satisfies OptionTable;

export const rawOptions = {
  'raw.charset': option(oneOf('UTF-8'), 'The encoding of STRING columns.', { default: 'UTF-8' }),
} satisfies OptionTable;

export interface FormatDefinition {
  name: string;
  documentation: string;
  options: OptionTable;
}

export const formats: readonly FormatDefinition[] = [
  {
    name: 'json',
    documentation: 'One JSON object for each record; on a file, one a line.',
    options: jsonOptions,
  },
  {
    name: 'csv',
    documentation: 'Fields separated by a delimiter, in the order of the columns.',
    options: csvOptions,
  },
  {
    name: 'raw',
    documentation: 'The bytes of the record are the one column of the table.',
    options: rawOptions,
  },
];

export function findFormat(name: string): FormatDefinition | undefined {
  return formats.find((format) => format.name === name.toLowerCase());
}
/** The formats of `format`, `value.format` and `key.format`. */
export const formatName = oneOf('json', 'csv', 'raw');
