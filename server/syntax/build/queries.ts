// Queries: WITH, set operations, SELECT with its clauses. FROM has its own file.
import type { ParserRuleContext, TerminalNode } from 'antlr4ng';
import type { Expression, GroupBy, Query, QueryBody, Select, SelectItem, SetOperation } from '../ast';
import {
  AllColumnsContext,
  GroupExpressionContext,
  GroupingSetsContext,
  NestedQueryContext,
  PlainQueryContext,
  QueryContext,
  RollupContext,
  SelectExpressionContext,
  TableColumnsContext,
  ValuesQueryContext,
  WindowDefinitionsContext,
  WindowSugarContext,
  type GroupByClauseContext,
  type LimitClauseContext,
  type QueryBodyContext,
  type QueryPrimaryContext,
  type QueryTermContext,
  type RowCountContext,
  type SelectItemContext,
  type SelectQueryContext,
} from '../generated/StreamSqlParser';
import { depthMax, tooDeep } from '../limits';
import { syntaxProblem } from '../problemCodes';
import { orderItems } from './calls';
import { expression, expressions, missing } from './expressions';
import { fromItems } from './from';
import { maybe, type Source } from './source';
import { windowClause } from './windows';

type Maybe<T> = T | null | undefined;

export function query(source: Source, context: Maybe<ParserRuleContext>): Query {
  const tree = context instanceof QueryContext ? context : undefined;
  const limits = tree?.rowLimits();
  const offset = rowCount(source, limits?.offsetClause()?.rowCount(), limits?.offsetClause());
  const limited = limits?.limitClause() ?? limits?.fetchClause();
  const limit = rowCount(source, limited?.rowCount(), limited);
  return {
    ctes: (tree?.commonTables()?.commonTable() ?? []).map((table) => ({
      name: source.name(table.tableNameCreate()),
      columns: source.names(table.columnAliases()?.columnNameCreate() ?? []),
      query: query(source, table.query()),
      span: source.span(table),
    })),
    body: queryBody(source, tree?.queryBody()),
    orderBy: orderItems(source, tree?.orderByClause()),
    ...(limit ? { limit } : {}),
    ...(offset ? { offset } : {}),
    span: source.span(context),
  };
}

/** LIMIT n; undefined where a placeholder stands for n. */
export function limitOf(source: Source, context: Maybe<LimitClauseContext>): Query['limit'] {
  return rowCount(source, context?.rowCount(), context);
}

function rowCount(
  source: Source,
  count: Maybe<RowCountContext>,
  clause: Maybe<ParserRuleContext>,
): Query['limit'] {
  const node: Maybe<TerminalNode> = count?.INTEGER();
  return node ? { count: source.integer(node), span: source.span(clause) } : undefined;
}

function queryBody(source: Source, context: Maybe<QueryBodyContext>): QueryBody {
  return setOperations(source, context, context?.queryTerm() ?? [], (term) => queryTerm(source, term));
}

function queryTerm(source: Source, context: QueryTermContext): QueryBody {
  return setOperations(source, context, context.queryPrimary(), (part) => queryPrimary(source, part));
}

/** `a UNION b EXCEPT c`, from left to right. The operators stand between the operands among the children. */
function setOperations<T extends ParserRuleContext>(
  source: Source,
  context: Maybe<ParserRuleContext>,
  operands: T[],
  build: (operand: T) => QueryBody,
): QueryBody {
  const [first, ...others] = operands;
  if (!first) return emptySelect(source, context);
  if (others.length > depthMax) source.problems.push(tooDeep(source.span(context)));
  let left = build(first);
  let operator: SetOperation['operator'] = 'union';
  let all = false;
  for (const child of context?.children.slice(1) ?? []) {
    const operand = others.find((other) => other === child);
    if (!operand) {
      const word = child.getText().toUpperCase();
      if (word === 'UNION' || word === 'EXCEPT' || word === 'INTERSECT') {
        operator = word === 'UNION' ? 'union' : word === 'EXCEPT' ? 'except' : 'intersect';
        all = false;
      } else all = word === 'ALL';
      continue;
    }
    const right = build(operand);
    left = {
      kind: 'setOperation',
      operator,
      all,
      left,
      right,
      span: { start: left.span.start, end: right.span.end },
    };
  }
  return left;
}

