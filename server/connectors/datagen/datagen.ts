// The datagen connector: rows made up on the spot, in a virtual log that behaves like a topic.
import type { Connector } from '../connector';
import { DatagenSource } from './source';

export const datagen: Connector = {
  name: 'datagen',
  source: (table, context) => new DatagenSource(table, context),
  target: (table) => table.name,
};
