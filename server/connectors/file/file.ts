// The file connector: reads and writes files of one record a line.
import path from 'node:path';
import type { TableDefinition } from '../../analysis/catalog';
import { fileOptions } from '../../analysis/options/localConnectors';
import { readOption } from '../../analysis/options/table';
import type { Connector, ConnectorContext } from '../connector';
import { FileSink } from './sink';
import { FileSource } from './source';

export const file: Connector = {
  name: 'file',
  source: (table, context) => new FileSource(table, pathOf(table, context), context),
  sink: (table, context) => new FileSink(table, pathOf(table, context), context),
  target: (table) => path.normalize(table.options.path ?? ''),
  singleWriter: true,
};

function pathOf(table: TableDefinition, context: ConnectorContext): string {
  return path.resolve(context.baseDir, readOption('path', fileOptions.path, table.options.path) ?? '');
}
