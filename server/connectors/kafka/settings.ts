// The options of a kafka table, read and checked.
import type { TableDefinition } from '../../analysis/catalog';
import { kafkaOptions } from '../../analysis/options/kafka';
import { option, readOption, readOptions } from '../../analysis/options/table';
import type { OptionValues } from '../../analysis/options/table';
import { integer, oneOf } from '../../analysis/options/values';
import { StreamJobsError } from '../../protocol/errors';
import type { Connection, ConnectorContext } from '../connector';
import { canWriteZstd } from './codecs/zstd';
import type { CompressionName } from './codecs/codecs';

/** How new partitions are noticed, unless the table says otherwise. */
const discoveryMsDefault = 10_000;

/** Properties of the Kafka client that this one has a use for. */
const properties = {
  'security.protocol': option(oneOf('PLAINTEXT', 'SSL'), 'Whether connections are encrypted.', {
    default: 'PLAINTEXT',
  }),
  'client.id': option(
    { expects: 'a text', parse: (value: string) => value },
    'What the brokers call this client.',
    {
      default: 'stream-jobs',
    },
  ),
  'auto.offset.reset': option(oneOf('earliest', 'latest'), 'Where to begin without a committed offset.', {
    default: 'earliest',
  }),
  'session.timeout.ms': option(
    integer(1000, 3_600_000),
    'After how long without a sign of life the group gives up.',
    {
      default: '10000',
    },
  ),
  'compression.type': option(oneOf('none', 'gzip', 'snappy', 'lz4', 'zstd'), 'How records are compressed.', {
    default: 'none',
  }),
} as const;

export interface KafkaSettings {
  topic: string;
  clientId: string;
  sessionTimeoutMs: number;
  compression: CompressionName;
  offsetReset: 'earliest' | 'latest';
  discoveryMs: number;
  options: OptionValues<typeof kafkaOptions>;
}

/** Throws BAD_OPTION, NOT_SUPPORTED for several topics. */
export function readSettings(table: TableDefinition): KafkaSettings {
  refuseSecrets(table);
  const options = readOptions(kafkaOptions, table.options);
  if (options.topic.includes(';'))
    throw new StreamJobsError(
      'NOT_SUPPORTED',
      `The table ${table.name} names several topics; one job source reads one.`,
      {
        hint: 'Make a table for each topic and combine them with UNION ALL.',
      },
    );
  const property = <K extends keyof typeof properties>(key: K): OptionValues<typeof properties>[K] =>
    readOption<unknown>(
      `properties.${key}`,
      properties[key],
      table.options[`properties.${key}`],
    ) as OptionValues<typeof properties>[K];
  const compression = property('compression.type');
  if (compression === 'zstd' && !canWriteZstd)
    throw new StreamJobsError(
      'BAD_OPTION',
      "'properties.compression.type' = 'zstd' needs Node 22.15 or later.",
      {
        hint: `This is Node ${process.versions.node}: it reads zstd, but writes only gzip, snappy and lz4.`,
      },
    );
  const discovery = table.options['scan.topic-partition-discovery.interval'];
  return {
    topic: options.topic,
    clientId: property('client.id'),
    sessionTimeoutMs: property('session.timeout.ms'),
    compression,
    offsetReset: property('auto.offset.reset'),
    discoveryMs:
      discovery === undefined ? discoveryMsDefault : options['scan.topic-partition-discovery.interval'],
    options,
  };
}

/** The cluster a table is on. Throws BAD_OPTION, CONNECTION_UNKNOWN. */
export async function resolveConnection(
  table: TableDefinition,
  context: ConnectorContext,
): Promise<Connection> {
  const { connection, 'properties.bootstrap.servers': servers } = readOptions(kafkaOptions, table.options);
  if (connection !== undefined) return context.connection(connection);
  if (servers === undefined)
    throw new StreamJobsError('BAD_OPTION', `The table ${table.name} does not say where its brokers are.`, {
      hint: "Add 'properties.bootstrap.servers' = 'host:port' or 'connection' = 'name'.",
    });
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
  const encrypted = readOption(key, properties['security.protocol'], protocol) === 'SSL';
  return { brokers: brokersOf(servers), tls: encrypted };
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
