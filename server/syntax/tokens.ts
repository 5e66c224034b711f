// The tokens of a statement, each with what it is: for highlighting, and for features that look at words rather than trees.
import { ParserRuleContext, TerminalNode, Token, type ParseTree } from 'antlr4ng';
import type { Span } from '../protocol/errors';
import { RecentlyUsed } from './cache';
import { nameRules, type NameKind } from './followers';
import { StreamSqlLexer } from './generated/StreamSqlLexer';
import { keywordOf } from './keywords';
import { limitProblem } from './limits';
import { parseTokens, tokenize } from './parse';

export interface ClassifiedToken extends Span {
  kind: 'keyword' | 'name' | 'string' | 'number' | 'operator' | 'punctuation' | 'comment' | 'bad';
  /** What a name names, where the parser could tell. */
  name?: NameKind;
}

const cachedStatementsMax = 1000;
const cache = new RecentlyUsed<string, readonly ClassifiedToken[]>(cachedStatementsMax);

/** The tokens of a statement's text with comments, in order. Never throws. A keyword used as a name is a name. */
export function classifyTokens(text: string): readonly ClassifiedToken[] {
  return cache.get(text, () => classify(text));
}

function classify(text: string): ClassifiedToken[] {
  const all = tokenize(text);
  const names = limitProblem(all) ? new Map<number, NameKind>() : namesIn(parseTokens(all).tree);
  return all
    .filter(({ type }) => type !== StreamSqlLexer.WHITESPACE && type !== Token.EOF)
    .map((token) => {
      const name = names.get(token.tokenIndex);
      const span = { start: token.start, end: token.stop + 1 };
      // Options and settings are written as strings and look like them.
      const isName =
        name !== undefined && token.type !== StreamSqlLexer.STRING && token.type !== StreamSqlLexer.DOT;
      return { kind: isName ? 'name' : kindOf(token.type), ...(name === undefined ? {} : { name }), ...span };
    });
}

/** The outermost kind of name around each token, by the token's index. */
function namesIn(tree: ParserRuleContext): Map<number, NameKind> {
  const names = new Map<number, NameKind>();
  const open: { node: ParseTree; name: NameKind | undefined }[] = [{ node: tree, name: undefined }];
  for (let each = open.pop(); each; each = open.pop()) {
    const { node, name } = each;
    if (node instanceof TerminalNode && name !== undefined) names.set(node.symbol.tokenIndex, name);
    if (!(node instanceof ParserRuleContext)) continue;
    const inner = name ?? nameRules.get(node.ruleIndex);
    for (const child of node.children) open.push({ node: child, name: inner });
  }
  return names;
}

function kindOf(type: number): ClassifiedToken['kind'] {
  if (keywordOf(type) !== undefined) return 'keyword';
  return kinds.get(type) ?? 'operator';
}

const kinds = new Map<number, ClassifiedToken['kind']>([
  [StreamSqlLexer.IDENTIFIER, 'name'],
  [StreamSqlLexer.BACK_QUOTED, 'name'],
  [StreamSqlLexer.DOUBLE_QUOTED, 'name'],
  [StreamSqlLexer.PLACEHOLDER, 'name'],
  [StreamSqlLexer.STRING, 'string'],
  [StreamSqlLexer.UNCLOSED_STRING, 'string'],
  [StreamSqlLexer.INTEGER, 'number'],
  [StreamSqlLexer.DECIMAL, 'number'],
  [StreamSqlLexer.DURATION, 'number'],
  [StreamSqlLexer.LINE_COMMENT, 'comment'],
  [StreamSqlLexer.BLOCK_COMMENT, 'comment'],
  [StreamSqlLexer.UNCLOSED_COMMENT, 'comment'],
  [StreamSqlLexer.SEMI, 'punctuation'],
  [StreamSqlLexer.COMMA, 'punctuation'],
  [StreamSqlLexer.DOT, 'punctuation'],
  [StreamSqlLexer.LPAREN, 'punctuation'],
  [StreamSqlLexer.RPAREN, 'punctuation'],
  [StreamSqlLexer.LBRACKET, 'punctuation'],
  [StreamSqlLexer.RBRACKET, 'punctuation'],
  [StreamSqlLexer.UNCLOSED_NAME, 'bad'],
  [StreamSqlLexer.BAD_NUMBER, 'bad'],
  [StreamSqlLexer.DOUBLE_EQ, 'bad'],
  [StreamSqlLexer.BAD, 'bad'],
]);
