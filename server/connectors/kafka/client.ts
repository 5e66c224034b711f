// Makes kafkajs clients, all with the same care: short time limits, its log in one place, every codec registered.
import { Kafka, logLevel } from 'kafkajs';
import type { KafkaConfig, LogEntry, RetryOptions, SASLOptions } from 'kafkajs';
import type { Connection } from '../connector';
import type { ClientSockets } from './clientSockets';
import { registerCodecs } from './codecs/codecs';

const connectMsMax = 3000;
const requestMsMax = 10_000;

/** Few, quick retries: what takes longer is tried again by us, where it can be seen and stopped. */
export const quickRetry: RetryOptions = { retries: 3, initialRetryTime: 100, maxRetryTime: 1000 };

interface ClientOptions {
  retry?: RetryOptions;
  /** Get its connections. */
  sockets?: ClientSockets;
}

/** A client of its own for each use: kafkajs clients share a cache of committed offsets. */
export function makeClient(
  connection: Connection,
  clientId: string,
  onError?: (message: string) => void,
  { retry = quickRetry, sockets }: ClientOptions = {},
): Kafka {
  registerCodecs();
  const config: KafkaConfig = {
    clientId,
    brokers: connection.brokers,
    connectionTimeout: connectMsMax,
    requestTimeout: requestMsMax,
    retry,
    logLevel: logLevel.ERROR,
    logCreator: () => (entry: LogEntry) => onError?.(entry.log.message),
  };
  if (sockets) config.socketFactory = sockets.factory;
  const { tls, sasl } = connection;
  if (tls === true) config.ssl = true;
  else if (typeof tls === 'object') {
    const { ca, ...rest } = tls;
    config.ssl = ca === undefined ? rest : { ...rest, ca: [ca] };
  }
  if (sasl) config.sasl = saslOptions(sasl);
  return new Kafka(config);
}

/** The same fields: kafkajs wants to see each mechanism by itself. */
function saslOptions({ mechanism, username, password }: NonNullable<Connection['sasl']>): SASLOptions {
  switch (mechanism) {
    case 'plain':
      return { mechanism, username, password };
    case 'scram-sha-256':
      return { mechanism, username, password };
    case 'scram-sha-512':
      return { mechanism, username, password };
  }
}
