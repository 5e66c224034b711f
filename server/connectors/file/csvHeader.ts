// The header line of CSV files: `'csv.header' = 'true'` skips it when reading and writes it into an empty file.
import type { TableDefinition } from '../../analysis/catalog';
import { csvOptions } from '../../analysis/options/formats';
import { fileOptions } from '../../analysis/options/localConnectors';
import { readOption } from '../../analysis/options/table';

/** Whether the first line of the table's file holds the names of the columns. Throws BAD_OPTION. */
export function hasHeader(table: TableDefinition): boolean {
  if (table.options.format?.toLowerCase() !== 'csv') return false;
  return readOption('csv.header', fileOptions['csv.header'], table.options['csv.header']) ?? false;
}

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
