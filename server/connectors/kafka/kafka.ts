// The kafka connector: reads and writes the topics of Apache Kafka.
import type { TableDefinition } from '../../analysis/catalog';
import type { Connector } from '../connector';
import { KafkaSource } from './source';

export const kafka: Connector = {
  name: 'kafka',
  source: (table, context) => new KafkaSource(table, groupOf(table, context.jobName), context),
  target: (table) => table.options.topic ?? '',
  consumerGroup: groupOf,
};

function groupOf(table: TableDefinition, jobName: string): string {
  return table.options['properties.group.id'] ?? `stream-jobs-${jobName}`;
}
