// The header line of CSV files: `'csv.header' = 'true'` skips it when reading and writes it into an empty file.
import type { TableDefinition } from '../../analysis/catalog';
import { csvOptions } from '../../analysis/options/formats';
import { option, readOption } from '../../analysis/options/table';
import { boolean } from '../../analysis/options/values';

export const csvHeaderOption = option(
  boolean,
  'Whether the first line of a file holds the names of the columns.',
  {
    default: 'false',
  },
);

/** The names of the physical columns, quoted where they need it. */
export function headerLine(table: TableDefinition): string {
  const delimiter = csvCharacter(table, 'csv.field-delimiter');
  const quote = csvCharacter(table, 'csv.quote-character');
  const names = table.columns.filter((column) => column.kind === 'physical').map((column) => column.name);
  const quoted = names.map((name) =>
    [delimiter, quote, '\n', '\r'].some((special) => name.includes(special))
      ? quote + name.replaceAll(quote, quote + quote) + quote
      : name,
  );
  return `${quoted.join(delimiter)}\n`;
}

/** A character of the CSV format, as its option or default says. Throws BAD_OPTION. */
export function csvCharacter(
  table: TableDefinition,
  key: 'csv.field-delimiter' | 'csv.quote-character',
): string {
  return readOption(key, csvOptions[key], table.options[key]) ?? '';
}
