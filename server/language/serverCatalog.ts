// The job server's tables as a catalog, made from their CREATE statements as if they stood in one script.
import type { Catalog, TableDefinition } from '../analysis/catalog';
import { MapCatalog } from '../analysis/catalogs';
import { analyzeStatement } from '../analysis/facts';
import type { TableSummary } from '../protocol/rpc';
import { parseStatement } from '../syntax/script';

export function serverCatalog(tables: TableSummary[]): Catalog {
  const catalog = new MapCatalog(tables.map(outline));
  // Views are over tables and other views, so their columns are known after those of what they read.
  const inOrder = [...tables].sort((a, b) => Number(a.kind === 'view') - Number(b.kind === 'view'));
  for (const { statement: text, name } of inOrder) {
    const { statement, partial } = parseStatement(text.replace(/;\s*$/, ''));
    if (statement === undefined || partial) continue;
    const declared = analyzeStatement(statement, text, catalog).declares.find(
      (relation) => relation.name === name,
    );
    if (declared !== undefined) catalog.add(declared);
  }
  return catalog;
}

/** What stands in for a table whose statement cannot be read here: its columns by name. */
function outline({ name, connector, statement, columns }: TableSummary): TableDefinition {
  return {
    kind: 'table',
    name,
    word: 'TABLE',
    columns: columns.map((column) => ({
      kind: 'physical',
      name: column.name,
      type: { kind: 'unknown' },
      notNull: false,
    })),
    options: {},
    connector: connector ?? '',
    statement,
  };
}
