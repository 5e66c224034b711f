// Scans: what is read of a table, and the scope its columns make.
import { bind } from '../binding/binder';
import { convert } from '../binding/conversions';
import { Findings } from '../binding/findings';
import type { ScopeColumn } from '../binding/scope';
import type { TableDefinition } from '../catalog';
import { findConnector } from '../options/connectors';
import type { PlanColumn, ScanField, ScanNode } from '../plan';
import type { Environment } from './environment';

/** Columns every table of a connector with such metadata has under these names, as Velostream's users know them. */
const systemColumns: Record<string, string> = {
  _timestamp: 'timestamp',
  _offset: 'offset',
  _partition: 'partition',
};

/** The scan of a table, made once for each job: with all its columns and the system columns, unused ones cut later. */
export function scanOf(table: TableDefinition, environment: Environment): ScanNode {
  const known = environment.scans.get(table.name);
  if (known) return known;
  const fields: ScanField[] = [];
  for (const column of table.columns) if (column.kind !== 'computed') fields.push(column);
  for (const [name, key] of Object.entries(systemColumns)) {
    const metadata = findConnector(table.connector)?.metadata.find((candidate) => candidate.key === key);
    if (metadata && !table.columns.some((column) => column.name === name))
      fields.push({ kind: 'metadata', name, type: metadata.type, key });
  }
  const columns: PlanColumn[] = [];
  const scan: ScanNode = {
    kind: 'scan',
    id: 0,
    table,
    fields,
    computed: [],
    columns,
    changelog: 'insert',
    upsertKeys: [],
    stateBound: 'none',
  };
  addComputed(scan);
  environment.scans.set(table.name, scan);
  return scan;
}

/** Computed columns and the watermark; what is wrong in them is reported where the table is defined. */
function addComputed(scan: ScanNode): void {
  const { table, fields, columns, computed } = scan;
  const visible: ScopeColumn[] = fields.map(({ name, type }) => ({ name, column: name, type }));
  const context = {
    scope: { relations: [{ name: table.name, columns: visible }] },
    findings: new Findings(),
    clause: '',
  };
  for (const column of table.columns)
    if (column.kind === 'computed') {
      const expression = bind(column.expression, context);
      computed.push({ name: column.name, expression });
      visible.push({ name: column.name, column: column.name, type: expression.type });
    }
  columns.push(...visible.map(({ name, type }) => ({ name, type })));
  const { watermark } = table;
  const time = visible.find(({ name }) => name === watermark?.column);
  if (!watermark || !time) return;
  const expression = convert(bind(watermark.expression, context), time.type, context.findings);
  scan.watermark = { column: watermark.column, expression };
  scan.timeAttribute = watermark.column;
}

/** Columns of a table as its users see them, in the order of its definition; system columns last. */
export function scanScope(scan: ScanNode): ScopeColumn[] {
  const { table } = scan;
  const typeOf = (name: string) =>
    scan.columns.find((column) => column.name === name)?.type ?? { kind: 'unknown' as const };
  const own = table.columns.map(({ name }) => ({ name, column: name, type: typeOf(name) }));
  const names = new Set(own.map(({ name }) => name));
  const system = scan.columns
    .filter(({ name }) => !names.has(name))
    .map(({ name, type }) => ({ name, column: name, type, hidden: true }));
  const time = table.watermark?.column;
  const eventTime =
    time === undefined || names.has('_event_time')
      ? []
      : [{ name: '_event_time', column: time, type: typeOf(time), hidden: true }];
  return [...own, ...system, ...eventTime];
}
