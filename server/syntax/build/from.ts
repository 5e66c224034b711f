// FROM: tables, joins, derived tables, window table functions.
import type { Alias, Join, Name, TableRef, WindowTableFunction } from '../ast';
import {
  CrossJoinContext,
  DerivedTableContext,
  FunctionTableContext,
  JobStateContext,
  NamedTableContext,
  NestedJoinContext,
  QualifiedJoinContext,
  UnnestTableContext,
  WindowTableContext,
  type FromItemContext,
  type JoinPartContext,
  type JoinTypeContext,
  type TableAliasContext,
  type TablePrimaryContext,
  type WindowParameterContext,
} from '../generated/StreamSqlParser';
import { depthMax, tooDeep } from '../limits';
import { functionCall } from './calls';
import { expression } from './expressions';
import { durationMs, intervalMs } from './intervals';
import { maybe, type Source } from './source';

type Maybe<T> = T | null | undefined;

/** The tables of FROM; those with commas between them are cross joins. */
export function fromItems(source: Source, items: FromItemContext[]): TableRef | undefined {
  const [first, ...others] = items.map((item) => fromItem(source, item));
  if (!first) return undefined;
  limitDepth(source, items);
  return others.reduce((left, right) => join(left, right, 'cross', right.span.end), first);
}

function fromItem(source: Source, item: FromItemContext): TableRef {
  const parts = item.joinPart();
  limitDepth(source, parts);
  return parts.reduce(
    (left, part) => joinPart(source, left, part),
    tablePrimary(source, item.tablePrimary()),
  );
}

function limitDepth(source: Source, parts: JoinPartContext[] | FromItemContext[]): void {
  const tooMany = parts[depthMax];
  if (tooMany) source.problems.push(tooDeep(source.span(tooMany)));
}

function join(left: TableRef, right: TableRef, type: Join['type'], end: number): Join {
  return {
    kind: 'join',
    type,
    left,
    right,
    span: { start: left.span.start, end: Math.max(left.span.end, end) },
  };
}

function joinPart(source: Source, left: TableRef, part: JoinPartContext): TableRef {
  const end = source.span(part).end;
  if (part instanceof CrossJoinContext) {
    return join(left, tablePrimary(source, part.tablePrimary()), 'cross', end);
  }
  if (!(part instanceof QualifiedJoinContext)) return left;
  const right = tablePrimary(source, part.tablePrimary());
  const [on, using, within] = [part.joinOn(), part.joinUsing(), part.within()[0]];
  return {
    ...join(left, right, joinType(part.joinType()), end),
    ...(on ? { on: expression(source, on.expression()) } : {}),
    ...(using ? { using: source.names(maybe(using.columnNames())?.columnName() ?? []) } : {}),
    ...(within ? { withinMs: durationMs(source, within.duration()).ms } : {}),
  };
}

function joinType(context: Maybe<JoinTypeContext>): Join['type'] {
  if (context?.LEFT()) return 'left';
  if (context?.RIGHT()) return 'right';
  return context?.FULL() ? 'full' : 'inner';
}

function tablePrimary(source: Source, context: Maybe<TablePrimaryContext>): TableRef {
  const span = source.span(context);
  if (context instanceof NestedJoinContext) {
    const inner = context.fromItem();
    return fromItem(source, inner);
  }
  if (context instanceof NamedTableContext) {
    const asOf = context.valueExpression();
    return {
      kind: 'table',
      name: source.name(context.tableName()),
      ...tableAlias(source, context.tableAlias()),
      ...(asOf ? { asOf: expression(source, asOf) } : {}),
      span,
    };
  }
  if (context instanceof DerivedTableContext) {
    return {
      kind: 'derived',
      query: source.query(context.query()),
      ...tableAlias(source, context.tableAlias()),
      span,
    };
  }
  if (context instanceof WindowTableContext) return windowTable(source, context);
  if (context instanceof FunctionTableContext) {
    const call = functionCall(source, context.functionCall());
    return { kind: 'lateral', expression: call, ...tableAlias(source, context.tableAlias()), span };
  }
  if (context instanceof UnnestTableContext) {
    const rows = expression(source, context.expression());
    return { kind: 'lateral', expression: rows, ...tableAlias(source, context.tableAlias()), span };
  }
  if (context instanceof JobStateContext) {
    return {
      kind: 'jobState',
      job: source.name(context.jobName()),
      ...tableAlias(source, context.tableAlias()),
      span,
    };
  }
  return { kind: 'table', name: { text: '', span }, span };
}

function tableAlias(source: Source, context: Maybe<TableAliasContext>): { alias?: Alias } {
  const name = context?.aliasName() ?? context?.bareAlias();
  if (!name) return {};
  const columns = context?.columnAliases()?.columnNameCreate() ?? [];
  return { alias: { name: source.name(name), columns: source.names(columns) } };
}

function windowTable(source: Source, context: WindowTableContext): WindowTableFunction {
  const input = maybe(context.windowInput());
  const name = maybe(context.windowFunction());
  const columns = input?.columnNames()?.columnName();
  const single = input?.columnName();
  const partitionBy: Name[] = columns ? source.names(columns) : single ? [source.name(single)] : [];
  return {
    kind: 'windowTable',
    function: windowFunction(name?.getText() ?? ''),
    functionSpan: source.span(name),
    input: source.name(input?.tableName()),
    time: source.name(maybe(context.windowDescriptor())?.columnName()),
    partitionBy,
    sizes: positional(context.windowParameter()).map((parameter) => ({
      ms: intervalMs(source, parameter.intervalLiteral()),
      span: source.span(parameter),
    })),
    ...tableAlias(source, context.tableAlias()),
    span: source.span(context),
  };
}

function windowFunction(written: string): WindowTableFunction['function'] {
  const word = written.toUpperCase();
  return word === 'HOP' || word === 'CUMULATE' || word === 'SESSION' ? word : 'TUMBLE';
}

/** SIZE => ..., SLIDE => ... in any order; without names the slide or step stands before the size. */
function positional(parameters: WindowParameterContext[]): WindowParameterContext[] {
  const isSize = (parameter: WindowParameterContext) =>
    parameter.identifier()?.getText().toUpperCase() === 'SIZE';
  const sizes = parameters.filter(isSize);
  return sizes.length === 0
    ? parameters
    : [...parameters.filter((parameter) => !isSize(parameter)), ...sizes];
}
