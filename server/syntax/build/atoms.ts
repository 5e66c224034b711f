// The smallest expressions: literals, columns, calls, CASE, CAST, constructors and subqueries.
import type { Expression, Name } from '../ast';
import {
  ArrayAtomContext,
  BooleanLiteralContext,
  CallAtomContext,
  CaseAtomContext,
  CastAtomContext,
  ColumnAtomContext,
  DatetimeLiteralContext,
  ExistsAtomContext,
  IntervalValueContext,
  LiteralAtomContext,
  MapAtomContext,
  NullLiteralContext,
  NumberLiteralContext,
  ParenthesizedContext,
  QueryAtomContext,
  RowAtomContext,
  StringLiteralContext,
  type AtomContext,
  type InBareContext,
  type LiteralContext,
} from '../generated/StreamSqlParser';
import { functionCall } from './calls';
import { expression, expressions, missing } from './expressions';
import { intervalLiteral } from './intervals';
import type { Source } from './source';
import { typeName } from './types';

type Maybe<T> = T | null | undefined;

/** Functions that are called without parentheses. */
const callsWithoutArguments = new Set([
  'CURRENT_TIMESTAMP',
  'CURRENT_DATE',
  'CURRENT_TIME',
  'LOCALTIME',
  'LOCALTIMESTAMP',
]);

export function atom(source: Source, context: Maybe<AtomContext>): Expression {
  const span = source.span(context);
  if (context instanceof ColumnAtomContext) return column(source.name(context.columnName()), source);
  if (context instanceof LiteralAtomContext) return literal(source, context.literal());
  if (context instanceof CallAtomContext) return functionCall(source, context.functionCall());
  if (context instanceof ParenthesizedContext) {
    const [first, ...others] = expressions(source, context.expression());
    if (first === undefined) return missing(span);
    // Parentheses around one expression leave no trace but a wider span, which a message about it then covers.
    return others.length === 0
      ? { ...first, span }
      : { kind: 'rowConstructor', items: [first, ...others], span };
  }
  if (context instanceof QueryAtomContext)
    return { kind: 'scalarQuery', query: source.query(context.query()), span };
  if (context instanceof ExistsAtomContext)
    return { kind: 'exists', query: source.query(context.query()), span };
  if (context instanceof CaseAtomContext) return caseExpression(source, context);
  if (context instanceof CastAtomContext) {
    const operand = expression(source, context.expression());
    const type = typeName(source, context.typeName());
    return { kind: 'cast', operand, type, try: Boolean(context.TRY_CAST()), span };
  }
  if (context instanceof RowAtomContext) {
    return { kind: 'rowConstructor', items: expressions(source, context.expression()), span };
  }
  if (context instanceof ArrayAtomContext) {
    return { kind: 'arrayConstructor', items: expressions(source, context.expression()), span };
  }
  if (context instanceof MapAtomContext) {
    return { kind: 'mapConstructor', items: expressions(source, context.expression()), span };
  }
  return missing(span);
}

/** What stands behind IN without parentheses. */
export function bareOperand(source: Source, context: InBareContext): Expression {
  const call = context.functionCall();
  if (call) return functionCall(source, call);
  const path = context.columnPath();
  if (!path) return literal(source, context.literal());
  const parts = [path.columnName(), ...path.fieldName()].map((part) => source.name(part));
  return { kind: 'column', parts, span: source.span(path) };
}

function column(name: Name, source: Source): Expression {
  if (callsWithoutArguments.has(source.slice(name.span).toUpperCase())) {
    return { kind: 'call', name, arguments: [], star: false, distinct: false, span: name.span };
  }
  return { kind: 'column', parts: [name], span: name.span };
}

function caseExpression(source: Source, context: CaseAtomContext): Expression {
  const outer = context.expression();
  const otherwise = context.ELSE() ? outer[outer.length - 1] : undefined;
  const operand = outer.length > (otherwise ? 1 : 0) ? outer[0] : undefined;
  const branches = context.caseBranch().map((branch) => ({
    when: expression(source, branch.expression(0)),
    then: expression(source, branch.expression(1)),
  }));
  return {
    kind: 'case',
    ...(operand ? { operand: expression(source, operand) } : {}),
    branches,
    ...(otherwise ? { else: expression(source, otherwise) } : {}),
    span: source.span(context),
  };
}

function literal(source: Source, context: Maybe<LiteralContext>): Expression {
  const span = source.span(context);
  if (context instanceof NumberLiteralContext) return { kind: 'number', text: source.slice(span), span };
  if (context instanceof StringLiteralContext)
    return { kind: 'string', value: source.stringOf(context).text, span };
  if (context instanceof NullLiteralContext) return { kind: 'null', span };
  if (context instanceof BooleanLiteralContext)
    return { kind: 'boolean', value: Boolean(context.TRUE()), span };
  if (context instanceof IntervalValueContext) return intervalLiteral(source, context.intervalLiteral());
  if (context instanceof DatetimeLiteralContext) {
    const type = context.DATE()
      ? 'DATE'
      : context.TIME()
        ? 'TIME'
        : context.TIMESTAMP()
          ? 'TIMESTAMP'
          : 'TIMESTAMP_LTZ';
    return { kind: 'datetime', type, value: source.string(context.STRING()).text, span };
  }
  return missing(span);
}
