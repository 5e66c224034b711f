// DESCRIBE of a table, view or job.
import type { Relation, TableColumn } from '../../analysis/catalog';
import { formatType } from '../../analysis/typeNames';
import { nearestName } from '../../analysis/suggest';
import type { JobDetails } from '../../protocol/jobs';
import type { Cell } from '../../protocol/results';
import type { Describe } from '../../syntax/ast';
import { messages } from '../messages';
import { on } from '../scripts';
import { tabled, type Outcome, type StatementContext } from './context';

/** Without the word JOB, a table of the name comes before a job of the same name. */
export function describe({ job, name }: Describe, { catalog, jobs }: StatementContext): Outcome {
  try {
    if (job) return describeJob(jobs.get(name.text).details());
    const relation = catalog.find(name.text);
    if (relation !== undefined) return describeRelation(relation);
    const found = jobs.find(name.text);
    if (found !== undefined) return describeJob(found.details());
    const names = [...catalog.list(), ...jobs.list()].map((known) => known.name);
    const near = nearestName(name.text, names);
    throw messages.tableNotFound(name.text, 'table or job', near === undefined ? [] : [near]);
  } catch (error) {
    throw on(name.span, error);
  }
}

function describeRelation(relation: Relation): Outcome {
  const columns = ['name', 'type', 'null', 'key', 'extras', 'watermark'];
  if (relation.kind === 'view') {
    const rows = relation.columns.map(({ name, type }): Cell[] => [
      name,
      formatType(type),
      true,
      null,
      null,
      null,
    ]);
    return tabled(columns, rows, 'column');
  }
  const rows = relation.columns.map((column): Cell[] => [
    column.name,
    formatType(column.type),
    !(column.kind === 'physical' && column.notNull),
    relation.primaryKey?.includes(column.name) === true ? 'PRIMARY KEY' : null,
    extrasOf(column),
    relation.watermark?.column === column.name ? 'WATERMARK' : null,
  ]);
  return tabled(columns, rows, 'column');
}

function extrasOf(column: TableColumn): string | null {
  switch (column.kind) {
    case 'physical':
      return null;
    case 'metadata':
      return `METADATA FROM '${column.key}'`;
    case 'computed':
      return 'COMPUTED';
  }
}

function describeJob(job: JobDetails): Outcome {
  const sinks = job.sinks
    .map(({ table, connector, target }) => `${table} (${connector}: ${target})`)
    .join(', ');
  const offsets = job.partitions.map(
    ({ stream, partition, position, end }) => `${stream}/${partition}: ${position} of ${end ?? 'unknown'}`,
  );
  const values: Record<string, Cell> = {
    name: job.name,
    version: job.version,
    state: job.state,
    desired: job.desired,
    since: job.since,
    started_at: job.startedAt,
    query: job.query,
    options: Object.entries(job.options)
      .map(([key, value]) => `'${key}' = '${value}'`)
      .join(', '),
    consumer_group: job.consumerGroup ?? null,
    sinks,
    lag: job.lag,
    lag_unit: job.lagUnit ?? 'records',
    lost: job.lost,
    offsets: offsets.join(', '),
    pauses: job.metrics.pauses,
    reason: job.pause?.reason ?? job.stopReason ?? null,
    error: job.error?.message ?? null,
  };
  return { ok: true, message: job.name, columns: ['property', 'value'], rows: Object.entries(values) };
}
