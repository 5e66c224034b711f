// The kafka connector: reads and writes the topics of Apache Kafka.
import type { TableDefinition } from '../../analysis/catalog';
import type { Connector } from '../connector';
import { KafkaSink } from './sink';
import { KafkaSource } from './source';

export const kafka: Connector = {
  name: 'kafka',
  source: (table, context) => new KafkaSource(table, groupOf(table, context.jobName), context),
  sink: (table, context) => new KafkaSink(table, context),
  deadLetterSink: (table, topic, context) =>
    new KafkaSink({ ...table, options: { ...table.options, topic } }, context),
  target: (table) => table.options.topic ?? '',
  consumerGroup: groupOf,
};

function groupOf(table: TableDefinition, jobName: string): string {
  return table.options['properties.group.id'] ?? `stream-jobs-${jobName}`;
}
