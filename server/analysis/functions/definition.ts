// What is known of a function, for the binder, completion, hover and signature help.
import { parseSignatures } from './signature';
import type { Signature } from './signature';
import type { SqlType } from '../types';

export interface FunctionDefinition {
  /** Canonical, upper case; what a bound call carries. */
  name: string;
  kind: 'scalar' | 'aggregate';
  group: FunctionGroup;
  signatures: Signature[];
  /** One line. */
  documentation: string;
  /** `UPPER('ab') = 'AB'` */
  example?: string;
  /** Gives the same result for the same arguments, so that it may be moved. */
  deterministic: boolean;
  /** Where the signature cannot say the result's type. */
  resultType?: (argumentTypes: SqlType[]) => SqlType;
  /** Part of the language, but not run by the local engine. */
  notRun?: boolean;
}
export type FunctionGroup =
  | 'string'
  | 'math'
  | 'conditional'
  | 'temporal'
  | 'json'
  | 'collection'
  | 'conversion'
  | 'hash'
  | 'aggregate'
  | 'window'
  | 'duckdb';

type Row = [
  signatures: string,
  documentation: string,
  example?: string | undefined,
  more?: Partial<FunctionDefinition>,
];

/** Functions of a group from their table; a name with several signatures separates them by `;`. */
export function functionTable(
  group: FunctionGroup,
  rows: Row[],
  kind: FunctionDefinition['kind'] = 'scalar',
): FunctionDefinition[] {
  return rows.map(([written, documentation, example, more]) => ({
    name: written.slice(0, written.indexOf('(')),
    kind,
    group,
    signatures: parseSignatures(written),
    documentation,
    ...(example !== undefined && { example }),
    deterministic: true,
    ...more,
  }));
}
