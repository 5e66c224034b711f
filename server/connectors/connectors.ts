// All connectors of the job server, by the names of the option `connector`.
import { blackhole } from './blackhole';
import type { Connector } from './connector';
import { datagen } from './datagen/datagen';
import { file } from './file/file';
import { kafka } from './kafka/kafka';
import { print } from './print/print';

export const allConnectors: readonly Connector[] = [kafka, datagen, file, print, blackhole];
