// The plan of a job: what the engine runs. Made by the planner from a query and a catalog, independent of both.
// Every node declares what later operators must know of it: its changelog, keys, time attribute and state bound.
import type { Span } from '../protocol/errors';
import type { SqlType } from './types';
import type { TableDefinition } from './catalog';

export interface PlanColumn {
  /** Unique within its node. */
  name: string;
  type: SqlType;
}

/** `insert`: only additions. `upsert`: additions, new values and deletions by key. `all`: old values too. */
export type ChangelogMode = 'insert' | 'upsert' | 'all';
/** What lets an operator forget: nothing to keep, the watermark passing, a time to live, or nothing at all. */
export type StateBound = 'none' | 'watermark' | 'ttl' | 'unbounded';

interface NodeBase {
  /** Unique in the plan and stable for the same query: names the node's state tables. */
  id: number;
  columns: PlanColumn[];
  changelog: ChangelogMode;
  /** Sets of columns that each identify a row, for `upsert`. */
  upsertKeys: string[][];
  /** The event-time column, if rows still carry one that the watermark speaks of. */
  timeAttribute?: string;
  stateBound: StateBound;
}

export type PlanNode =
  | ScanNode
  | ValuesNode
  | ProjectNode
  | FilterNode
  | UnionNode
  | WindowAggregateNode
  | JobStateNode
  | GroupAggregateNode;

/** Reads a table: decodes records to its physical and metadata columns. One scan per table and job, shared. */
export interface ScanNode extends NodeBase {
  kind: 'scan';
  table: TableDefinition;
  /** The physical and metadata columns some other node uses, in table order; the others are not decoded. */
  fields: ScanField[];
  /** Computed columns, over fields and earlier computed columns; in `columns` too. */
  computed: { name: string; expression: BoundExpression }[];
  /** Watermark = max(expression) over a partition, in the type of the time column. */
  watermark?: { column: string; expression: BoundExpression };
}
export type ScanField =
  | { kind: 'physical'; name: string; type: SqlType; notNull: boolean }
  /** `key`: offset, partition, timestamp, timestamp-type, topic, headers, key, path ... as the connector names it. */
  | { kind: 'metadata'; name: string; type: SqlType; key: string };

/** VALUES, and SELECT without FROM: rows that come once, when the job first starts. */
export interface ValuesNode extends NodeBase {
  kind: 'values';
  rows: BoundExpression[][];
}
export interface ProjectNode extends NodeBase {
  kind: 'project';
  input: PlanNode;
  /** One for each of `columns`. */
  expressions: BoundExpression[];
}
export interface FilterNode extends NodeBase {
  kind: 'filter';
  input: PlanNode;
  predicate: BoundExpression;
}
/** UNION ALL; inputs have the same number of columns, already cast to the same types. */
export interface UnionNode extends NodeBase {
  kind: 'union';
  inputs: PlanNode[];
}
/** Aggregates over time windows: emits a window once, when the watermark passes its end. */
export interface WindowAggregateNode extends NodeBase {
  kind: 'windowAggregate';
  input: PlanNode;
  window: TumblingWindow;
  /** Group keys besides the window; each is also an output column of that name. */
  keys: GroupKey[];
  aggregates: NamedAggregate[];
  /** Output column names for the window's bounds, where asked for. `time` is end - 1 ms, the new time attribute. */
  windowColumns: { start?: string; end?: string; time?: string };
}
/** `label`: what the query calls it, where it does. */
export interface GroupKey {
  name: string;
  expression: BoundExpression;
  label?: string;
}
export interface NamedAggregate {
  name: string;
  call: AggregateCall;
  type: SqlType;
  label?: string;
}
/** What a job keeps, as rows. Only in a query of that. */
export interface JobStateNode extends NodeBase {
  kind: 'jobState';
  job: string;
}
/** Aggregates over all rows there are; without aggregates, the different keys. Only in a query of a job's state. */
export interface GroupAggregateNode extends NodeBase {
  kind: 'groupAggregate';
  input: PlanNode;
  keys: GroupKey[];
  aggregates: NamedAggregate[];
}
export interface TumblingWindow {
  type: 'tumbling';
  /** The time attribute of the input. */
  time: string;
  sizeMs: number;
  offsetMs: number;
}
export interface AggregateCall {
  function: 'COUNT' | 'SUM' | 'AVG' | 'MIN' | 'MAX';
  /** Absent for COUNT(*). */
  argument?: BoundExpression;
  distinct: boolean;
  filter?: BoundExpression;
}

/** One INSERT: an input whose columns match the sink's in number, order and type (cast by the planner). */
export interface PlanSink {
  table: TableDefinition;
  input: PlanNode;
}
export interface JobPlan {
  sinks: PlanSink[];
  scans: ScanNode[];
}
/** A top-level SELECT. */
export interface PreviewPlan {
  input: PlanNode;
  scans: ScanNode[];
  limit?: number;
  /** It reads what a job keeps, and is run once. */
  state?: StateQuery;
}
export interface StateQuery {
  job: string;
  /** How many of the input's columns are shown; the others are for sorting. */
  shown: number;
  order: SortKey[];
  offset?: number;
}
export interface SortKey {
  column: string;
  descending: boolean;
  nulls?: 'first' | 'last';
}

/** An expression whose names and types are settled. `span` points into the statement for errors. */
export type BoundExpression = { type: SqlType; span?: Span } & (
  | { kind: 'literal'; value: BoundLiteral }
  | { kind: 'column'; name: string }
  /** Operators, functions and special forms by canonical upper-case name: `+`, `AND`, `LIKE`, `IS NULL`, `UPPER`. */
  | { kind: 'call'; name: string; arguments: BoundExpression[] }
  | { kind: 'case'; branches: { when: BoundExpression; then: BoundExpression }[]; else?: BoundExpression }
  | { kind: 'cast'; operand: BoundExpression; try: boolean }
  | { kind: 'field'; operand: BoundExpression; field: string }
);
/** Numbers and times as text, so that no digit is lost. Intervals in ms or months by their type's unit. */
export type BoundLiteral = null | boolean | string;
