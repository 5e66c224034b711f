// One statement: text -> tokens -> the parser's tree. Quick prediction that gives up at the first error serves nearly every statement;
// only one that fails is parsed again with full prediction and recovery.
import {
  BailErrorStrategy,
  CommonTokenStream,
  ListTokenSource,
  ParseCancellationException,
  PredictionMode,
  type Token,
  type DefaultErrorStrategy,
} from 'antlr4ng';
import { StreamSqlLexer } from './generated/StreamSqlLexer';
import { StreamSqlParser, type SingleStatementContext } from './generated/StreamSqlParser';
import { RecoveringStrategy, type FirstError } from './recovery';
import { Utf16CharStream } from './utf16CharStream';

export interface ParseResult {
  tree: SingleStatementContext;
  /** The first error; undefined when the statement is well formed. */
  error: FirstError | undefined;
}

/** All tokens of a text, with whitespace and comments, up to the end mark. Never fails. */
export function tokenize(text: string): Token[] {
  const lexer = new StreamSqlLexer(new Utf16CharStream(text));
  lexer.removeErrorListeners();
  return lexer.getAllTokens();
}

/** Parses tokens as one statement. Those nested too deeply must have been refused before. */
export function parseTokens(tokens: Token[]): ParseResult {
  try {
    return {
      tree: parser(tokens, new BailErrorStrategy(), PredictionMode.SLL).singleStatement(),
      error: undefined,
    };
  } catch (error) {
    if (!(error instanceof ParseCancellationException)) throw error;
  }
  const strategy = new RecoveringStrategy();
  const tree = parser(tokens, strategy, PredictionMode.LL).singleStatement();
  return { tree, error: strategy.firstError };
}

/** A parser over tokens that reports to nobody but its strategy. */
export function parser(tokens: Token[], strategy: DefaultErrorStrategy, mode: number): StreamSqlParser {
  const result = new StreamSqlParser(new CommonTokenStream(new ListTokenSource(tokens)));
  result.removeErrorListeners();
  result.errorHandler = strategy;
  result.interpreter.predictionMode = mode;
  return result;
}
