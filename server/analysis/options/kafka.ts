// Options and metadata of the kafka connector; names are Flink's where Flink has one.
import { timestamp } from '../typeNames';
import type { ConnectorDefinition } from './connectors';
import { formatName } from './formats';
import { option } from './table';
import type { OptionTable } from './table';
import { duration, integer, list, oneOf, text } from './values';

export const kafkaOptions = {
  topic: option(text, 'The topic that is read or written.', { required: true }),
  connection: option(text, 'A named connection of the settings: brokers, TLS and credentials in one.'),
  'properties.bootstrap.servers': option(text, 'The brokers, as host:port,host:port. Or name a connection.'),
  'properties.group.id': option(
    text,
    'The consumer group offsets are committed to. By default one of the job.',
    { side: 'source' },
  ),
  'properties.security.protocol': option(
    oneOf('PLAINTEXT', 'SSL'),
    'Whether connections are encrypted. A login belongs into a named connection.',
    { default: 'PLAINTEXT' },
  ),
  'properties.client.id': option(text, 'What the brokers call this client.', { default: 'stream-jobs' }),
  'properties.auto.offset.reset': option(
    oneOf('earliest', 'latest'),
    'Where the mode group-offsets begins when the group has committed nothing.',
    { default: 'earliest', side: 'source' },
  ),
  'properties.session.timeout.ms': option(
    integer(1000, 3_600_000),
    'After how long without a sign of life the group gives up on this consumer.',
    { default: '10000', side: 'source' },
  ),
  'properties.compression.type': option(
    oneOf('none', 'gzip', 'snappy', 'lz4', 'zstd'),
    'How records are compressed.',
    { default: 'none', side: 'sink' },
  ),
  'properties.*': option(text, 'Another property of the Kafka client; most have no effect here.'),
  format: option(formatName, "How the record's value is written."),
  'value.format': option(formatName, "How the record's value is written: another name for format."),
  'key.format': option(formatName, "How the record's key is written; the columns are named by key.fields."),
  'key.fields': option(list, 'The columns that are in the key, separated by ;.'),
  'value.fields-include': option(
    oneOf('ALL', 'EXCEPT_KEY'),
    'Whether the columns in the key are in the value as well.',
    { default: 'ALL' },
  ),
  'scan.startup.mode': option(
    oneOf('earliest-offset', 'latest-offset', 'group-offsets', 'timestamp', 'specific-offsets'),
    'Where a job begins to read when it is first started.',
    { default: 'group-offsets', side: 'source' },
  ),
  'scan.startup.timestamp-millis': option(
    integer(0),
    'For the mode timestamp: where to begin, in epoch milliseconds.',
    {
      side: 'source',
    },
  ),
  'scan.startup.specific-offsets': option(
    text,
    'For the mode specific-offsets: partition:0,offset:42;partition:1,offset:300.',
    {
      side: 'source',
    },
  ),
  'scan.watermark.idle-timeout': option(
    duration,
    'After how long without records a partition no longer holds event time back; 0 waits for ever.',
    { default: '0 ms', side: 'source' },
  ),
  'scan.bounded.mode': option(
    oneOf('unbounded', 'latest-offset', 'group-offsets', 'timestamp', 'specific-offsets'),
    'Where a job ends to read: latest-offset is the end of the topic when the job starts.',
    { default: 'unbounded', side: 'source' },
  ),
  'scan.bounded.timestamp-millis': option(
    integer(0),
    'For the bounded mode timestamp: where to end, in epoch milliseconds.',
    {
      side: 'source',
    },
  ),
  'scan.bounded.specific-offsets': option(
    text,
    'For the bounded mode specific-offsets: partition:0,offset:42.',
    {
      side: 'source',
    },
  ),
  'scan.topic-partition-discovery.interval': option(duration, 'How often to look for new partitions.', {
    default: '10 s',
    side: 'source',
  }),
  'sink.partitioner': option(
    oneOf('default', 'round-robin'),
    'Which partition a row goes to: by its key where it has one, or each in turn.',
    { default: 'default', side: 'sink' },
  ),
  'sink.delivery-guarantee': option(
    oneOf('exactly-once', 'at-least-once'),
    "How often readers see a row, whatever is killed: once (those that read with isolation.level = read_committed), or at least once. Without it the job's 'delivery' holds.",
    { side: 'sink' },
  ),
} satisfies OptionTable;

export const kafkaConnector: ConnectorDefinition = {
  name: 'kafka',
  documentation: 'Reads and writes the topics of Apache Kafka.',
  source: true,
  sink: true,
  options: kafkaOptions,
  format: 'required',
  oneOfEach: [['properties.bootstrap.servers', 'connection']],
  takesLetters: true,
  metadata: [
    { key: 'topic', type: { kind: 'string' }, documentation: 'The topic of the record.' },
    { key: 'partition', type: { kind: 'int' }, documentation: 'The partition of the record.' },
    { key: 'offset', type: { kind: 'bigint' }, documentation: 'The offset of the record in its partition.' },
    { key: 'timestamp', type: timestamp(3, true), documentation: "The record's timestamp." },
    {
      key: 'timestamp-type',
      type: { kind: 'string' },
      documentation: 'Where the timestamp comes from: CreateTime, LogAppendTime or NoTimestampType.',
    },
    {
      key: 'headers',
      type: { kind: 'map', key: { kind: 'string' }, value: { kind: 'bytes' } },
      documentation: 'The headers of the record.',
    },
    { key: 'key', type: { kind: 'bytes' }, documentation: "The bytes of the record's key." },
  ],
};
