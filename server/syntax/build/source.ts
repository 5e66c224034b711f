// What all tree builders share: the statement's text, spans in it, names and strings, and where problems go. A tree with errors lacks
// children that its types promise, so everything here takes null and answers with something empty.
import type { ParserRuleContext, TerminalNode, Token } from 'antlr4ng';
import type { Expression, Name, Query, Span } from '../ast';
import type { Problem } from '../problem';
import { IdentifierContext, type WindowSpecificationContext } from '../generated/StreamSqlParser';

type Maybe<T> = T | null | undefined;

export class Source {
  readonly problems: Problem[] = [];
  /** WINDOW w AS (...) of the SELECT that is being built. */
  namedWindows: ReadonlyMap<string, WindowSpecificationContext> = new Map();

  /** `x IN s` without parentheses, which only POSITION takes: the expression and its two sides. */
  readonly bareLists = new Map<Expression, Expression[]>();

  constructor(
    readonly text: string,
    private readonly buildQuery: (source: Source, context: Maybe<ParserRuleContext>) => Query,
  ) {}

  /** A query inside an expression; queries and expressions hold each other. */
  query(context: Maybe<ParserRuleContext>): Query {
    return this.buildQuery(this, context);
  }

  /** Of what the rule matched; empty where it matched nothing. */
  span(context: Maybe<ParserRuleContext>): Span {
    const start = context?.start?.start ?? this.text.length;
    return { start, end: Math.max(start, (context?.stop?.stop ?? -1) + 1) };
  }

  /** From the start of one rule to the end of another. */
  spanFrom(first: Maybe<ParserRuleContext>, last: Maybe<ParserRuleContext>): Span {
    const { start } = this.span(first);
    return { start, end: Math.max(start, this.span(last).end) };
  }

  tokenSpan(token: Token): Span {
    return { start: token.start, end: Math.max(token.start, token.stop + 1) };
  }

  /** A name without its quotes; one of several parts is joined with dots. */
  name(context: Maybe<ParserRuleContext>): Name {
    const span = this.span(context);
    const parts = context?.getRuleContexts(IdentifierContext) ?? [];
    const text =
      parts.length > 1
        ? parts.map((part) => unquoteName(this.slice(this.span(part)))).join('.')
        : unquoteName(this.slice(span));
    return { text, span };
  }

  names(contexts: readonly ParserRuleContext[]): Name[] {
    return contexts.map((context) => this.name(context));
  }

  /** A string literal without its quotes. */
  string(node: Maybe<TerminalNode>): { text: string; span: Span } {
    if (!node || node.symbol.tokenIndex < 0)
      return { text: '', span: { start: this.text.length, end: this.text.length } };
    const span = this.tokenSpan(node.symbol);
    return { text: unquoteString(this.slice(span)), span };
  }

  /** A string, or a placeholder in its place. */
  stringOf(context: Maybe<ParserRuleContext>): { text: string; span: Span } {
    const span = this.span(context);
    return { text: unquoteString(this.slice(span)), span };
  }

  /** A whole number; 0 where it is missing. */
  integer(node: Maybe<TerminalNode>): number {
    return node && node.symbol.tokenIndex >= 0 ? Number(node.getText()) : 0;
  }

  slice(span: Span): string {
    return this.text.slice(span.start, span.end);
  }
}

/** A child that an error may have left out, whatever its type promises. */
export function maybe<T>(child: T): Maybe<T> {
  return child;
}

/** Whether a token is really in the text: recovery from an error makes up missing ones. */
export function isPresent(node: Maybe<TerminalNode>): node is TerminalNode {
  return node !== null && node !== undefined && node.symbol.tokenIndex >= 0;
}

/** The text of a name as written: without quotes, doubled quotes as one. */
export function unquoteName(written: string): string {
  const quote = written[0];
  if (quote !== '`' && quote !== '"') return written;
  const inner = written.slice(1, written.length > 1 && written.endsWith(quote) ? -1 : undefined);
  return inner.replaceAll(quote + quote, quote);
}

/** The text of a string literal: without quotes, doubled quotes as one. */
export function unquoteString(written: string): string {
  if (!written.startsWith("'")) return written;
  return written.slice(1, written.length > 1 && written.endsWith("'") ? -1 : undefined).replaceAll("''", "'");
}
