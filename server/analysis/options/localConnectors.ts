// Options and metadata of the connectors that need no broker besides datagen: file, print and blackhole.
import type { ConnectorDefinition } from './connectors';
import { formatName } from './formats';
import { option } from './table';
import type { OptionTable } from './table';
import { boolean, text } from './values';

export const fileOptions = {
  path: option(text, 'The file; a relative path stands for the folder the job server was started for.', {
    required: true,
  }),
  format: option(formatName, 'How lines are written.', { required: true }),
  follow: option(
    boolean,
    'Whether to wait for more lines at the end of the file; else the job is finished there.',
    {
      default: 'true',
      side: 'source',
    },
  ),
  'csv.header': option(boolean, 'For CSV: whether the first line holds the names of the columns.', {
    default: 'false',
  }),
} satisfies OptionTable;

export const fileConnector: ConnectorDefinition = {
  name: 'file',
  documentation: 'Reads a file that may still grow, or writes one: a record a line. Also called filesystem.',
  source: true,
  sink: true,
  options: fileOptions,
  format: 'required',
  takesLetters: false,
  metadata: [
    { key: 'path', synonym: 'file.path', type: { kind: 'string' }, documentation: 'The path of the file.' },
    {
      key: 'offset',
      type: { kind: 'bigint' },
      documentation: 'Where the line begins in the file, in bytes.',
    },
  ],
};

export const printOptions = {
  'print-identifier': option(text, 'Stands before each row; by default the name of the table.'),
} satisfies OptionTable;

export const printConnector: ConnectorDefinition = {
  name: 'print',
  documentation: 'Shows its rows in the results view.',
  source: false,
  sink: true,
  options: printOptions,
  format: 'none',
  takesLetters: false,
  metadata: [],
};

export const blackholeConnector: ConnectorDefinition = {
  name: 'blackhole',
  documentation: 'Takes rows and keeps nothing: to measure a query.',
  source: false,
  sink: true,
  options: {},
  format: 'none',
  takesLetters: false,
  metadata: [],
};
