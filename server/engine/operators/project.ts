// PROJECT: one expression for each column. Kept as SQL around its input, so that chains are one statement.
import type { BoundExpression, ProjectNode } from '../../analysis/plan';
import { cannotFail, toSql } from '../expression';
import { volatileNames } from '../functions/functions';
import { columnScope, goodRows } from './operator';
import type { DeltaForm, Operator } from './operator';

export function project(node: ProjectNode, input: Operator): Operator {
  return {
    node,
    inputs: [input],
    quiet: () => input.quiet(),
    delta: (form) => projected(input, node.expressions, form),
  };
}

/** The delta of expressions over an operator's columns. */
export function projected(input: Operator, expressions: BoundExpression[], form: DeltaForm): string {
  const scope = columnScope(input.node.columns);
  const columns = expressions.map((expression) => ({
    sql: toSql(expression, scope),
    safe: cannotFail(expression) || isVolatile(expression),
  }));
  if (form === 'plain') {
    const list = [...columns.map(({ sql }, i) => `${sql} AS c${i}`), 'w'];
    return `SELECT ${list.join(', ')} FROM (${input.delta('plain')})`;
  }
  const checked = checkedProject(input.delta('checked'), columns);
  return form === 'checked' ? checked : goodRows(checked, columns.length);
}

/**
 * A projection that never fails: `rows` has the columns w, scan, i, bad besides what the expressions use. What may fail
 * is computed under TRY inside a struct, so that a failure (NULL) is told from a NULL result.
 */
export function checkedProject(rows: string, columns: { sql: string; safe: boolean }[]): string {
  const inner = columns.map(({ sql, safe }, i) =>
    safe ? `${sql} AS t${i}` : `TRY(struct_pack(v := ${sql})) AS t${i}`,
  );
  const outer = columns.map(({ safe }, i) => (safe ? `t${i} AS c${i}` : `t${i}.v AS c${i}`));
  const failed = columns.flatMap(({ safe }, i) => (safe ? [] : [`t${i} IS NULL`]));
  const bad = ['bad', ...failed].join(' OR ');
  return `SELECT ${[...outer, 'w', 'scan', 'i', `(${bad}) AS bad`].join(', ')}
    FROM (SELECT ${[...inner, 'w', 'scan', 'i', 'bad'].join(', ')} FROM (${rows}))`;
}

/** Whether an expression calls for chance; DuckDB refuses TRY around it. */
export function isVolatile(expression: BoundExpression): boolean {
  switch (expression.kind) {
    case 'literal':
    case 'column':
      return false;
    case 'call':
      return volatileNames.has(expression.name) || expression.arguments.some(isVolatile);
    case 'case':
      return (
        expression.branches.some(({ when, then }) => isVolatile(when) || isVolatile(then)) ||
        (expression.else !== undefined && isVolatile(expression.else))
      );
    case 'cast':
    case 'field':
      return isVolatile(expression.operand);
  }
}
