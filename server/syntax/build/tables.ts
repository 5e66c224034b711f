// Statements about the catalog and settings: CREATE, DROP, INSERT, SELECT, SET.
import type {
  ColumnDefinition,
  CreateTable,
  CreateTableAs,
  CreateView,
  DropRelation,
  Insert,
  Option,
  ResetOption,
  SelectStatement,
  SetOption,
  StatementSet,
} from '../ast';
import {
  ComputedColumnContext,
  PrimaryKeyContext,
  TypedColumnContext,
  WatermarkContext,
  type CreateTableContext,
  type CreateViewContext,
  type DropRelationContext,
  type EmitClauseContext,
  type InsertContext,
  type ResetOptionContext,
  type SelectStatementContext,
  type SetOptionContext,
  type StatementSetContext,
  type TableElementContext,
  type TableQueryContext,
  type WithOptionsContext,
} from '../generated/StreamSqlParser';
import { syntaxProblem } from '../problemCodes';
import { expression } from './expressions';
import { limitOf, query } from './queries';
import { isPresent, maybe, type Source } from './source';
import { typeName } from './types';

type Maybe<T> = T | null | undefined;

export function createTable(source: Source, context: CreateTableContext): CreateTable | CreateTableAs {
  const base = {
    word: isPresent(context.STREAM()) ? 'STREAM' : 'TABLE',
    ifNotExists: Boolean(context.ifNotExists()),
    name: source.name(context.tableNameCreate()),
    span: source.span(context),
  } as const;
  const options = optionList(source, context.withOptions());
  const asQuery = context.tableQuery();
  if (asQuery) return createTableAs(source, base, options, asQuery, Boolean(context.withOptions()));
  const elements = context.tableElements()?.tableElement() ?? [];
  return { kind: 'createTable', ...base, ...tableElements(source, elements), options };
}

function createTableAs(
  source: Source,
  base: Pick<CreateTableAs, 'word' | 'ifNotExists' | 'name' | 'span'>,
  before: Option[],
  context: TableQueryContext,
  hasOptions: boolean,
): CreateTableAs {
  const after = context.withOptions();
  if (after && hasOptions) {
    const message = 'WITH (...) stands either before AS or at the end, not in both places.';
    source.problems.push(syntaxProblem('repeatedClause', message, source.span(after)));
  }
  return {
    kind: 'createTableAs',
    ...base,
    options: [...before, ...optionList(source, after)],
    query: query(source, context.query()),
    ...emit(source, context.emitClause()),
  };
}

function tableElements(
  source: Source,
  elements: TableElementContext[],
): Pick<CreateTable, 'columns' | 'watermark' | 'primaryKey'> {
  const result: Pick<CreateTable, 'columns' | 'watermark' | 'primaryKey'> = { columns: [] };
  for (const element of elements) {
    const span = source.span(element);
    if (element instanceof TypedColumnContext) {
      const column = typedColumn(source, element);
      result.columns.push(column);
      const key = element.inlineKey();
      if (key)
        onlyOne(source, 'primary key', result, 'primaryKey', {
          columns: [column.name],
          span: source.span(key),
        });
    } else if (element instanceof ComputedColumnContext) {
      const name = source.name(element.columnNameCreate());
      result.columns.push({
        kind: 'computed',
        name,
        expression: expression(source, element.expression()),
        span,
      });
    } else if (element instanceof WatermarkContext) {
      const column = source.name(element.columnName());
      onlyOne(source, 'watermark', result, 'watermark', {
        column,
        expression: expression(source, element.expression()),
        span,
      });
    } else if (element instanceof PrimaryKeyContext) {
      const columns = source.names(maybe(element.columnNames())?.columnName() ?? []);
      onlyOne(source, 'primary key', result, 'primaryKey', { columns, span });
    }
  }
  return result;
}

function onlyOne<K extends 'watermark' | 'primaryKey'>(
  source: Source,
  what: string,
  result: Pick<CreateTable, 'watermark' | 'primaryKey'>,
  key: K,
  value: NonNullable<CreateTable[K]>,
): void {
  if (result[key])
    source.problems.push(syntaxProblem('repeatedClause', `A table has one ${what}.`, value.span));
  else Object.assign(result, { [key]: value });
}

function typedColumn(source: Source, context: TypedColumnContext): ColumnDefinition {
  const metadata = context.metadata();
  const base = {
    name: source.name(context.columnNameCreate()),
    type: typeName(source, context.typeName()),
    span: source.span(context),
  };
  if (!metadata) return { kind: 'physical', ...base, notNull: base.type.notNull };
  const from = metadata.STRING();
  return {
    kind: 'metadata',
    ...base,
    ...(from ? { from: source.string(from).text } : {}),
    virtual: Boolean(metadata.VIRTUAL()),
  };
}

export function createView(source: Source, context: CreateViewContext): CreateView {
  return {
    kind: 'createView',
    ifNotExists: Boolean(context.ifNotExists()),
    name: source.name(context.tableNameCreate()),
    columns: source.names(context.columnNameCreate()),
    query: query(source, context.query()),
    span: source.span(context),
  };
}

export function dropRelation(source: Source, context: DropRelationContext): DropRelation {
  return {
    kind: 'dropRelation',
    word: context.VIEW() ? 'VIEW' : context.STREAM() ? 'STREAM' : 'TABLE',
    name: source.name(context.tableName()),
    ifExists: Boolean(context.ifExists()),
    span: source.span(context),
  };
}

export function insert(source: Source, context: InsertContext): Insert {
  return {
    kind: 'insert',
    table: source.name(context.tableName()),
    columns: source.names(context.columnNames()?.columnName() ?? []),
    query: query(source, context.query()),
    ...emit(source, context.emitClause()),
    span: source.span(context),
  };
}

export function statementSet(source: Source, context: StatementSetContext): StatementSet {
  const inserts = context.insert().map((each) => insert(source, each));
  return { kind: 'statementSet', inserts, span: source.span(context) };
}

export function selectStatement(source: Source, context: SelectStatementContext): SelectStatement {
  const rows = query(source, context.query());
  const limit = limitOf(source, context.limitClause());
  if (limit && rows.limit) {
    source.problems.push(syntaxProblem('repeatedClause', 'A query has one LIMIT.', limit.span));
  }
  return {
    kind: 'select',
    query: limit ? { ...rows, limit } : rows,
    ...emit(source, context.emitClause()),
    span: source.span(context),
  };
}

function emit(source: Source, context: Maybe<EmitClauseContext>): Pick<Insert, 'emit'> {
  if (!context) return {};
  return { emit: { mode: context.FINAL() ? 'final' : 'changes', span: source.span(context) } };
}

/** `'key' = 'value'` pairs; none where there is no WITH. */
export function optionList(source: Source, context: Maybe<WithOptionsContext>): Option[] {
  return (context?.option() ?? []).map((option) => ({
    key: source.stringOf(option.optionKey()),
    value: source.stringOf(option.optionValue()),
    span: source.span(option),
  }));
}

export function setOption(source: Source, context: SetOptionContext): SetOption {
  return {
    kind: 'set',
    key: source.stringOf(context.settingKey()),
    value: source.stringOf(context.settingValue()),
    span: source.span(context),
  };
}

export function resetOption(source: Source, context: ResetOptionContext): ResetOption {
  const key = context.settingKey();
  return { kind: 'reset', ...(key ? { key: source.stringOf(key) } : {}), span: source.span(context) };
}
