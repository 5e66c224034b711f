// The blackhole connector: takes every row and keeps none.
import type { Connector, Sink } from './connector';

const sink: Sink = {
  open: () => Promise.resolve(),
  write: () => Promise.resolve(),
  flush: () => Promise.resolve(undefined),
  close: () => Promise.resolve(),
};

export const blackhole: Connector = {
  name: 'blackhole',
  sink: () => sink,
  target: (table) => table.name,
};
