// The kinds of values options take, and how each is read from its text.

/** A kind of value: how it is read, and how it is described to someone who wrote another. */
export interface ValueKind<T> {
  /** Completes "... takes": `a duration such as 5 s`. */
  expects: string;
  /** Where only some values are allowed. */
  values?: readonly string[];
  /** Undefined when the text is no such value. */
  parse(text: string): T | undefined;
}

export const text: ValueKind<string> = {
  expects: 'a text',
  parse: (value) => (value === '' ? undefined : value),
};

/** Text that may be empty. */
export const anyText: ValueKind<string> = { expects: 'a text', parse: (value) => value };

export const boolean: ValueKind<boolean> = {
  expects: 'true or false',
  values: ['true', 'false'],
  parse: (value) => ({ true: true, false: false })[value.trim().toLowerCase()],
};

/** A whole number from `min` to `max`, exact in a double. */
export function integer(min: number, max = Number.MAX_SAFE_INTEGER): ValueKind<number> {
  const expects =
    max === Number.MAX_SAFE_INTEGER
      ? `a whole number, at least ${min}`
      : `a whole number from ${min} to ${max}`;
  return {
    expects,
    parse: (value) => {
      const number = Number(value.trim());
      return /^[+-]?\d+$/.test(value.trim()) && number >= min && number <= max ? number : undefined;
    },
  };
}

export function number(min: number, max: number): ValueKind<number> {
  return {
    expects: `a number from ${min} to ${max}`,
    parse: (value) => {
      const found = Number(value);
      return value.trim() !== '' && found >= min && found <= max ? found : undefined;
    },
  };
}

/** One of a few words; case does not matter. */
export function oneOf<const V extends readonly string[]>(...values: V): ValueKind<V[number]> {
  return {
    expects: `one of ${values.join(', ')}`,
    values,
    parse: (value) => values.find((known) => known.toLowerCase() === value.trim().toLowerCase()),
  };
}

/** A list separated by semicolons, as Flink writes them. */
export const list: ValueKind<string[]> = {
  expects: 'a list separated by ;',
  parse: (value) => {
    const items = value.split(';').map((item) => item.trim());
    return items.some((item) => item === '') ? undefined : items;
  },
};

/** Milliseconds, written as in Flink: `5 s`, `500ms`, `1 min`, `2 h`, `1 d`. */
export const duration: ValueKind<number> = {
  expects: 'a duration such as 5 s or 500 ms',
  parse: parseDuration,
};

const durationUnits: readonly [RegExp, number][] = [
  [/^(ms|milli|millis|millisecond|milliseconds)?$/, 1],
  [/^(s|sec|secs|second|seconds)$/, 1000],
  [/^(m|min|mins|minute|minutes)$/, 60_000],
  [/^(h|hour|hours)$/, 3_600_000],
  [/^(d|day|days)$/, 86_400_000],
];

/** Milliseconds of `5 s`, `1 min`, `500 ms`; a bare number is milliseconds, as in Flink. */
export function parseDuration(value: string): number | undefined {
  const parts = /^\s*(\d+)\s*([a-z]*)\s*$/i.exec(value);
  const unit = durationUnits.find(([name]) => name.test(parts?.[2]?.toLowerCase() ?? '?'));
  const amount = parts && unit ? Number(parts[1]) * unit[1] : NaN;
  return Number.isSafeInteger(amount) ? amount : undefined;
}
