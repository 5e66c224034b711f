// The typed tree of a statement. Every node carries its span: UTF-16 offsets relative to the statement's own
// text, so that a tree can be cached by that text and used wherever the statement stands. All node types are in this one
// file, though it is long: they name each other, and are read side by side with the grammar.
import type { Span } from '../protocol/errors';

export type { Span } from '../protocol/errors';

/** A name as written, without its quotes. */
export interface Name {
  text: string;
  span: Span;
}

/** `'key' = 'value'` of a WITH clause. */
export interface Option {
  key: Name;
  value: { text: string; span: Span };
  span: Span;
}

interface Node {
  span: Span;
}

// ---- Statements --------------------------------------------------------------------------------------------

export type Statement =
  | StartJob
  | ChangeJobs
  | StopJob
  | DropJob
  | RestartJob
  | DeployJob
  | RollbackJob
  | PeekJob
  | RetryDeadLetters
  | MoveJob
  | Show
  | Describe
  | Explain
  | CreateTable
  | CreateTableAs
  | CreateView
  | DropRelation
  | Insert
  | StatementSet
  | SelectStatement
  | SetOption
  | ResetOption;

/** START JOB [IF NOT EXISTS] name [PAUSED] AS body [WITH (...)] */
export interface StartJob extends Node {
  kind: 'startJob';
  ifNotExists: boolean;
  name: Name;
  paused: boolean;
  body: Insert | StatementSet | SelectStatement;
  options: Option[];
}

/** Which jobs a PAUSE or RESUME is about. */
export type JobTarget =
  | { kind: 'names'; names: Name[]; ifExists: boolean }
  | { kind: 'like'; pattern: { text: string; span: Span } }
  | { kind: 'all' };

/** PAUSE and RESUME, in their three forms. */
export interface ChangeJobs extends Node {
  kind: 'pauseJobs' | 'resumeJobs';
  target: JobTarget;
  /** PAUSE ... COLD */
  cold?: Span;
  reason?: { text: string; span: Span };
  /** PAUSE ... FOR INTERVAL; absent too where a placeholder leaves it open. */
  length?: { ms: number; span: Span };
  /** PAUSE ... UNTIL TIMESTAMP, as written. */
  until?: { text: string; span: Span };
  /** RESUME ... FROM */
  from?: { kind: 'earliest' | 'latest' | 'timestamp'; timestamp?: { text: string; span: Span }; span: Span };
  /** RESUME ... ACCEPT DATA LOSS */
  acceptDataLoss?: Span;
  /** RESUME JOB name FOR n RECORDS */
  records?: { count: number; span: Span };
}

export interface StopJob extends Node {
  kind: 'stopJob';
  names: Name[];
  ifExists: boolean;
  force: boolean;
}
export interface DropJob extends Node {
  kind: 'dropJob';
  name: Name;
  ifExists: boolean;
}
export interface RestartJob extends Node {
  kind: 'restartJob';
  name: Name;
}
export interface DeployJob extends Node {
  kind: 'deployJob';
  name: Name;
  version: Name;
  body: Insert | StatementSet | SelectStatement;
  options: Option[];
  strategy?: {
    kind: 'blueGreen' | 'canary' | 'rolling' | 'replace';
    /** Of the keys, which CANARY gives it. */
    share?: { percent: number; span: Span };
    span: Span;
  };
}
export interface RollbackJob extends Node {
  kind: 'rollbackJob';
  name: Name;
  version?: Name;
}
export interface PeekJob extends Node {
  kind: 'peekJob';
  name: Name;
  limit?: { count: number; span: Span };
}
export interface RetryDeadLetters extends Node {
  kind: 'retryDeadLetters';
  name: Name;
  /** Only the one with this number. */
  letter?: { number: number; span: Span };
}
/** MOVE JOB name TO CONNECTION 'cluster' | LOCAL */
export interface MoveJob extends Node {
  kind: 'moveJob';
  name: Name;
  connection?: string;
}

/** SHOW / LIST. `name` is a job's name, `pattern` a LIKE pattern. */
export interface Show extends Node {
  kind: 'show';
  what:
    | 'jobs'
    | 'status'
    | 'metrics'
    | 'versions'
    | 'pauseHistory'
    | 'deadLetters'
    | 'tables'
    | 'streams'
    | 'views'
    | 'topics'
    | 'functions'
    | 'connections';
  name?: Name;
  pattern?: string;
}
/** DESCRIBE [JOB] name */
export interface Describe extends Node {
  kind: 'describe';
  job: boolean;
  name: Name;
}
export interface Explain extends Node {
  kind: 'explain';
  subject: SelectStatement | Insert | ChangeJobs;
}

export interface CreateTable extends Node {
  kind: 'createTable';
  /** TABLE and STREAM mean the same; the word is kept for messages. */
  word: 'TABLE' | 'STREAM';
  ifNotExists: boolean;
  name: Name;
  columns: ColumnDefinition[];
  watermark?: { column: Name; expression: Expression; span: Span };
  primaryKey?: { columns: Name[]; span: Span };
  options: Option[];
}

