// The kafka connector: reads and writes the topics of Apache Kafka.
import type { Connector } from '../connector';
import { consumerGroup } from './consumerGroup';
import { readSettings } from './settings';
import { KafkaSink } from './sink';
import { KafkaSource } from './source';
import { transactionalWriters } from './transactions';

export const kafka: Connector = {
  name: 'kafka',
  source: (table, context) =>
    new KafkaSource(table, consumerGroup(table, context.jobName) + (context.groupSuffix ?? ''), context),
  sink: (table, context) => new KafkaSink(table, context),
  deadLetterSink: (table, topic, context) =>
    new KafkaSink({ ...table, options: { ...table.options, topic } }, context),
  transactions: transactionalWriters,
  isTransactional: (table, delivery) =>
    (readSettings(table)['sink.delivery-guarantee'] ?? delivery) === 'exactly-once',
  target: (table) => table.options.topic ?? '',
  consumerGroup,
};
