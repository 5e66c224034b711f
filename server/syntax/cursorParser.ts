// What the grammar expects at the end of some tokens. A CURSOR token, which fits nowhere, stands there; the parser's error strategy and
// its look-ahead stop at it and ask the grammar's network. Works behind earlier errors, since the parser recovers up to the cursor.
import {
  CommonToken,
  ParserATNSimulator,
  PredictionMode,
  type Token,
  type NoViableAltException,
  type Parser,
  type RecognitionException,
  type TokenStream,
} from 'antlr4ng';
import { followersHere, type Followers } from './followers';
import { StreamSqlLexer } from './generated/StreamSqlLexer';
import { parser } from './parse';
import { SkippingStrategy, typesBetween } from './recovery';

/** What may follow these tokens; undefined when the parser never came to their end. */
export function followersAtEnd(tokens: readonly Token[]): Followers | undefined {
  // The runtime's class declares its text a little wider than its interface does.
  const cursor = CommonToken.fromType(StreamSqlLexer.CURSOR, '') as Token;
  const cursorParser = parser([...tokens, cursor], new CursorStrategy(), PredictionMode.SLL);
  const { decisionToDFA, sharedContextCache } = cursorParser.interpreter;
  cursorParser.interpreter = new CursorSimulator(
    cursorParser,
    cursorParser.atn,
    decisionToDFA,
    sharedContextCache,
  );
  try {
    cursorParser.singleStatement();
  } catch (reached) {
    if (reached instanceof CursorReached) return reached.expected;
    throw reached;
  }
  return undefined;
}

/** Ends the parse. */
class CursorReached extends Error {
  constructor(readonly expected: Followers) {
    super('The parser came to the cursor.');
  }
}

class CursorStrategy extends SkippingStrategy {
  override sync(parser: Parser): void {
    stopAtCursor(parser);
    super.sync(parser);
  }

  override recoverInline(parser: Parser): Token {
    stopAtCursor(parser);
    return super.recoverInline(parser);
  }

  /** Leaves the cursor for the rules around this one. */
  override recover(parser: Parser, error: RecognitionException): void {
    if (!isAtCursor(parser.tokenStream)) super.recover(parser, error);
  }
}

/** Looking ahead to the cursor does not choose an alternative: all that are still on count. */
class CursorSimulator extends ParserATNSimulator {
  protected override noViableAlt(
    ...[input, context, configs, start]: Parameters<ParserATNSimulator['noViableAlt']>
  ): NoViableAltException {
    if (isAtCursor(input)) {
      const first = input.get(start);
      throw new CursorReached(
        followersHere(this.parser, first, typesBetween(this.parser, start, input.index)),
      );
    }
    return super.noViableAlt(input, context, configs, start);
  }
}

function stopAtCursor(parser: Parser): void {
  if (isAtCursor(parser.tokenStream)) {
    throw new CursorReached(followersHere(parser, parser.getCurrentToken()));
  }
}

function isAtCursor(input: TokenStream): boolean {
  return input.LA(1) === StreamSqlLexer.CURSOR;
}