export type ColumnDefinition =
  | { kind: 'physical'; name: Name; type: TypeName; notNull: boolean; span: Span }
  /** `name type METADATA [FROM 'key'] [VIRTUAL]` */
  | { kind: 'metadata'; name: Name; type: TypeName; from?: string; virtual: boolean; span: Span }
  /** `name AS expression` */
  | { kind: 'computed'; name: Name; expression: Expression; span: Span };

/** A type as written: `DECIMAL(10, 2)`, `ARRAY<STRING>`, `ROW<a INT, b STRING>`. */
export interface TypeName extends Node {
  /** Upper case, synonyms kept as written (INT and INTEGER are told apart here). */
  name: string;
  parameters: number[];
  /** Element types of ARRAY and MAP, field types of ROW. */
  arguments: { name?: Name; type: TypeName }[];
  /** TIMESTAMP ... WITH (LOCAL) TIME ZONE */
  timeZone?: 'with' | 'withLocal';
  notNull: boolean;
}

/** CREATE STREAM|TABLE s [WITH (...)] AS SELECT ... [EMIT ...] [WITH (...)]: a sink and a job named s. */
export interface CreateTableAs extends Node {
  kind: 'createTableAs';
  word: 'TABLE' | 'STREAM';
  ifNotExists: boolean;
  name: Name;
  options: Option[];
  query: Query;
  emit?: { mode: 'changes' | 'final'; span: Span };
}
export interface CreateView extends Node {
  kind: 'createView';
  ifNotExists: boolean;
  name: Name;
  columns: Name[];
  query: Query;
}
export interface DropRelation extends Node {
  kind: 'dropRelation';
  word: 'TABLE' | 'STREAM' | 'VIEW';
  name: Name;
  ifExists: boolean;
}
export interface Insert extends Node {
  kind: 'insert';
  table: Name;
  columns: Name[];
  query: Query;
  emit?: { mode: 'changes' | 'final'; span: Span };
}
export interface StatementSet extends Node {
  kind: 'statementSet';
  inserts: Insert[];
}
export interface SelectStatement extends Node {
  kind: 'select';
  query: Query;
  emit?: { mode: 'changes' | 'final'; span: Span };
}
export interface SetOption extends Node {
  kind: 'set';
  key: Name;
  value: Option['value'];
}
export interface ResetOption extends Node {
  kind: 'reset';
  key?: Name;
}

// ---- Queries -----------------------------------------------------------------------------------------------

/** A query expression: WITH, then a body, then ORDER BY and LIMIT over it. */
export interface Query extends Node {
  ctes: { name: Name; columns: Name[]; query: Query; span: Span }[];
  body: QueryBody;
  orderBy: OrderItem[];
  limit?: { count: number; span: Span };
  offset?: { count: number; span: Span };
}
export type QueryBody = Select | SetOperation | Values | { kind: 'nested'; query: Query; span: Span };
export interface SetOperation extends Node {
  kind: 'setOperation';
  operator: 'union' | 'intersect' | 'except';
  all: boolean;
  left: QueryBody;
  right: QueryBody;
}
export interface Values extends Node {
  kind: 'values';
  rows: Expression[][];
}
export interface OrderItem extends Node {
  expression: Expression;
  descending: boolean;
  nulls?: 'first' | 'last';
}

export interface Select extends Node {
  kind: 'select';
  distinct: boolean;
  items: SelectItem[];
  /** Absent for SELECT 1. Comma-separated tables are cross joins. */
  from?: TableRef;
  where?: Expression;
  groupBy?: GroupBy;
  having?: Expression;
  /** The sugar clause WINDOW TUMBLING(...), after FROM/WHERE or after GROUP BY. */
  window?: WindowClause;
}
export type SelectItem =
  | { kind: 'expression'; expression: Expression; alias?: Name; span: Span }
  /** `*` or `t.*` */
  | { kind: 'star'; qualifier?: Name; span: Span };

export interface GroupBy extends Node {
  items: Expression[];
  /** GROUPING SETS, ROLLUP, CUBE: parsed, told apart by their span. */
  groupingSets?: Span;
}

/** WINDOW TUMBLING(5m) and its kin, lowered by the analysis. Sizes in milliseconds, in the order written. */
export interface WindowClause extends Node {
  type: 'tumbling' | 'hopping' | 'session';
  /** The time column where one is named. */
  time?: Expression;
  /** Tumbling: [size]; hopping: [first, second] as written, or by name; session: [gap]. */
  sizes: { name?: 'size' | 'advance' | 'gap'; ms: number; span: Span }[];
}

export type TableRef =
  | { kind: 'table'; name: Name; alias?: Alias; asOf?: Expression; span: Span }
  | { kind: 'derived'; query: Query; alias?: Alias; span: Span }
  | WindowTableFunction
  | Join
  /** UNNEST(expr), LATERAL TABLE(f(...)) */
  | { kind: 'lateral'; expression: Expression; alias?: Alias; span: Span }
  /** FROM STATE OF JOB name */
  | { kind: 'jobState'; job: Name; alias?: Alias; span: Span };

