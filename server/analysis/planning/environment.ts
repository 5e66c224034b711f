// What planning a statement carries along: the catalog, the tables scanned so far, and common table expressions.
import type { Name, Query } from '../../syntax/ast';
import type { Findings } from '../binding/findings';
import type { WindowBound } from '../binding/scope';
import type { Catalog } from '../catalog';
import type { PlanNode, ScanNode, SortKey } from '../plan';
import type { SqlType } from '../types';

export interface Environment {
  catalog: Catalog;
  findings: Findings;
  /** One scan for each table of the job. */
  scans: Map<string, ScanNode>;
  /** Common table expressions in sight. */
  ctes: ReadonlyMap<string, CommonTable>;
  /** Views being expanded, so that none is expanded within itself. */
  expanding: ReadonlySet<string>;
  /** Whether ORDER BY and LIMIT belong to a preview. */
  preview: boolean;
  /** Present in a query of a job's state; `job` once it is named. */
  state?: { job?: string };
  /** How many more tables may be named, counting those in views again at each use: see `relationsMax`. */
  budget: { relations: number };
}

/** A query over views over views can double at each level; one that names more tables than this is refused. */
export const relationsMax = 1000;

export interface CommonTable {
  name: Name;
  query: Query;
  columns: Name[];
  /** Where it was defined: what it sees. */
  environment: Environment;
}

/** A planned query: a node and which of its columns a user sees, in order. */
export interface Result {
  node: PlanNode;
  columns: ResultColumn[];
  /** Of a query that is run once. */
  order?: SortKey[];
}
export interface ResultColumn {
  name: string;
  /** Its name in the node. */
  column: string;
  type: SqlType;
  bound?: WindowBound;
  /** Carries the time attribute of a window whose bounds are among the columns; not seen by the user. */
  hidden?: boolean;
}
