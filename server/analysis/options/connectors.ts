// What is known of each connector: whether it reads or writes, its options and its metadata columns.
import type { SqlType } from '../types';
import { datagenConnector } from './datagen';
import { kafkaConnector } from './kafka';
import { blackholeConnector, fileConnector, printConnector } from './localConnectors';
import type { OptionTable } from './table';

export interface ConnectorDefinition {
  name: string;
  documentation: string;
  source: boolean;
  sink: boolean;
  options: OptionTable;
  /** Whether records are in a format that `format` names. */
  format: 'required' | 'none';
  /** Of each of these groups, one option must be there. */
  oneOfEach?: string[][];
  metadata: MetadataColumn[];
  /** Whether dead letters of a job that reads from it can be sent to another place of the same kind. */
  takesLetters: boolean;
}

/** What a column METADATA FROM 'key' may read. */
export interface MetadataColumn {
  key: string;
  /** Flink's name where ours differs. */
  synonym?: string;
  type: SqlType;
  documentation: string;
}

export const connectors: readonly ConnectorDefinition[] = [
  kafkaConnector,
  datagenConnector,
  fileConnector,
  printConnector,
  blackholeConnector,
];

const synonyms: Record<string, string> = { filesystem: 'file' };

/** The connector's name with synonyms resolved: `filesystem` is `file`. */
export function canonicalConnector(written: string): string {
  const name = written.toLowerCase();
  return synonyms[name] ?? name;
}

export function findConnector(written: string): ConnectorDefinition | undefined {
  const name = canonicalConnector(written);
  return connectors.find((connector) => connector.name === name);
}

export function findMetadata(connector: ConnectorDefinition, key: string): MetadataColumn | undefined {
  return connector.metadata.find((column) => column.key === key || column.synonym === key);
}
