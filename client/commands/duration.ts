// A length of time as a person types it: `90s`, `10 min`, `1h 30m`.

const unitsMs: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const longestMs = 365 * 86_400_000;

/** Milliseconds, or undefined when the text is no length of time from one second to a year. */
export function parseDuration(text: string): number | undefined {
  const parts = [...text.toLowerCase().matchAll(/(\d+(?:\.\d+)?)\s*([a-z]*)\s*/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text.toLowerCase().trimStart()) {
    return undefined;
  }
  let total = 0;
  for (const [, amount, word] of parts) {
    const unit = unitMs(word ?? '');
    if (unit === undefined) return undefined;
    total += Number(amount) * unit;
  }
  return total >= 1000 && total <= longestMs ? Math.round(total) : undefined;
}

/** A number alone means minutes. */
function unitMs(word: string): number | undefined {
  if (word === '') return unitsMs.m;
  return /^(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)$/.test(word)
    ? unitsMs[word.charAt(0)]
    : undefined;
}
