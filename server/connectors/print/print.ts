// The print connector: rows for a person to look at.
import type { Connector } from '../connector';
import { PrintSink } from './sink';

export const print: Connector = {
  name: 'print',
  sink: (table, context) => new PrintSink(table, context),
  target: (table) => table.name,
};
