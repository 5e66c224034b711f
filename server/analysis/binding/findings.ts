// What binding a statement brings to light besides its plan: problems, uses of names, and what is visible where.
import type { Span } from '../../protocol/errors';
import type { Name } from '../../syntax/ast';
import type { Problem } from '../../syntax/problem';
import type { Relation } from '../catalog';
import type { FunctionDefinition } from '../functions/definition';
import { problem } from '../problemCodes';
import type { ProblemName } from '../problemCodes';
import type { SqlType } from '../types';

/** A name in the statement and what it stands for. */
export type Use = { name: string; span: Span } & (
  | { kind: 'relation'; definition?: Relation }
  /** A common table expression. */
  | { kind: 'cte' }
  /** `relation` is the table, view or alias it belongs to; `definition` where that is one of the catalog. */
  | { kind: 'column'; type: SqlType; relation?: string; definition?: Relation }
  | { kind: 'alias'; definition?: Relation }
  | { kind: 'function'; definition: FunctionDefinition }
  | { kind: 'job' }
);

/** Columns that may be named within a span: those of one SELECT's FROM. */
export interface VisibleColumns {
  span: Span;
  relations: { name: string; columns: VisibleColumn[] }[];
}
export interface VisibleColumn {
  name: string;
  type: SqlType;
  /** One of `_timestamp`, `_offset` ...: not part of `*`. */
  hidden: boolean;
}

/** Collects findings; `silent` ones are for text that is looked at a second time. */
export class Findings {
  readonly problems: Problem[] = [];
  readonly uses: Use[] = [];
  readonly visible: VisibleColumns[] = [];
  readonly reads = new Set<string>();
  readonly writes = new Set<string>();

  report(kind: ProblemName, message: string, span: Span, more?: Parameters<typeof problem>[3]): void {
    this.problems.push(problem(kind, message, span, more));
  }

  /** A table or view is named; `definition` is undefined where there is none. */
  useRelation({ text, span }: Name, definition: Relation | undefined): void {
    this.uses.push({ kind: 'relation', name: text, span, ...(definition && { definition }) });
  }

  /** Reports a part of the language that the local engine does not run: `Joins are`. `more`: sentences, a space before. */
  notRun(what: string, span: Span, more = ''): void {
    this.report(
      'unsupportedQuery',
      `${what} not run by the local engine yet (runs on Flink only).${more}`,
      span,
    );
  }

  get failed(): boolean {
    return this.problems.some(({ severity }) => severity === 'error');
  }
}
