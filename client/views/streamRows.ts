// Tables and views as rows of the Streams tree, and what they open to.
import type { TableSummary } from '../../server/protocol/rpc';
import type { Row } from './jobRow';

/** Connectors whose tables only take rows. */
const writeOnly = new Set(['print', 'blackhole']);

export function streamRow(table: TableSummary): Row {
  const { name, kind, connector, readBy, writtenBy } = table;
  const users = [
    writtenBy.length > 0 ? `written by ${writtenBy.join(', ')}` : '',
    readBy.length > 0 ? `read by ${readBy.join(', ')}` : '',
  ];
  const description = [connector ?? kind, ...users].filter((part) => part !== '').join(' · ');
  return {
    id: `stream:${name}`,
    label: name,
    description,
    icon: { id: kind === 'view' ? 'eye' : 'table' },
    contextValue: `stream ${kind}${writeOnly.has(connector ?? '') ? '' : ' canPeek'}`,
    accessibleLabel: `${kind} ${name}, ${description.replaceAll(' · ', ', ')}`,
  };
}

/** Columns, then the jobs that write and read it. */
export function streamChildRows(table: TableSummary): Row[] {
  const row = (part: string, icon: string, label: string, description: string): Row => ({
    id: `stream:${table.name}/${part}`,
    label,
    description,
    icon: { id: icon },
    contextValue: part.split(':')[0] ?? part,
    accessibleLabel: `${label}, ${description}`,
  });
  return [
    ...table.columns.map(({ name, type }) => row(`column:${name}`, 'symbol-field', name, type)),
    ...table.writtenBy.map((job) => row(`writer:${job}`, 'arrow-left', job, 'writes')),
    ...table.readBy.map((job) => row(`reader:${job}`, 'arrow-right', job, 'reads')),
  ];
}
