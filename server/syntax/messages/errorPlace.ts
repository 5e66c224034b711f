// A syntax error and what stands around it, as the message patterns look at it.
import { Token } from 'antlr4ng';
import type { Span } from '../../protocol/errors';
import { followersAtEnd } from '../cursorParser';
import type { Followers, NameKind } from '../followers';
import { nameRules } from '../followers';
import { StreamSqlLexer } from '../generated/StreamSqlLexer';
import { keywordOf } from '../keywords';
import type { FirstError } from '../recovery';

export class ErrorPlace {
  /** Without whitespace and comments. */
  readonly tokens: readonly Token[];
  /** Of the wrong token among them; their number when the statement ended too soon. */
  readonly index: number;
  readonly expected: Followers;

  constructor(
    readonly text: string,
    all: readonly Token[],
    error: FirstError,
  ) {
    this.tokens = all.filter((token) => token.channel === Token.DEFAULT_CHANNEL && token.type !== Token.EOF);
    const index = this.tokens.findIndex((token) => token.tokenIndex >= error.token.tokenIndex);
    this.index = index < 0 || error.token.type === Token.EOF ? this.tokens.length : index;
    this.expected = error.expected;
  }

  /** The wrong token; undefined at the end. */
  get token(): Token | undefined {
    return this.tokens[this.index];
  }

  get previous(): Token | undefined {
    return this.at(-1);
  }

  /** The token so many places after the wrong one. */
  at(offset: number): Token | undefined {
    return this.tokens[this.index + offset];
  }

  /** The type of a token that way. */
  typeAt(offset: number): number | undefined {
    return this.at(offset)?.type;
  }

  expectsName(...kinds: NameKind[]): boolean {
    return [...this.expected.names].some((rule) => kinds.some((kind) => nameRules.get(rule) === kind));
  }

  expects(type: number): boolean {
    return this.expected.tokens.has(type);
  }

  /** What could have come in the place of an earlier token. */
  expectedAt(index: number): Followers | undefined {
    return followersAtEnd(this.tokens.slice(0, index));
  }

  /** Where the statement ends, or the wrong token. */
  get span(): Span {
    if (this.token) return spanOf(this.token);
    return this.previous ? spanOf(this.previous) : { start: 0, end: this.text.length };
  }
}

export function spanOf(token: Token): Span {
  return { start: token.start, end: token.stop + 1 };
}

export function textOf(token: Token | undefined): string {
  return token?.text ?? '';
}

/** A plain word: a name without quotes or a keyword. */
export function isWord(token: Token | undefined): token is Token {
  return (
    token !== undefined && (token.type === StreamSqlLexer.IDENTIFIER || keywordOf(token.type) !== undefined)
  );
}

/** The keywords among what could come. */
export function keywordsIn(expected: Followers | undefined): string[] {
  return [...(expected?.tokens.keys() ?? [])].flatMap((type) => keywordOf(type) ?? []);
}
