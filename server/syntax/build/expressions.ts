// Expressions. Chains of operators are walked in a loop, not by recursion, and AND, OR and || become balanced trees: a chain of thousands
// of terms stays shallow for everyone who walks the tree later.
import type { ParserRuleContext } from 'antlr4ng';
import type { BinaryOperator, Expression, Name, Span } from '../ast';
import {
  AndExpressionContext,
  BetweenRestContext,
  ComparisonRestContext,
  ExpressionContext,
  InRestContext,
  IsDistinctRestContext,
  IsRestContext,
  LikeRestContext,
  NotExpressionContext,
  OrExpressionContext,
  PredicateExpressionContext,
  PrimaryValueContext,
  ProductValueContext,
  SignedValueContext,
  SumValueContext,
  ValueExpressionContext,
  type FieldNameContext,
  type InBareContext,
  type PredicateContext,
  type PredicateRestContext,
  type PrimaryContext,
} from '../generated/StreamSqlParser';
import { depthMax, tooDeep } from '../limits';
import { atom, bareOperand } from './atoms';
import type { Source } from './source';

type Maybe<T> = T | null | undefined;

/** Any expression. One that is missing because of an error is `unsupported` with nothing in it. */
export function expression(source: Source, context: Maybe<ParserRuleContext>): Expression {
  if (context instanceof ExpressionContext) return truth(source, context.booleanExpression());
  if (context instanceof ValueExpressionContext) return value(source, context);
  return missing(source.span(context));
}

export function expressions(source: Source, contexts: readonly ParserRuleContext[]): Expression[] {
  return contexts.map((context) => expression(source, context));
}

/** Stands for what an error left out. */
export function missing(span: Span): Expression {
  return { kind: 'unsupported', what: '', span };
}

function truth(source: Source, context: Maybe<ParserRuleContext>): Expression {
  if (context instanceof OrExpressionContext) return connected(source, context, 'OR');
  if (context instanceof AndExpressionContext) return connected(source, context, 'AND');
  if (context instanceof NotExpressionContext) {
    const operand = truth(source, context.booleanExpression());
    return { kind: 'unary', operator: 'NOT', operand, span: source.span(context) };
  }
  if (context instanceof PredicateExpressionContext) return predicate(source, context.predicate());
  return missing(source.span(context));
}

/** `a AND b AND c`: the terms in order, then a balanced tree. */
function connected(
  source: Source,
  context: OrExpressionContext | AndExpressionContext,
  operator: 'AND' | 'OR',
): Expression {
  const terms: Maybe<ParserRuleContext>[] = [];
  const type = operator === 'AND' ? AndExpressionContext : OrExpressionContext;
  let left: Maybe<ParserRuleContext> = context;
  while (left instanceof type) {
    terms.push(left.booleanExpression(1));
    left = left.booleanExpression(0);
  }
  terms.push(left);
  return balanced(
    operator,
    terms.reverse().map((term) => truth(source, term)),
  );
}

function balanced(operator: BinaryOperator, terms: Expression[]): Expression {
  const [only] = terms;
  if (only === undefined) return missing({ start: 0, end: 0 });
  if (terms.length === 1) return only;
  const middle = Math.ceil(terms.length / 2);
  return binary(
    operator,
    balanced(operator, terms.slice(0, middle)),
    balanced(operator, terms.slice(middle)),
  );
}

function binary(operator: BinaryOperator, left: Expression, right: Expression): Expression {
  return {
    kind: 'binary',
    operator,
    left,
    right,
    span: { start: left.span.start, end: Math.max(left.span.end, right.span.end) },
  };
}

function predicate(source: Source, context: Maybe<PredicateContext>): Expression {
  const operand = value(source, context?.valueExpression());
  const rests = context?.predicateRest() ?? [];
  if (rests.length > depthMax) return refuse(source, source.span(context));
  return rests.reduce((left, rest) => predicateRest(source, left, rest), operand);
}

