// Calls of functions. The special forms of the standard become plain calls: EXTRACT(YEAR FROM d) is EXTRACT('YEAR', d).
import type { Expression, FunctionCall, OrderItem, OverWindow } from '../ast';
import type {
  FunctionArgumentsContext,
  FunctionCallContext,
  OrderByClauseContext,
  OverClauseContext,
  WindowSpecificationContext,
} from '../generated/StreamSqlParser';
import { expression, expressions } from './expressions';
import type { Source } from './source';

type Maybe<T> = T | null | undefined;

/** Functions whose first argument is a unit of time. */
const unitFirst = new Set(['EXTRACT', 'TIMESTAMPDIFF', 'TIMESTAMPADD']);

export function functionCall(source: Source, context: Maybe<FunctionCallContext>): FunctionCall {
  const name = source.name(context?.functionName());
  const given = context?.functionArguments();
  const filter = context?.filterClause();
  const over = context?.overClause();
  return {
    kind: 'call',
    name,
    arguments: specialForm(source, name.text, callArguments(source, given)),
    star: Boolean(given?.STAR()),
    distinct: Boolean(given?.setQuantifier()?.DISTINCT()),
    ...(filter ? { filter: expression(source, filter.expression()) } : {}),
    ...(over ? { over: overWindow(source, over) } : {}),
    span: source.span(context),
  };
}

function callArguments(source: Source, context: Maybe<FunctionArgumentsContext>): Expression[] {
  if (!context) return [];
  const written = expressions(source, context.expression());
  const side = context.LEADING() ?? context.TRAILING() ?? context.BOTH();
  if (side) {
    const span = source.tokenSpan(side.symbol);
    return [{ kind: 'string', value: side.getText().toUpperCase(), span }, ...written];
  }
  const unit = context.timeUnit();
  if (unit) written.push({ kind: 'string', value: unit.getText().toUpperCase(), span: source.span(unit) });
  return written;
}

/** POSITION(x IN s) is POSITION(x, s); a unit of time is a text. */
function specialForm(source: Source, name: string, given: Expression[]): Expression[] {
  const [first, ...others] = given;
  const bare = first && source.bareLists.get(first);
  if (name.toUpperCase() === 'POSITION' && bare && others.length === 0) {
    source.bareLists.delete(first);
    return bare;
  }
  if (!unitFirst.has(name.toUpperCase()) || first?.kind !== 'column' || first.parts.length !== 1)
    return given;
  return [{ kind: 'string', value: (first.parts[0]?.text ?? '').toUpperCase(), span: first.span }, ...others];
}

function overWindow(source: Source, context: OverClauseContext): OverWindow {
  const span = source.span(context);
  const name = context.windowName();
  const specification = name
    ? source.namedWindows.get(source.name(name).text)
    : context.windowSpecification();
  return { ...windowSpecification(source, specification), span };
}

function windowSpecification(
  source: Source,
  context: Maybe<WindowSpecificationContext>,
): Omit<OverWindow, 'span'> {
  const frame = context?.windowFrame();
  const span = source.span(frame);
  return {
    partitionBy: expressions(source, context?.expression() ?? []),
    orderBy: orderItems(source, context?.orderByClause()),
    ...(frame ? { frame: { unit: frame.ROWS() ? 'rows' : 'range', text: source.slice(span), span } } : {}),
  };
}

export function orderItems(source: Source, context: Maybe<OrderByClauseContext>): OrderItem[] {
  return (context?.orderItem() ?? []).map((item) => ({
    expression: expression(source, item.expression()),
    descending: Boolean(item.DESC()),
    ...(item.NULLS() ? { nulls: item.FIRST() ? 'first' : 'last' } : {}),
    span: source.span(item),
  }));
}
