// Queries and the plans they become.
import { it } from 'vitest';
import { explainPlan } from '../../../server/analysis/explain';
import { planJob, planPreview } from '../../../server/analysis/planner';
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