function predicateRest(source: Source, operand: Expression, rest: PredicateRestContext): Expression {
  const span = { start: operand.span.start, end: source.span(rest).end };
  if (rest instanceof ComparisonRestContext) {
    const operator = source.slice(source.span(rest.comparison()));
    return binary(comparison(operator), operand, value(source, rest.valueExpression()));
  }
  if (rest instanceof BetweenRestContext) {
    const [low, high] = [value(source, rest.valueExpression(0)), value(source, rest.valueExpression(1))];
    return {
      kind: 'between',
      operand,
      low,
      high,
      negated: Boolean(rest.NOT()),
      symmetric: Boolean(rest.SYMMETRIC()),
      span,
    };
  }
  if (rest instanceof InRestContext) {
    const negated = Boolean(rest.NOT());
    const query = rest.query();
    const bare = rest.inBare();
    if (bare) return bareList(source, operand, bare, negated, span);
    if (query) return { kind: 'inQuery', operand, query: source.query(query), negated, span };
    return { kind: 'inList', operand, items: expressions(source, rest.expression()), negated, span };
  }
  if (rest instanceof LikeRestContext) {
    const pattern = value(source, rest.valueExpression(0));
    const like = {
      kind: 'like',
      operand,
      pattern,
      negated: Boolean(rest.NOT()),
      similar: Boolean(rest.SIMILAR()),
      span,
    } as const;
    return rest.ESCAPE() ? { ...like, escape: value(source, rest.valueExpression(1)) } : like;
  }
  if (rest instanceof IsRestContext) {
    const test = rest.NULL() ? 'null' : rest.TRUE() ? 'true' : rest.FALSE() ? 'false' : 'unknown';
    return { kind: 'is', operand, test, negated: Boolean(rest.NOT()), span };
  }
  if (rest instanceof IsDistinctRestContext) {
    const right = value(source, rest.valueExpression());
    return { kind: 'isDistinct', left: operand, right, negated: Boolean(rest.NOT()), span };
  }
  return { kind: 'unsupported', what: 'OVERLAPS', span };
}

/** `x IN s`: told apart later, by the function it is an argument of. */
function bareList(
  source: Source,
  operand: Expression,
  bare: InBareContext,
  negated: boolean,
  span: Span,
): Expression {
  const container = bareOperand(source, bare);
  const list: Expression = { kind: 'inList', operand, items: [container], negated, span };
  source.bareLists.set(list, [operand, container]);
  return list;
}

function comparison(written: string): BinaryOperator {
  switch (written) {
    case '<':
    case '<=':
    case '>':
    case '>=':
    case '=':
      return written;
    default:
      return '<>';
  }
}

/** Numbers, texts: everything below a comparison. */
function value(source: Source, context: Maybe<ParserRuleContext>): Expression {
  const steps: { operator: string; right: Maybe<ParserRuleContext> }[] = [];
  let left: Maybe<ParserRuleContext> = context;
  while (left instanceof SumValueContext || left instanceof ProductValueContext) {
    steps.push({ operator: left.getChild(1)?.getText() ?? '', right: left.valueExpression(1) });
    left = left.valueExpression(0);
  }
  const first = operand(source, left);
  if (steps.length === 0) return first;
  steps.reverse();
  if (steps.every((step) => step.operator === '||')) {
    return balanced('||', [first, ...steps.map((step) => operandOrChain(source, step.right))]);
  }
  if (steps.length > depthMax) return refuse(source, source.span(context));
  return steps.reduce(
    (sum, step) => binary(arithmetic(step.operator), sum, operandOrChain(source, step.right)),
    first,
  );
}

/** The right side of `+` may hold a chain of `*`. */
function operandOrChain(source: Source, context: Maybe<ParserRuleContext>): Expression {
  return context instanceof ProductValueContext || context instanceof SumValueContext
    ? value(source, context)
    : operand(source, context);
}

function operand(source: Source, context: Maybe<ParserRuleContext>): Expression {
  if (context instanceof PrimaryValueContext) return primary(source, context.primary());
  if (context instanceof SignedValueContext) {
    const operator = context.MINUS() ? '-' : '+';
    return {
      kind: 'unary',
      operator,
      operand: value(source, context.valueExpression()),
      span: source.span(context),
    };
  }
  return missing(source.span(context));
}

function arithmetic(written: string): BinaryOperator {
  switch (written) {
    case '-':
    case '*':
    case '/':
    case '%':
    case '||':
      return written;
    default:
      return '+';
  }
}

/** An atom with what follows it: `a.b.c` is one column, `(row).field` and `a[1]` go into a value. */
function primary(source: Source, context: Maybe<PrimaryContext>): Expression {
  let result = atom(source, context?.atom());
  if (!context || context.getChildCount() === 1) return result;
  const fields = context.fieldName();
  const indexes = context.expression();
  if (fields.length + indexes.length > depthMax) return refuse(source, source.span(context));
  const suffixes = [...fields, ...indexes].sort((a, b) => (a.start?.start ?? 0) - (b.start?.start ?? 0));
  for (const suffix of suffixes) {
    // An index ends with its bracket.
    const end = source.span(suffix).end;
    if (suffix instanceof ExpressionContext) {
      const bracket = source.text.indexOf(']', end) + 1;
      const span = { start: result.span.start, end: Math.max(end, bracket) };
      result = { kind: 'index', operand: result, index: expression(source, suffix), span };
    } else {
      result = withField(source, result, suffix);
    }
  }
  return result;
}

function withField(source: Source, operand: Expression, field: FieldNameContext): Expression {
  const name: Name = source.name(field);
  const span = { start: operand.span.start, end: Math.max(operand.span.end, name.span.end) };
  if (operand.kind === 'column') return { kind: 'column', parts: [...operand.parts, name], span };
  return { kind: 'field', operand, field: name, span };
}

function refuse(source: Source, span: Span): Expression {
  source.problems.push(tooDeep(span));
  return missing(span);
}
