// Option tables: what a connector, a format or a job can be told, in one place for validation, completion and reading.
import { StreamJobsError } from '../../protocol/errors';
import type { ValueKind } from './values';

export interface OptionDefinition<T = unknown> {
  kind: ValueKind<T & {}>;
  documentation: string;
  /** As written; what counts when the option is absent. */
  default?: string;
  required: boolean;
  /** Only for reading from a table, or only for writing to it. */
  side?: 'source' | 'sink';
}

/** Key, or pattern with `*` for any name, to definition. */
export type OptionTable = Record<string, OptionDefinition>;

/** The typed values of a table: `undefined` where an option has no default and is not required. */
export type OptionValues<T extends OptionTable> = {
  [K in keyof T]: T[K] extends OptionDefinition<infer V> ? V : never;
};

interface Extra {
  side?: 'source' | 'sink';
}
export function option<T>(
  kind: ValueKind<T>,
  documentation: string,
  more: Extra & ({ default: string } | { required: true }),
): OptionDefinition<T>;
export function option<T>(
  kind: ValueKind<T>,
  documentation: string,
  more?: Extra,
): OptionDefinition<T | undefined>;
export function option(
  kind: ValueKind<object>,
  documentation: string,
  more: Extra & { default?: string; required?: boolean } = {},
): OptionDefinition {
  return { kind, documentation, required: false, ...more };
}

/**
 * The values of a table's options, defaults filled in; patterns are read with `patternValues`.
 * Throws BAD_OPTION where one cannot be read or is missing.
 */
export function readOptions<T extends OptionTable>(
  table: T,
  options: Record<string, string>,
): OptionValues<T> {
  const values: Record<string, unknown> = {};
  for (const [key, definition] of Object.entries(table))
    if (!key.includes('*')) values[key] = readOption(key, definition, options[key]);
  return values as OptionValues<T>;
}

/** One option's value; see `readOptions`. */
export function readOption<T>(
  key: string,
  definition: OptionDefinition<T>,
  written: string | undefined,
): T | undefined {
  const value = written ?? definition.default;
  if (value === undefined) {
    if (!definition.required) return undefined;
    throw new StreamJobsError('BAD_OPTION', `The option '${key}' is missing.`, {
      hint: definition.documentation,
    });
  }
  const parsed = definition.kind.parse(value);
  if (parsed === undefined)
    throw new StreamJobsError('BAD_OPTION', `'${key}' takes ${definition.kind.expects}, not '${value}'.`, {
      hint: definition.documentation,
    });
  return parsed;
}

/** What stands for `*` in each key that matches the pattern, with its value: `fields.*.min` gives { amount: '1' }. */
export function patternValues(options: Record<string, string>, pattern: string): Map<string, string> {
  const found = new Map<string, string>();
  const matcher = patternMatcher(pattern);
  for (const [key, value] of Object.entries(options)) {
    const name = matcher.exec(key)?.[1];
    if (name !== undefined) found.set(name, value);
  }
  return found;
}

/** The definition a key falls under, by itself or by a pattern. */
export function findOption(table: OptionTable, key: string): OptionDefinition | undefined {
  if (!key.includes('*') && Object.hasOwn(table, key)) return table[key];
  return Object.entries(table).find(
    ([pattern]) => pattern.includes('*') && patternMatcher(pattern).test(key),
  )?.[1];
}

function patternMatcher(pattern: string): RegExp {
  const escaped = pattern.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replace('*', '(.+)');
  return new RegExp(`^${escaped}$`);
}
