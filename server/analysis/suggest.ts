// "Did you mean": the known name nearest to one that was mistyped.
import type { Span } from '../protocol/errors';
import { nearest } from '../syntax/editDistance';
import { isReserved } from '../syntax/keywords';
import type { Fix } from '../syntax/problem';

/** The candidate that a mistyped name was meant to be; else the only longer one, of which it is the beginning. */
export function nearestName(word: string, candidates: Iterable<string>): string | undefined {
  const names = [...candidates];
  const near = nearest(word, names);
  if (near !== undefined || word.length < 3) return near;
  const wanted = word.toLowerCase();
  const longer = new Set(names.filter((candidate) => candidate.toLowerCase().startsWith(wanted)));
  return longer.size === 1 ? [...longer][0] : undefined;
}

/** Sentence and fix for a name that has a near one; `quote` writes it as it stands in SQL. */
export function didYouMean(
  word: string,
  candidates: Iterable<string>,
  span: Span,
  quote: (name: string) => string = quoteName,
): { sentence: string; fixes: Fix[] } {
  const found = nearestName(word, candidates);
  if (found === undefined) return { sentence: '', fixes: [] };
  const fix: Fix = { title: `Change to ${found}`, span, text: quote(found), preferred: true };
  return { sentence: ` Did you mean ${found}?`, fixes: [fix] };
}

/** A name as SQL: in back quotes unless it is a plain identifier and no reserved word. */
export function quoteName(text: string): string {
  const isPlain = /^[A-Za-z_][A-Za-z0-9_$]*$/.test(text) && !isReserved(text);
  return isPlain ? text : `\`${text.replaceAll('`', '``')}\``;
}
