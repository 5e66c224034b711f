// All functions by name: Flink's, and those DuckDB has besides.
import { duckdbFunction, duckdbNames } from './duckdb';
import type { FunctionDefinition } from './definition';
import { mathFunctions } from './math';
import {
  aggregateFunctions,
  collectionFunctions,
  conditionalFunctions,
  conversionFunctions,
  jsonFunctions,
} from './others';
import { hashFunctions, stringFunctions } from './strings';
import { temporalFunctions, windowFunctions } from './temporal';

/** Functions with a definition of their own, Flink's: the engine has a mapping for each scalar one. */
export const flinkFunctions: readonly FunctionDefinition[] = [
  ...stringFunctions,
  ...mathFunctions,
  ...conditionalFunctions,
  ...temporalFunctions,
  ...windowFunctions,
  ...jsonFunctions,
  ...collectionFunctions,
  ...conversionFunctions,
  ...hashFunctions,
  ...aggregateFunctions,
];

const byName = new Map(flinkFunctions.map((definition) => [definition.name, definition]));

/** The function of this name, in any case. */
export function findFunction(name: string): FunctionDefinition | undefined {
  return byName.get(name.toUpperCase()) ?? duckdbFunction(name);
}

/** Names of all functions, canonical: Flink's first, then DuckDB's in upper case. */
export function functionNames(): string[] {
  return [...byName.keys(), ...duckdbNames().filter((name) => !byName.has(name))];
}

/** Canonical names of bound calls that are no function a user can name: operators and special forms. */
export const operatorNames = [
  ...['+', '-', '*', '/', '%', '||', '=', '<>', '<', '<=', '>', '>=', 'AND', 'OR', 'NOT'],
  ...['LIKE', 'SIMILAR TO', 'IN', 'BETWEEN', 'IS DISTINCT FROM', 'IS NOT DISTINCT FROM'],
  ...['IS NULL', 'IS NOT NULL', 'IS TRUE', 'IS NOT TRUE', 'IS FALSE', 'IS NOT FALSE'],
  /** Constructors, and `a[1]` or `m['k']`. */
  ...['ARRAY', 'MAP', 'ROW', 'ITEM'],
] as const;

/** Every name a scalar call in a plan may carry, apart from functions of DuckDB alone. */
export function scalarCallNames(): string[] {
  const functions = flinkFunctions.filter(({ kind, name }) => kind === 'scalar' && name !== 'TUMBLE');
  return [...operatorNames, ...functions.map(({ name }) => name)];
}
