// Recovery from syntax errors, which remembers the first one: what came, and what could have come instead.
import {
  DefaultErrorStrategy,
  NoViableAltException,
  type IntervalSet,
  type ParserRuleContext,
  type Parser,
  type RecognitionException,
  Token,
} from 'antlr4ng';
import { followersHere, type Followers } from './followers';
import { StreamSqlLexer } from './generated/StreamSqlLexer';

/** The first place where a statement is wrong. */
export interface FirstError {
  token: Token;
  expected: Followers;
  /** The rules that were being read, innermost first, as rule indexes. */
  rules: number[];
}

/**
 * Skips what fits nowhere in the rules that are open, right where it stands. The runtime's own strategy would leave all optional parts
 * first, and find out only at the end of the statement. Words that other open rules go on with are never skipped.
 */
export class SkippingStrategy extends DefaultErrorStrategy {
  /** The token that was last found to fit somewhere. */
  private fittingIndex = -1;

  override sync(parser: Parser): void {
    const { index } = parser.tokenStream;
    if (index !== this.fittingIndex && !this.inErrorRecoveryMode(parser) && mayLeave(parser)) {
      const expected = parser.getExpectedTokens();
      const type = parser.tokenStream.LA(1);
      if (!isEnd(type) && !expected.contains(type) && !this.getErrorRecoverySet(parser).contains(type)) {
        this.reportUnwantedToken(parser);
        this.consumeUntil(parser, expected);
      }
      this.fittingIndex = parser.tokenStream.index;
    }
    super.sync(parser);
  }

  override singleTokenDeletion(parser: Parser): Token | null {
    const type = parser.tokenStream.LA(1);
    const goesOn = isEnd(type) || clauseWords.has(type) || this.getErrorRecoverySet(parser).contains(type);
    return goesOn ? null : super.singleTokenDeletion(parser);
  }

  /** Goes over parentheses as a whole, and stops at the end of an INSERT in a set and at the cursor. */
  override consumeUntil(parser: Parser, set: IntervalSet): void {
    let depth = 0;
    for (let type = parser.tokenStream.LA(1); !isEnd(type); type = parser.tokenStream.LA(1)) {
      if (depth === 0 && set.contains(type)) return;
      if (type === StreamSqlLexer.LPAREN) depth += 1;
      if (type === StreamSqlLexer.RPAREN) depth = Math.max(0, depth - 1);
      parser.consume();
    }
  }
}

/** Whether the part that would begin here is optional to the end of its rule, and the next token does not begin it. */
function mayLeave(parser: Parser): boolean {
  const state = parser.atn.states[parser.state];
  if (!state) return false;
  const next = parser.atn.nextTokens(state);
  return next.contains(Token.EPSILON) && !next.contains(parser.tokenStream.LA(1));
}

function isEnd(type: number): boolean {
  return type === Token.EOF || type === StreamSqlLexer.CURSOR || type === StreamSqlLexer.SEMI;
}

/** Begin a clause: worth keeping, whatever is wrong before them. */
const clauseWords = new Set([
  StreamSqlLexer.FROM,
  StreamSqlLexer.WHERE,
  StreamSqlLexer.GROUP,
  StreamSqlLexer.HAVING,
  StreamSqlLexer.ORDER,
  StreamSqlLexer.SELECT,
  StreamSqlLexer.WITH,
  StreamSqlLexer.AS,
]);

export class RecoveringStrategy extends SkippingStrategy {
  firstError: FirstError | undefined;

  override reportError(parser: Parser, error: RecognitionException): void {
    const token = error.offendingToken ?? parser.getCurrentToken();
    const first = error instanceof NoViableAltException ? (error.startToken ?? token) : token;
    this.remember(parser, token, first);
    super.reportError(parser, error);
  }

  override reportUnwantedToken(parser: Parser): void {
    this.remember(parser, parser.getCurrentToken());
    super.reportUnwantedToken(parser);
  }

  override reportMissingToken(parser: Parser): void {
    this.remember(parser, parser.getCurrentToken());
    super.reportMissingToken(parser);
  }

  /** `first`: where the parser began to look ahead before it met `token`. */
  private remember(parser: Parser, token: Token, first = token): void {
    if (this.firstError) return;
    const read = typesBetween(parser, first.tokenIndex, token.tokenIndex);
    this.firstError = {
      token,
      expected: followersHere(parser, first, read),
      rules: rulesAround(parser.context),
    };
  }
}

/** The types of the tokens from one index to before another, without whitespace and comments. */
export function typesBetween(parser: Parser, from: number, to: number): number[] {
  const types: number[] = [];
  for (let index = from; index < to; index += 1) {
    const token = parser.tokenStream.get(index);
    if (token.channel === Token.DEFAULT_CHANNEL) types.push(token.type);
  }
  return types;
}

function rulesAround(context: ParserRuleContext | null): number[] {
  const rules: number[] = [];
  for (let rule = context; rule; rule = rule.parent) rules.push(rule.ruleIndex);
  return rules;
}
