// Queries and the plans they become.
import { expect, it } from 'vitest';
import { explainPlan } from '../../../server/analysis/explain';
import { planJob, planPreview } from '../../../server/analysis/planner';
import type { PlanNode } from '../../../server/analysis/plan';
import { inputsOf } from '../../../server/analysis/planning/nodes';
import { problemKinds, toError } from '../../../server/analysis/problemCodes';
import { analyze, checkFixture } from './fixtures';

it.each(['projections.sql', 'windowPlans.sql', 'sinks.sql'])('%s', (file) => {
  checkFixture(file, (fixture) => {
    const sql = fixture.split(/\n----\n/)[0] ?? '';
    const { statements, catalog } = analyze(sql);
    const last = statements.at(-1)?.statement;
    const plan = (() => {
      switch (last?.kind) {
        case 'select':
          return planPreview(last, catalog);
        case 'insert':
        case 'startJob':
        case 'statementSet':
        case 'createTableAs':
          return planJob(last, catalog);
        default:
          throw new Error(`Not a query: ${sql}`);
      }
    })();
    const errors = plan.problems.filter(({ severity }) => severity === 'error').map(({ message }) => message);
    return `${sql}\n----\n${plan.plan ? explainPlan(plan.plan) : errors.join('\n')}`;
  });
});

it('numbers nodes the same for the same query, each once', () => {
  const ids = () => {
    const { statements, catalog } = analyze('SELECT id FROM orders UNION ALL SELECT id FROM big');
    const statement = statements[0]?.statement;
    const plan = statement?.kind === 'select' ? planPreview(statement, catalog).plan : undefined;
    const all = (node: PlanNode): number[] => [node.id, ...inputsOf(node).flatMap(all)];
    return plan ? all(plan.input) : [];
  };
  const [first, second] = [ids(), ids()];
  expect(first).toEqual(second);
  // The scan stands below both parts, once.
  expect(first.length - new Set(first).size).toBe(1);
  expect(first).not.toContain(0);
});

it('every problem has a code of its own, and becomes an error with the next step', () => {
  const codes = Object.values(problemKinds).map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
  const { facts } = analyze('SELECT amout FROM orders');
  const [found] = facts[0]?.problems ?? [];
  expect(found && toError(found)).toMatchObject({
    code: 'NAME_NOT_FOUND',
    message: 'orders has no column amout. Did you mean amount?',
    hint: 'Change to amount.',
    span: { start: 7, end: 12 },
  });
});
