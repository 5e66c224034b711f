// What an operator is: it turns the deltas of its inputs into its own, once for each micro-batch. A delta is a SELECT
// whose columns are c0, c1, ... (by the node's columns) and w, the weight: +1 a row more, -1 a row less.
import type { PlanNode } from '../../analysis/plan';
import type { Database } from '../database';
import type { Scope } from '../expression';

/**
 * `plain` is the delta itself. `checked` never fails: it has besides `scan` and `i`, the record a row was made from
 * (NULL for rows made of several), and `bad`, whether some expression failed. `safe` is what is good of `checked`.
 */
export type DeltaForm = 'plain' | 'checked' | 'safe';

export interface Operator {
  readonly node: PlanNode;
  readonly inputs: readonly Operator[];
  /** Statements that create its state tables, named by `statePrefix` and their role. */
  ddl?(): string[];
  /** Makes its temporary tables, empty, when the job is opened; those of its inputs exist. */
  prepare?(database: Database): Promise<void>;
  delta(form: DeltaForm): string;
  /** What it keeps, as rows: c0, c1 ... in the order that `StatePart` says. */
  state?(): string;
  /** True when this batch certainly has no rows here. */
  quiet(): boolean;
  /** Deltas in `checked` form that `step` will read, for finding the record that fails it. */
  checks?(): string[];
  /** Makes the delta of this batch and brings the state up to date, inside the batch's transaction. */
  step?(context: StepContext): Promise<void>;
  /** Forgets what is kept in memory of a transaction that was rolled back, or at the start. */
  restore?(): void;
}

/** What the names of a node's state tables begin with. */
export function statePrefix(node: number): string {
  return `s_${node}_`;
}

/** What an operator is told of a batch. */
export interface StepContext {
  database: Database;
  /** The form to read inputs in: `plain`, or `safe` after that failed. */
  form: 'plain' | 'safe';
  /** No batch of this job was ever committed. */
  first: boolean;
  /** Event time in epoch milliseconds of the sources below an operator, before this batch and with it; `unknown` and
   *  `endOfTime` stand for their ends. */
  watermarkBefore(operator: Operator): number;
  watermarkAfter(operator: Operator): number;
  /** Counts rows that came after their window was closed. */
  late: (rows: number) => void;
}

/** No event time is known yet. Whole numbers, so that they can be written into SQL. */
export const unknownTime = -8_640_000_000_000_000;
/** After the last record of a source that ended. */
export const endOfTime = 8_640_000_000_000_000;

/** The name a plan column has in a delta. */
export function columnScope(columns: readonly { name: string }[], prefix = ''): Scope {
  const places = new Map(columns.map(({ name }, i) => [name, `${prefix}c${i}`]));
  return (name) => {
    const place = places.get(name);
    if (place === undefined) throw new Error(`The plan names ${name}, which its input does not have.`);
    return place;
  };
}

export function columnList(count: number): string {
  return Array.from({ length: count }, (_, i) => `c${i}`).join(', ');
}

/** The rows of a delta that could be computed. */
export function goodRows(checked: string, columns: number): string {
  const list = columns === 0 ? '' : `${columnList(columns)}, `;
  return `SELECT ${list}w FROM (${checked}) WHERE NOT bad`;
}
