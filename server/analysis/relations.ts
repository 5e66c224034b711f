// Makes tables and views from the statements that define them.
import type { ColumnDefinition, CreateTable, CreateTableAs, CreateView, Name } from '../syntax/ast';
import type { Problem } from '../syntax/problem';
import { bind } from './binding/binder';
import { convert } from './binding/conversions';
import { Findings } from './binding/findings';
import type { ScopeColumn } from './binding/scope';
import type { Catalog, Relation, TableColumn, TableDefinition } from './catalog';
import { checkColumnOptions } from './options/columnOptions';
import { findConnector, findMetadata, canonicalConnector } from './options/connectors';
import { checkTableOptions, optionRecord } from './options/validate';
import { sinkOptions } from './options/streamOptions';
import { queryColumns } from './planning/queries';
import { didYouMean } from './suggest';
import { formatType, fromTypeName } from './typeNames';
import { castsImplicitly } from './typeRules';
import type { SqlType } from './types';

export type DefiningStatement = CreateTable | CreateTableAs | CreateView;

/**
 * The table or view a statement defines, with everything wrong in it. The relation is there in spite of problems,
 * as far as it can be understood. `text` is the statement as written. Whether its name is free is not checked.
 */
export function defineRelation(
  statement: DefiningStatement,
  text: string,
  catalog: Catalog,
): { relation: Relation; problems: Problem[]; findings: Findings } {
  const findings = new Findings();
  const relation = define(statement, text, catalog, findings);
  return { relation, problems: findings.problems, findings };
}

function define(statement: DefiningStatement, text: string, catalog: Catalog, findings: Findings): Relation {
  switch (statement.kind) {
    case 'createTable':
      return defineTable(statement, text, findings);
    case 'createView': {
      const columns = queryColumns(statement.query, statement.columns, catalog, findings);
      const { name, query } = statement;
      const renamed = statement.columns.length > 0 ? { columnNames: statement.columns } : {};
      return { kind: 'view', name: name.text, query, columns, statement: text, ...renamed };
    }
    case 'createTableAs':
      return defineTableAs(statement, text, catalog, findings);
  }
}

function defineTable(statement: CreateTable, text: string, findings: Findings): TableDefinition {
  const options = optionRecord(statement.options);
  findings.problems.push(...checkTableOptions(statement.options, statement.name.span));
  const connector = canonicalConnector(options.connector ?? '');
  checkDuplicates(
    statement.columns.map(({ name }) => name),
    findings,
  );
  const columns: TableColumn[] = [];
  const scope: ScopeColumn[] = [];
  const add = (column: TableColumn) => {
    columns.push(column);
    scope.push({ name: column.name, column: column.name, type: column.type });
  };
  const context = {
    scope: { relations: [{ name: statement.name.text, columns: scope }] },
    findings,
    clause: 'a column',
  };
  for (const column of statement.columns) if (column.kind === 'physical') add(physical(column, findings));
  for (const column of statement.columns)
    if (column.kind === 'metadata') add(metadata(column, connector, findings));
  for (const column of statement.columns)
    if (column.kind === 'computed') {
      const { expression, name } = column;
      add({ kind: 'computed', name: name.text, type: bind(expression, context).type, expression });
    }
  const order = new Map(statement.columns.map(({ name }, i) => [name.text, i]));
  columns.sort((a, b) => (order.get(a.name) ?? 0) - (order.get(b.name) ?? 0));
  const watermark = statement.watermark && checkWatermark(statement.watermark, context, columns);
  const primaryKey = statement.primaryKey && checkPrimaryKey(statement.primaryKey.columns, columns, findings);
  const table: TableDefinition = {
    kind: 'table',
    name: statement.name.text,
    word: statement.word,
    columns,
    options,
    connector,
    statement: text,
    ...(watermark && { watermark }),
    ...(primaryKey && { primaryKey }),
  };
  findings.problems.push(...checkColumnOptions(table, statement.options));
  return table;
}

function physical(column: ColumnDefinition & { kind: 'physical' }, findings: Findings): TableColumn {
  const type = fromTypeName(column.type, findings.problems);
  return { kind: 'physical', name: column.name.text, type, notNull: column.notNull };
}

