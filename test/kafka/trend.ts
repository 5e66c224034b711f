// Whether what was sampled again and again stays as it is: a line through the samples after the warm-up.

export interface Trend {
  /** By how much the line rises from the first of these samples to the last. */
  rise: number;
  max: number;
}

/** The part of the samples that is left out: caches fill, code is compiled. */
const warmUp = 0.3;

/** The line of least squares through evenly spaced samples. */
export function trend(samples: readonly number[]): Trend {
  const kept = samples.slice(Math.floor(samples.length * warmUp));
  const middle = (kept.length - 1) / 2;
  const mean = kept.reduce((sum, sample) => sum + sample, 0) / kept.length;
  let above = 0;
  let below = 0;
  for (const [i, sample] of kept.entries()) {
    above += (i - middle) * (sample - mean);
    below += (i - middle) ** 2;
  }
  return { rise: below === 0 ? 0 : (above / below) * (kept.length - 1), max: Math.max(...samples) };
}

/** The trends of all values of the samples, by name. */
export function trends<Sample extends object>(samples: readonly Sample[]): Record<keyof Sample, Trend> {
  const names = Object.keys(samples[0] ?? {}) as (keyof Sample)[];
  const entries = names.map((name) => [name, trend(samples.map((sample) => Number(sample[name])))]);
  return Object.fromEntries(entries) as Record<keyof Sample, Trend>;
}

/** `heap +0.2 (max 31.4), timers +0.0 (max 7.0)`. */
export function shown(all: Record<string, Trend>): string {
  return Object.entries(all)
    .map(
      ([name, { rise, max }]) => `${name} ${rise < 0 ? '' : '+'}${rise.toFixed(2)} (max ${max.toFixed(1)})`,
    )
    .join(', ');
}
