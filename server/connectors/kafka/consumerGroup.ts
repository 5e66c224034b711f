// The consumer group a job reads a topic with, and what it is called in it.
import { createHash } from 'node:crypto';
import type { TableDefinition } from '../../analysis/catalog';
import type { ConnectorContext } from '../connector';

export function consumerGroup(table: TableDefinition, jobName: string): string {
  return table.options['properties.group.id'] ?? `stream-jobs-${jobName}`;
}

/** The same whenever this job reads this table from this data folder, and no other's. */
export function memberId(table: TableDefinition, { jobDir, jobName }: ConnectorContext): string {
  const identity = JSON.stringify([jobDir, jobName, table.name]);
  return createHash('sha256').update(identity).digest('hex').slice(0, 12);
}
