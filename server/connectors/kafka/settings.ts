// The options of a kafka table, read and checked.
import type { TableDefinition } from '../../analysis/catalog';
import { kafkaOptions } from '../../analysis/options/kafka';
import { readOptions } from '../../analysis/options/table';
import type { OptionValues } from '../../analysis/options/table';
import { StreamJobsError } from '../../protocol/errors';
import type { Connection, ConnectorContext } from '../connector';
import { canWriteZstd } from './codecs/zstd';
import type { CompressionName } from './codecs/codecs';

export type KafkaSettings = OptionValues<typeof kafkaOptions>;

/** Throws BAD_OPTION, NOT_SUPPORTED for several topics. */
export function readSettings(table: TableDefinition): KafkaSettings {
  refuseSecrets(table);
  const settings = readOptions(kafkaOptions, table.options);
  if (settings.topic.includes(';'))
    throw new StreamJobsError(
      'NOT_SUPPORTED',
      `The table ${table.name} names several topics; one job source reads one.`,
      { hint: 'Make a table for each topic and combine them with UNION ALL.' },
    );
  return settings;
}

/** How a sink compresses. Throws BAD_OPTION where this Node cannot. */
export function compressionOf(settings: KafkaSettings): CompressionName {
  const compression = settings['properties.compression.type'];
  if (compression === 'zstd' && !canWriteZstd)
    throw new StreamJobsError(
      'BAD_OPTION',
      "'properties.compression.type' = 'zstd' needs Node 22.15 or later.",
      {
        hint: `This is Node ${process.versions.node}: it reads zstd, but writes only gzip, snappy and lz4.`,
      },
    );
  return compression;
}

/** The cluster a table is on. Throws BAD_OPTION, CONNECTION_UNKNOWN. */
export async function resolveConnection(
  table: TableDefinition,
  context: ConnectorContext,
): Promise<Connection> {
  const key = 'properties.security.protocol';
  const protocol = table.options[key]?.toUpperCase();
  if (protocol?.startsWith('SASL') === true)
    throw new StreamJobsError(
      'BAD_OPTION',
      `'${key}' = '${protocol}' needs a login, which does not belong in SQL.`,
      {
        hint: "Name a connection that holds it: 'connection' = 'name'.",
      },
    );
  const settings = readOptions(kafkaOptions, table.options);
  if (settings.connection !== undefined) return context.connection(settings.connection);
  const servers = settings['properties.bootstrap.servers'];
  if (servers === undefined)
    throw new StreamJobsError('BAD_OPTION', `The table ${table.name} does not say where its brokers are.`, {
      hint: "Add 'properties.bootstrap.servers' = 'host:port' or 'connection' = 'name'.",
    });
  return { brokers: brokersOf(servers), tls: settings[key] === 'SSL' };
}

/** What people call the cluster of a table: its connection's name, or its brokers. */
export function clusterName(table: TableDefinition): string {
  return table.options.connection ?? table.options['properties.bootstrap.servers'] ?? '';
}

function brokersOf(servers: string): string[] {
  return servers.split(',').map((server) => {
    const trimmed = server.trim();
    if (!/^(\[[0-9a-f:]+\]|[^\s:/]+):\d{1,5}$/i.test(trimmed))
      throw new StreamJobsError(
        'BAD_OPTION',
        `'properties.bootstrap.servers' has '${trimmed}', which is not host:port.`,
      );
    return trimmed;
  });
}

function refuseSecrets(table: TableDefinition): void {
  const secret = Object.keys(table.options).find((key) =>
    /^properties\..*(password|jaas|secret|token)/i.test(key),
  );
  if (secret === undefined) return;
  throw new StreamJobsError('BAD_OPTION', `'${secret}' would keep a secret in SQL.`, {
    hint: "Put it into a named connection and write 'connection' = 'name'.",
  });
}
