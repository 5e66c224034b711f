// Where completion happens: the statement, the token being typed, and what the grammar expects there.
import type { Catalog } from '../../analysis/catalog';
import { unquoteName } from '../../syntax/build/source';
import { expectedAt, type Expected } from '../../syntax/expected';
import { regionAt } from '../../syntax/split';
import { catalogAt, type Script, type ScriptStatement } from '../script';
import { tokenize, type SyntaxToken } from '../tokens';

export interface Place {
  /** Absent in the space between statements. */
  statement: ScriptStatement | undefined;
  /** From the semicolon before to the one behind; all offsets of a place are relative to it. */
  text: string;
  /** Where `text` begins in the document. */
  base: number;
  offset: number;
  /** Of the statement, without comments. */
  tokens: SyntaxToken[];
  /** The word, name or string the cursor is in or right behind. */
  current: SyntaxToken | undefined;
  /** The tokens before the current one, in order. */
  before: SyntaxToken[];
  /** What may stand in the place of the current token. */
  expected: Expected;
  /** Tables and views known here. */
  catalog: Catalog;
}

/** In a longer statement nothing is offered: reading it at each key would hold up typing. */
export const placeLengthMax = 100_000;

/** The place at an offset, or undefined where nothing is offered: in comments, numbers and very long statements. */
export function placeAt(script: Script, documentOffset: number): Place | undefined {
  const whole = script.document.getText();
  const region = regionAt(whole, documentOffset);
  const text = whole.slice(region.start, region.end);
  if (text.length > placeLengthMax) return undefined;
  const base = region.start;
  const offset = documentOffset - base;
  const index = script.statements.findIndex(({ end }) => end > region.start);
  const following = script.statements[index];
  const statement = following !== undefined && following.start < region.end ? following : undefined;
  const catalog = catalogAt(script, following === undefined ? script.statements.length : index);
  const all = tokenize(text);
  if (all.some((token) => token.kind === 'comment' && isInComment(token, offset))) return undefined;
  const tokens = all.filter(({ kind }) => kind !== 'comment');
  const current = tokens.find(
    (token) => token.start < offset && offset <= token.end && isTyped(token, offset),
  );
  if (current?.kind === 'number') return undefined;
  const start = current?.start ?? offset;
  const before = tokens.filter((token) => token.end <= start);
  return {
    statement,
    text,
    base,
    offset,
    tokens,
    current,
    before,
    expected: expectedAt(text, offset),
    catalog,
  };
}

/** A line comment goes on at its end, a block comment does not. */
function isInComment(token: SyntaxToken, offset: number): boolean {
  if (offset <= token.start) return false;
  const closed = token.text.startsWith('/*') && token.text.length >= 4 && token.text.endsWith('*/');
  return closed ? offset < token.end : offset <= token.end;
}

/** Words and names go on at their end; a string that is closed is over there. */
function isTyped(token: SyntaxToken, offset: number): boolean {
  if (token.kind === 'string') return offset < token.end || !isClosed(token.text);
  return token.kind !== 'sign';
}

function isClosed(text: string): boolean {
  return text.length > 1 && text.endsWith("'");
}

/** The words before the cursor, in upper case, signs included. */
export function wordsBefore(place: Place): string[] {
  return place.before.map(({ text }) => text.toUpperCase());
}

/** The name a token stands for, without quotes. */
export function nameOf(token: SyntaxToken): string {
  return unquoteName(token.text);
}
