// Calls of a plan as DuckDB SQL. A name without a mapping here is one of DuckDB's own functions.
import { findFunction } from '../../analysis/functions/functions';
import type { BoundExpression } from '../../analysis/plan';
import type { SqlType } from '../../analysis/types';
import { StreamJobsError } from '../../protocol/errors';
import { cast } from '../sqlText';
import { arithmetic } from './arithmetic';
import { collections, json } from './collections';
import { mathematics } from './mathematics';
import { predicates } from './predicates';
import { routing } from './routing';
import { strings } from './strings';
import { temporal } from './temporal';

export type Call = BoundExpression & { kind: 'call' };

/** What a mapping is told besides the SQL of the arguments. */
export interface CallContext {
  name: string;
  type: SqlType;
  argumentTypes: SqlType[];
  /** The text of an argument that is a string literal. */
  literal(index: number): string | undefined;
}
/** SQL of a call from the SQL of its arguments. */
export type Mapping = (args: string[], call: CallContext) => string;
export type MappingTable = Record<string, Mapping>;

const mappings: MappingTable = {
  ...arithmetic,
  ...predicates,
  ...strings,
  ...mathematics,
  ...temporal,
  ...collections,
  ...json,
  ...routing,
};

/** Whether a call of this name can be run. */
export function hasMapping(name: string): boolean {
  return Object.hasOwn(mappings, name) || findFunction(name)?.group === 'duckdb';
}

/** The SQL of a call, in the type the plan says it has. Throws NOT_SUPPORTED. */
export function callSql(call: Call, argument: (expression: BoundExpression) => string): string {
  const args = call.arguments.map(argument);
  const mapping = Object.hasOwn(mappings, call.name) ? mappings[call.name] : undefined;
  if (!mapping) return cast(`${call.name.toLowerCase()}(${args.join(', ')})`, call.type);
  const context: CallContext = {
    name: call.name,
    type: call.type,
    argumentTypes: call.arguments.map(({ type }) => type),
    literal: (index) => {
      const found = call.arguments[index];
      return found?.kind === 'literal' && typeof found.value === 'string' ? found.value : undefined;
    },
  };
  try {
    const sql = mapping(args, context);
    return call.type.kind === 'boolean' ? `(${sql})` : cast(sql, call.type);
  } catch (error) {
    if (error instanceof NotSupported)
      throw new StreamJobsError('NOT_SUPPORTED', error.message, call.span ? { span: call.span } : {});
    throw error;
  }
}

/** Thrown by a mapping for arguments it cannot express; gets its place from the call. */
export class NotSupported extends Error {}

/** Names whose result depends on the moment or on chance, so that they are computed once and outside of TRY. */
export const volatileNames: ReadonlySet<string> = new Set([
  'RAND',
  'RAND_INTEGER',
  'UUID',
  'RANDOM',
  'SETSEED',
]);
