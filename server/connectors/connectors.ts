// All connectors of the job server, by the names of the option `connector`.
import { blackhole } from './blackhole';
import type { Connector } from './connector';
import { datagen } from './datagen/datagen';

export const allConnectors: readonly Connector[] = [datagen, blackhole];