export interface Alias {
  name: Name;
  columns: Name[];
}
/** TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), size ...)); sizes in milliseconds, in the order written. */
export interface WindowTableFunction extends Node {
  kind: 'windowTable';
  function: 'TUMBLE' | 'HOP' | 'CUMULATE' | 'SESSION';
  functionSpan: Span;
  input: Name;
  time: Name;
  /** PARTITION BY of SESSION. */
  partitionBy: Name[];
  sizes: { ms: number; span: Span }[];
  alias?: Alias;
}
export interface Join extends Node {
  kind: 'join';
  type: 'inner' | 'left' | 'right' | 'full' | 'cross';
  left: TableRef;
  right: TableRef;
  on?: Expression;
  using?: Name[];
  withinMs?: number;
}

// ---- Expressions -------------------------------------------------------------------------------------------

export type Expression =
  | Literal
  /** `a`, `t.a`; further parts are row fields. */
  | { kind: 'column'; parts: Name[]; span: Span }
  | { kind: 'unary'; operator: '+' | '-' | 'NOT'; operand: Expression; span: Span }
  | { kind: 'binary'; operator: BinaryOperator; left: Expression; right: Expression; span: Span }
  | {
      kind: 'between';
      operand: Expression;
      low: Expression;
      high: Expression;
      negated: boolean;
      symmetric: boolean;
      span: Span;
    }
  | { kind: 'inList'; operand: Expression; items: Expression[]; negated: boolean; span: Span }
  | { kind: 'inQuery'; operand: Expression; query: Query; negated: boolean; span: Span }
  | { kind: 'exists'; query: Query; span: Span }
  | { kind: 'scalarQuery'; query: Query; span: Span }
  | {
      kind: 'like';
      operand: Expression;
      pattern: Expression;
      escape?: Expression;
      negated: boolean;
      similar: boolean;
      span: Span;
    }
  | {
      kind: 'is';
      operand: Expression;
      test: 'null' | 'true' | 'false' | 'unknown';
      negated: boolean;
      span: Span;
    }
  | { kind: 'isDistinct'; left: Expression; right: Expression; negated: boolean; span: Span }
  | {
      kind: 'case';
      operand?: Expression;
      branches: { when: Expression; then: Expression }[];
      else?: Expression;
      span: Span;
    }
  | { kind: 'cast'; operand: Expression; type: TypeName; try: boolean; span: Span }
  | FunctionCall
  | { kind: 'rowConstructor'; items: Expression[]; span: Span }
  | { kind: 'arrayConstructor'; items: Expression[]; span: Span }
  | { kind: 'mapConstructor'; items: Expression[]; span: Span }
  /** `a[1]`, `m['k']` */
  | { kind: 'index'; operand: Expression; index: Expression; span: Span }
  /** `(expr).field` */
  | { kind: 'field'; operand: Expression; field: Name; span: Span }
  /** `(a, b) OVERLAPS (c, d)` and other forms parsed but not run. */
  | { kind: 'unsupported'; what: string; span: Span };

export type BinaryOperator =
  '+' | '-' | '*' | '/' | '%' | '||' | '=' | '<>' | '<' | '<=' | '>' | '>=' | 'AND' | 'OR';

export type Literal =
  | { kind: 'null'; span: Span }
  | { kind: 'boolean'; value: boolean; span: Span }
  /** As written, so that no digit is lost: `12`, `1.50`, `1e3`. */
  | { kind: 'number'; text: string; span: Span }
  | { kind: 'string'; value: string; span: Span }
  /** DATE '...', TIME '...', TIMESTAMP '...', TIMESTAMP_LTZ '...' */
  | { kind: 'datetime'; type: 'DATE' | 'TIME' | 'TIMESTAMP' | 'TIMESTAMP_LTZ'; value: string; span: Span }
  /** INTERVAL '5' MINUTE: either milliseconds or months. */
  | { kind: 'interval'; ms?: number; months?: number; text: string; span: Span };

/** A call of anything: scalar function, aggregate, TUMBLE(ts, ...) group form. Special syntaxes are calls too:
 *  EXTRACT(YEAR FROM d) is EXTRACT('YEAR', d); TRIM(BOTH 'x' FROM s) is TRIM('BOTH', 'x', s);
 *  POSITION(a IN b) is POSITION(a, b); SUBSTRING(s FROM a FOR b) is SUBSTRING(s, a, b); CURRENT_TIMESTAMP has no
 *  arguments; a time unit such as TIMESTAMPDIFF(SECOND, a, b) is a string. */
export interface FunctionCall extends Node {
  kind: 'call';
  /** As written; functions are found by it in upper case. */
  name: Name;
  arguments: Expression[];
  /** COUNT(*) */
  star: boolean;
  distinct: boolean;
  filter?: Expression;
  over?: OverWindow;
}
export interface OverWindow extends Node {
  partitionBy: Expression[];
  orderBy: OrderItem[];
  frame?: { unit: 'rows' | 'range'; text: string; span: Span };
}
