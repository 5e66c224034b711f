// "Did you mean": the known name nearest to one that was mistyped.
import type { Span } from '../protocol/errors';
import type { Fix } from '../syntax/problem';

/** The candidate nearest to `word`, ignoring case, if it is near enough to be meant; else the only longer one. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase();
  const longer = new Set<string>();
  let best: string | undefined;
  let bestDistance = word.length < 2 ? 1 : Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    if (word.length >= 3 && candidate.toLowerCase().startsWith(wanted)) longer.add(candidate);
    if (Math.abs(candidate.length - word.length) >= bestDistance) continue;
    const found = editDistance(wanted, candidate.toLowerCase());
    if (found < bestDistance) [best, bestDistance] = [candidate, found];
  }
  return best ?? (longer.size === 1 ? [...longer][0] : undefined);
}

/** Sentence and fix for a name that has a near one; `quote` writes it as it stands in SQL. */
export function didYouMean(
  word: string,
  candidates: Iterable<string>,
  span: Span,
  quote: (name: string) => string = quoteName,
): { sentence: string; fixes: Fix[] } {
  const found = nearest(word, candidates);
  if (found === undefined) return { sentence: '', fixes: [] };
  const fix: Fix = { title: `Change to ${found}`, span, text: quote(found), preferred: true };
  return { sentence: ` Did you mean ${found}?`, fixes: [fix] };
}

/** A name as SQL: in back quotes unless it is a plain identifier. */
export function quoteName(text: string): string {
  return /^[A-Za-z_][A-Za-z0-9_$]*$/.test(text) ? text : `\`${text.replaceAll('`', '``')}\``;
}

/** Damerau-Levenshtein distance: insertions, deletions, replacements and swaps of neighbours. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, at(beforeLast, j - 2) + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return at(last, b.length);
}

function at(row: number[], index: number): number {
  return row[index] ?? Infinity;
}