function metadata(
  column: ColumnDefinition & { kind: 'metadata' },
  connectorName: string,
  findings: Findings,
): TableColumn {
  const written = column.from ?? column.name.text;
  const type = fromTypeName(column.type, findings.problems);
  const connector = findConnector(connectorName);
  const known = connector && findMetadata(connector, written);
  if (connector && !known) {
    const keys = connector.metadata.map(({ key }) => key);
    const near = didYouMean(written, keys, column.name.span);
    const others = keys.length > 0 ? ` There are ${keys.join(', ')}.` : '';
    findings.report(
      'badMetadata',
      `The ${connector.name} connector has no metadata ${written}.${near.sentence || others}`,
      column.span,
    );
  } else if (known && !castsImplicitly(known.type, type) && !sameKind(known.type, type))
    findings.report(
      'badMetadata',
      `The metadata ${written} is ${formatType(known.type)}, not ${formatType(type)}.`,
      column.type.span,
    );
  return {
    kind: 'metadata',
    name: column.name.text,
    type,
    key: known?.key ?? written,
    virtual: column.virtual,
  };
}

/** Precision and time zone of a timestamp may be chosen freely. */
function sameKind(a: SqlType, b: SqlType): boolean {
  return a.kind === b.kind && a.kind === 'timestamp';
}

function checkWatermark(
  written: NonNullable<CreateTable['watermark']>,
  context: Parameters<typeof bind>[1],
  columns: TableColumn[],
): TableDefinition['watermark'] {
  const { findings } = context;
  const column = columns.find(({ name }) => name === written.column.text);
  if (!column) {
    const near = didYouMean(
      written.column.text,
      columns.map(({ name }) => name),
      written.column.span,
    );
    findings.report(
      'unknownColumn',
      `The table has no column ${written.column.text}.${near.sentence}`,
      written.column.span,
      {
        fixes: near.fixes,
      },
    );
    return undefined;
  }
  if (column.type.kind !== 'timestamp' && column.type.kind !== 'unknown') {
    findings.report(
      'badWatermark',
      `A WATERMARK is for a TIMESTAMP or TIMESTAMP_LTZ column, and ${column.name} is ${formatType(column.type)}.${
        column.type.kind === 'bigint' ? ' Add a column such as ts AS TO_TIMESTAMP_LTZ(millis, 3).' : ''
      }`,
      written.column.span,
    );
    return undefined;
  }
  const bound = bind(written.expression, { ...context, clause: 'a WATERMARK' });
  if (bound.type.kind !== 'timestamp' && bound.type.kind !== 'unknown')
    findings.report(
      'badWatermark',
      `The watermark of ${column.name} is a timestamp too, not ${formatType(bound.type)}.`,
      written.expression.span,
    );
  else convert(bound, column.type, findings);
  return { column: column.name, expression: written.expression };
}

function checkPrimaryKey(names: Name[], columns: TableColumn[], findings: Findings): string[] {
  for (const name of names) {
    const column = columns.find((candidate) => candidate.name === name.text);
    if (column?.kind === 'physical') continue;
    const near = didYouMean(
      name.text,
      columns.map((candidate) => candidate.name),
      name.span,
    );
    const message = column
      ? `${name.text} is ${column.kind === 'computed' ? 'computed' : 'metadata'}: it cannot be part of a primary key.`
      : `The table has no column ${name.text}.${near.sentence}`;
    findings.report('badPrimaryKey', message, name.span, { fixes: column ? [] : near.fixes });
  }
  return names.map(({ text }) => text);
}

function defineTableAs(
  statement: CreateTableAs,
  text: string,
  catalog: Catalog,
  findings: Findings,
): TableDefinition {
  const { name, word } = statement;
  const written = sinkOptions(statement.options, name.text, catalog, findings.problems);
  if (written.length > 0) findings.problems.push(...checkTableOptions(written, name.span));
  const options: Record<string, string> = { connector: 'print', ...optionRecord(written) };
  const columns = queryColumns(statement.query, [], catalog, findings);
  return {
    kind: 'table',
    name: name.text,
    word,
    columns: columns.map((column) => ({ kind: 'physical', ...column, notNull: false })),
    options,
    connector: canonicalConnector(options.connector ?? 'print'),
    statement: text,
  };
}

function checkDuplicates(names: Name[], findings: Findings): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name.text))
      findings.report('duplicateName', `There are two columns ${name.text}.`, name.span);
    seen.add(name.text);
  }
}
