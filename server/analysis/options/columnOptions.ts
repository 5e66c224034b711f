// Options that name columns of their table: fields.<column>.* of datagen, key.fields, and the one column of raw.
import type { Option } from '../../syntax/ast';
import { hasPlaceholder } from '../../syntax/placeholders';
import type { Problem } from '../../syntax/problem';
import type { TableDefinition } from '../catalog';
import { problem } from '../problemCodes';
import { didYouMean } from '../suggest';
import { findConnector } from './connectors';

export function checkColumnOptions(table: TableDefinition, options: Option[]): Problem[] {
  const columns = table.columns.filter(({ kind }) => kind === 'physical').map(({ name }) => name);
  return [
    ...options.flatMap((option) => checkField(option, columns, table)),
    ...options.flatMap((option) => checkKeyFields(option, columns, table)),
    ...options.flatMap((option) => checkRaw(option, columns, table)),
  ];
}

/** `fields.amount.min`: parts of a row or elements of an array come after the column's name. */
function checkField({ key }: Option, columns: string[], table: TableDefinition): Problem[] {
  if (table.connector !== 'datagen' || !key.text.startsWith('fields.')) return [];
  const named = key.text.slice('fields.'.length);
  if (!named.includes('.') || columns.some((column) => named.startsWith(`${column}.`))) return [];
  const [name = '', ...rest] = named.split('.');
  const write = (column: string) => `'fields.${[column, ...rest].join('.')}'`;
  const near = didYouMean(name, columns, key.span, write);
  const message = `${table.name} has no column ${name} to make values for.${near.sentence}`;
  return [problem('unknownOption', message, key.span, { fixes: near.fixes })];
}

function checkKeyFields({ key, value }: Option, columns: string[], table: TableDefinition): Problem[] {
  if (key.text !== 'key.fields' || hasPlaceholder(value.text) || !findConnector(table.connector)) return [];
  return value.text
    .split(';')
    .map((name) => name.trim())
    .filter((name) => name !== '' && !columns.includes(name))
    .map((name) => {
      const near = didYouMean(name, columns, value.span, (column) => `'${value.text.replace(name, column)}'`);
      const message = `'key.fields' names ${name}, which is no column of ${table.name}.${near.sentence}`;
      return problem('badOptionValue', message, value.span, { fixes: near.fixes });
    });
}

function checkRaw({ key, value }: Option, columns: string[], table: TableDefinition): Problem[] {
  const isFormat = key.text === 'format' || key.text === 'value.format';
  if (!isFormat || value.text.toLowerCase() !== 'raw' || columns.length === 1) return [];
  if (table.options['key.fields'] !== undefined) return [];
  const message = `The raw format is for a table of one column, and ${table.name} has ${columns.length}.`;
  return [problem('badOptionValue', message, value.span)];
}
