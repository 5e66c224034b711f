// Recovery from syntax errors, which remembers the first one: what came, and what could have come instead.
import {
  DefaultErrorStrategy,
  InputMismatchException,
  NoViableAltException,
  type ParserRuleContext,
  type Parser,
  type RecognitionException,
  type Token,
} from 'antlr4ng';
import { followers, followersOfDeadEnd, type Followers } from './followers';

/** The first place where a statement is wrong. */
export interface FirstError {
  token: Token;
  expected: Followers;
  /** The rules that were being read, innermost first, as rule indexes. */
  rules: number[];
}

export class RecoveringStrategy extends DefaultErrorStrategy {
  firstError: FirstError | undefined;

  override reportError(parser: Parser, error: RecognitionException): void {
    if (error instanceof NoViableAltException && error.deadEndConfigs) {
      const token = error.offendingToken ?? parser.getCurrentToken();
      this.remember(parser, token, () => followersOfDeadEnd(parser, error));
    } else if (error instanceof InputMismatchException) {
      const token = error.offendingToken ?? parser.getCurrentToken();
      this.remember(parser, token, () => followers(parser.atn, error.offendingState, error.ctx));
    }
    super.reportError(parser, error);
  }

  override reportUnwantedToken(parser: Parser): void {
    this.rememberCurrent(parser);
    super.reportUnwantedToken(parser);
  }

  override reportMissingToken(parser: Parser): void {
    this.rememberCurrent(parser);
    super.reportMissingToken(parser);
  }

  private rememberCurrent(parser: Parser): void {
    this.remember(parser, parser.getCurrentToken(), () =>
      followers(parser.atn, parser.state, parser.context),
    );
  }

  private remember(parser: Parser, token: Token, expected: () => Followers): void {
    this.firstError ??= { token, expected: expected(), rules: rulesAround(parser.context) };
  }
}

function rulesAround(context: ParserRuleContext | null): number[] {
  const rules: number[] = [];
  for (let rule = context; rule; rule = rule.parent) rules.push(rule.ruleIndex);
  return rules;
}
