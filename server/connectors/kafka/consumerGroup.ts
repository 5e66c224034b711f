// The consumer group a job reads a topic with.
import type { TableDefinition } from '../../analysis/catalog';

export function consumerGroup(table: TableDefinition, jobName: string): string {
  return table.options['properties.group.id'] ?? `stream-jobs-${jobName}`;
}
