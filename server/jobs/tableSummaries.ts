// The tables and views as the Streams tree and the language server see them.
import type { Relation } from '../analysis/catalog';
import { formatType } from '../analysis/typeNames';
import type { TableSummary } from '../protocol/rpc';
import type { JobRegistry } from './jobRegistry';
import type { ServerCatalog } from './serverCatalog';

export function tableSummaries(catalog: ServerCatalog, jobs: JobRegistry): TableSummary[] {
  const all = jobs.list().map((job) => ({ name: job.name, planned: job.understood() }));
  return catalog.list().map((relation) => ({
    name: relation.name,
    kind: relation.kind,
    ...(relation.kind === 'table' ? { connector: relation.connector } : {}),
    statement: relation.statement,
    columns: columnsOf(relation),
    readBy: all.filter(({ planned }) => planned?.reads.includes(relation.name)).map(({ name }) => name),
    writtenBy: all.filter(({ planned }) => planned?.writes.includes(relation.name)).map(({ name }) => name),
  }));
}

function columnsOf(relation: Relation): { name: string; type: string }[] {
  return relation.columns.map(({ name, type }) => ({ name, type: formatType(type) }));
}