function queryPrimary(source: Source, context: QueryPrimaryContext): QueryBody {
  const span = source.span(context);
  if (context instanceof PlainQueryContext) return select(source, context.selectQuery());
  if (context instanceof NestedQueryContext)
    return { kind: 'nested', query: query(source, context.query()), span };
  if (context instanceof ValuesQueryContext) {
    // VALUES (1, 'a'), (2, 'b'): a row of several is a row constructor, one of a single value is that value.
    const rows = context.expression().map((row) => {
      const value = expression(source, row);
      return value.kind === 'rowConstructor' ? value.items : [value];
    });
    return { kind: 'values', rows, span };
  }
  return emptySelect(source, context);
}

function emptySelect(source: Source, context: Maybe<ParserRuleContext>): Select {
  return { kind: 'select', distinct: false, items: [], span: source.span(context) };
}

function select(source: Source, context: Maybe<SelectQueryContext>): Select {
  if (!context) return emptySelect(source, context);
  const outerWindows = source.namedWindows;
  const list = maybe(context.selectList());
  const windows = context.windowClause();
  source.namedWindows = namedWindows(source, windows);
  const from = fromItems(source, context.fromClause()?.fromItem() ?? []);
  const [where, groupBy, having] = [context.whereClause(), context.groupByClause(), context.havingClause()];
  const sugar = windows.filter((window) => window instanceof WindowSugarContext);
  const second = sugar[1];
  if (second) {
    source.problems.push(
      syntaxProblem('repeatedClause', 'A query has one WINDOW clause.', source.span(second)),
    );
  }
  const result: Select = {
    kind: 'select',
    distinct: Boolean(list?.setQuantifier()?.DISTINCT()),
    items: (list?.selectItem() ?? []).map((item) => selectItem(source, item)),
    ...(from ? { from } : {}),
    ...(where ? { where: expression(source, where.expression()) } : {}),
    ...(groupBy ? { groupBy: groupByClause(source, groupBy) } : {}),
    ...(having ? { having: expression(source, having.expression()) } : {}),
    ...(sugar[0] ? { window: windowClause(source, sugar[0]) } : {}),
    span: source.span(context),
  };
  source.namedWindows = outerWindows;
  return result;
}

function namedWindows(source: Source, windows: ParserRuleContext[]): Source['namedWindows'] {
  const definitions = windows
    .filter((window) => window instanceof WindowDefinitionsContext)
    .flatMap((window) => window.namedWindow());
  return new Map(
    definitions.map((window) => [source.name(window.windowName()).text, window.windowSpecification()]),
  );
}

function selectItem(source: Source, item: SelectItemContext): SelectItem {
  const span = source.span(item);
  if (item instanceof AllColumnsContext) return { kind: 'star', span };
  if (item instanceof TableColumnsContext) {
    return { kind: 'star', qualifier: source.name(item.tableQualifier()), span };
  }
  if (!(item instanceof SelectExpressionContext))
    return { kind: 'expression', expression: missing(span), span };
  const alias = item.columnAlias() ?? item.bareAlias();
  return {
    kind: 'expression',
    expression: expression(source, item.expression()),
    ...(alias ? { alias: source.name(alias) } : {}),
    span,
  };
}

function groupByClause(source: Source, context: GroupByClauseContext): GroupBy {
  const items: Expression[] = [];
  let groupingSets: GroupBy['groupingSets'];
  for (const item of context.groupItem()) {
    if (item instanceof GroupExpressionContext) items.push(expression(source, item.expression()));
    else groupingSets ??= source.span(item);
    if (item instanceof RollupContext) items.push(...expressions(source, item.expression()));
    if (item instanceof GroupingSetsContext) {
      const sets = item.groupingSet().map((set) => set.expression());
      items.push(...sets.flatMap((set) => (set ? [expression(source, set)] : [])));
    }
  }
  return { items, ...(groupingSets ? { groupingSets } : {}), span: source.span(context) };
}
