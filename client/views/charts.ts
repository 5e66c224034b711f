// Small charts made of characters: they need no space of their own and read well in a tree.

const steps = '▁▂▃▄▅▆▇█';

/** `▁▂▅█`: values scaled from zero to their maximum. Empty below two values. */
export function sparkline(values: readonly number[]): string {
  if (values.length < 2) return '';
  const max = Math.max(...values, 1);
  return values
    .map((value) => steps[Math.min(steps.length - 1, Math.floor((value / max) * steps.length))])
    .join('');
}

/** `▰▰▰▱▱▱▱▱`: a part of a whole, from 0 to 1; anything above zero shows at least one step. */
export function bar(part: number, width = 8): string {
  const filled = part <= 0 ? 0 : Math.min(width, Math.max(1, Math.round(part * width)));
  return '▰'.repeat(filled) + '▱'.repeat(width - filled);
}
