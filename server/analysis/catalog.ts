// Tables and views that statements can name.
import type { Expression, Name, Query } from '../syntax/ast';
import type { SqlType } from './types';

export interface TableDefinition {
  kind: 'table';
  name: string;
  word: 'TABLE' | 'STREAM';
  columns: TableColumn[];
  watermark?: { column: string; expression: Expression };
  primaryKey?: string[];
  /** Of the WITH clause; `${...}` not yet filled in. */
  options: Record<string, string>;
  /** `options.connector`, with synonyms resolved (`filesystem` is `file`). */
  connector: string;
  /** The statement that made it, as written. */
  statement: string;
}

export type TableColumn =
  | { kind: 'physical'; name: string; type: SqlType; notNull: boolean }
  | { kind: 'metadata'; name: string; type: SqlType; key: string; virtual: boolean }
  | { kind: 'computed'; name: string; type: SqlType; expression: Expression };

export interface ViewDefinition {
  kind: 'view';
  name: string;
  query: Query;
  /** CREATE VIEW v (a, b): names of its columns instead of the query's. */
  columnNames?: Name[];
  columns: { name: string; type: SqlType }[];
  statement: string;
}

export type Relation = TableDefinition | ViewDefinition;

/** What names mean. Names are case-sensitive, as in Flink. */
export interface Catalog {
  relation(name: string): Relation | undefined;
  relations(): Iterable<Relation>;
  /** What a job keeps. Undefined where that is not known: then it may have any column. */
  jobState?(name: string): JobState | undefined;
}

/** The state of a job as columns; `none` says why it keeps nothing. */
export interface JobState {
  columns: { name: string; type: SqlType }[];
  none?: string;
}
