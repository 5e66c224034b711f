// The keywords of the language, and what they say about tokens.
import { StreamSqlLexer } from './generated/StreamSqlLexer';

const texts = new Map<number, string>();
StreamSqlLexer.literalNames.forEach((literal, type) => {
  const text = literal?.slice(1, -1);
  if (text !== undefined && /^[A-Z_]+$/.test(text)) texts.set(type, text);
});

/** All keywords, in upper case. */
export const keywords: readonly string[] = [...texts.values()];

/** The keyword of a token type, or undefined. */
export function keywordOf(type: number): string | undefined {
  return texts.get(type);
}
