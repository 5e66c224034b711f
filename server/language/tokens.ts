// The tokens of a text in the few kinds that the features tell apart.
import { StreamSqlLexer } from '../syntax/generated/StreamSqlLexer';
import { tokenize as lex } from '../syntax/parse';

export type TokenKind = 'word' | 'name' | 'quotedName' | 'string' | 'number' | 'comment' | 'sign';

export interface SyntaxToken {
  /** `word` is a keyword, `name` any other plain identifier. */
  kind: TokenKind;
  text: string;
  /** UTF-16 offsets, end exclusive. */
  start: number;
  end: number;
}

const kinds = new Map<number, TokenKind>([
  [StreamSqlLexer.IDENTIFIER, 'name'],
  [StreamSqlLexer.PLACEHOLDER, 'name'],
  [StreamSqlLexer.BACK_QUOTED, 'quotedName'],
  [StreamSqlLexer.DOUBLE_QUOTED, 'quotedName'],
  [StreamSqlLexer.UNCLOSED_NAME, 'quotedName'],
  [StreamSqlLexer.STRING, 'string'],
  [StreamSqlLexer.UNCLOSED_STRING, 'string'],
  [StreamSqlLexer.INTEGER, 'number'],
  [StreamSqlLexer.DECIMAL, 'number'],
  [StreamSqlLexer.DURATION, 'number'],
  [StreamSqlLexer.BAD_NUMBER, 'number'],
  [StreamSqlLexer.LINE_COMMENT, 'comment'],
  [StreamSqlLexer.BLOCK_COMMENT, 'comment'],
  [StreamSqlLexer.UNCLOSED_COMMENT, 'comment'],
]);

/** All tokens but whitespace, in order. Never fails. */
export function tokenize(text: string): SyntaxToken[] {
  return lex(text)
    .filter(({ type }) => type !== StreamSqlLexer.WHITESPACE && type > 0)
    .map(({ type, start, stop }) => {
      const written = text.slice(start, stop + 1);
      const kind = kinds.get(type) ?? (/^\w/.test(written) ? 'word' : 'sign');
      return { kind, text: written, start, end: stop + 1 };
    });
}
