// The keywords of the language, and which of them are names elsewhere.
import { StreamSqlLexer } from './generated/StreamSqlLexer';
import { tokensStarting } from './followers';
import { StreamSqlParser } from './generated/StreamSqlParser';

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

const namesToo = tokensStarting(StreamSqlParser.RULE_identifier);

/** The keywords that are a name only in quotes, in upper case. */
export const reservedWords: ReadonlySet<string> = new Set(
  [...texts].filter(([type]) => !namesToo.has(type)).map(([, text]) => text),
);

/** Whether a word, in any case, is a name only in quotes. */
export function isReserved(word: string): boolean {
  return reservedWords.has(word.toUpperCase());
}
