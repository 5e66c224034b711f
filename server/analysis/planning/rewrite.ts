// Simplifies a plan: filters move towards the scans, neighbouring projections become one.
import { findFunction } from '../functions/functions';
import type { BoundExpression, FilterNode, PlanNode, ProjectNode } from '../plan';
import { filter, project, union } from './nodes';

/** The same rows from fewer nodes. Scans stay the objects they are. */
export function simplify(node: PlanNode): PlanNode {
  switch (node.kind) {
    case 'scan':
    case 'values':
    case 'jobState':
      return node;
    case 'union':
      return union(node.inputs.map(simplify));
    case 'windowAggregate':
    case 'groupAggregate':
      return { ...node, input: simplify(node.input) };
    case 'filter':
      return pushFilter({ ...node, input: simplify(node.input) });
    case 'project':
      return mergeProjects({ ...node, input: simplify(node.input) });
  }
}

/** A filter goes below projections and into the parts of a union; two filters become one. */
function pushFilter(node: FilterNode): PlanNode {
  const { input, predicate } = node;
  if (input.kind === 'filter') {
    const both: BoundExpression = {
      kind: 'call',
      name: 'AND',
      type: { kind: 'boolean' },
      arguments: [input.predicate, predicate],
    };
    return pushFilter(filter(input.input, both));
  }
  if (input.kind === 'project' && input.expressions.every(isRepeatable)) {
    const below = pushFilter(filter(input.input, substitute(predicate, definitions(input))));
    return { ...input, input: below };
  }
  if (input.kind === 'union') {
    const inputs = input.inputs.map((branch) => {
      const names = new Map(
        input.columns.map(({ name, type }, i): [string, BoundExpression] => {
          return [name, { kind: 'column', name: branch.columns[i]?.name ?? name, type }];
        }),
      );
      return pushFilter(filter(branch, substitute(predicate, names)));
    });
    return union(inputs);
  }
  return node;
}

/** A projection of a projection is one, unless something costly would be computed twice. */
function mergeProjects(node: ProjectNode): PlanNode {
  const { input } = node;
  if (input.kind === 'project') {
    const uses = new Map<string, number>();
    for (const expression of node.expressions) countColumns(expression, uses);
    const inner = definitions(input);
    const free = [...uses].every(([name, count]) => {
      const expression = inner.get(name);
      return expression === undefined || isTrivial(expression) || (count === 1 && isRepeatable(expression));
    });
    if (free) {
      const items = node.expressions.map((expression, i) => ({
        name: node.columns[i]?.name ?? '',
        expression: substitute(expression, inner),
      }));
      return mergeProjects(project(input.input, items));
    }
  }
  return isIdentity(node) ? input : node;
}

function isIdentity(node: ProjectNode): boolean {
  const { input, expressions, columns } = node;
  return (
    columns.length === input.columns.length &&
    expressions.every(
      (expression, i) =>
        expression.kind === 'column' &&
        expression.name === columns[i]?.name &&
        expression.name === input.columns[i]?.name,
    )
  );
}

function definitions(node: ProjectNode): Map<string, BoundExpression> {
  return new Map(
    node.columns.flatMap(({ name }, i): [string, BoundExpression][] => {
      const expression = node.expressions[i];
      return expression ? [[name, expression]] : [];
    }),
  );
}

function isTrivial(expression: BoundExpression): boolean {
  return expression.kind === 'column' || expression.kind === 'literal';
}

/** Whether computing it again, or elsewhere, gives the same. */
function isRepeatable(expression: BoundExpression): boolean {
  if (expression.kind === 'call' && findFunction(expression.name)?.deterministic === false) return false;
  return operandsOf(expression).every(isRepeatable);
}

/** The columns an expression reads, added to a count. */
export function countColumns(expression: BoundExpression, counts: Map<string, number>): void {
  if (expression.kind === 'column') counts.set(expression.name, (counts.get(expression.name) ?? 0) + 1);
  for (const operand of operandsOf(expression)) countColumns(operand, counts);
}

function operandsOf(expression: BoundExpression): BoundExpression[] {
  switch (expression.kind) {
    case 'literal':
    case 'column':
      return [];
    case 'call':
      return expression.arguments;
    case 'cast':
    case 'field':
      return [expression.operand];
    case 'case':
      return [
        ...expression.branches.flatMap(({ when, then }) => [when, then]),
        ...(expression.else ? [expression.else] : []),
      ];
  }
}

/** The expression with columns replaced by what they stand for. */
function substitute(
  expression: BoundExpression,
  columns: ReadonlyMap<string, BoundExpression>,
): BoundExpression {
  const inner = (operand: BoundExpression) => substitute(operand, columns);
  switch (expression.kind) {
    case 'literal':
      return expression;
    case 'column': {
      const replacement = columns.get(expression.name);
      if (!replacement) return expression;
      return expression.span ? { ...replacement, span: expression.span } : replacement;
    }
    case 'call':
      return { ...expression, arguments: expression.arguments.map(inner) };
    case 'cast':
    case 'field':
      return { ...expression, operand: inner(expression.operand) };
    case 'case':
      return {
        ...expression,
        branches: expression.branches.map(({ when, then }) => ({ when: inner(when), then: inner(then) })),
        ...(expression.else && { else: inner(expression.else) }),
      };
  }
}
