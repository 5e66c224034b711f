// A top-level SELECT as a preview, and EXPLAIN.
import { explainPlan } from '../../analysis/explain';
import type { PreviewPlan } from '../../analysis/plan';
import { planJob, planPreview } from '../../analysis/planner';
import { toError } from '../../analysis/problemCodes';
import type { Problem } from '../../syntax/problem';
import type { Explain, SelectStatement } from '../../syntax/ast';
import { messages } from '../messages';
import { unfilled } from '../scripts';
import type { ServerCatalog } from '../serverCatalog';
import type { Outcome, StatementContext } from './context';
import { explainChange } from './explainPause';

export async function select(statement: SelectStatement, context: StatementContext): Promise<Outcome> {
  const { receiver, previews, catalog } = context;
  if (receiver === undefined) throw messages.noReceiver();
  const { id, columns } = await previews.start(previewPlan(statement, catalog), receiver);
  return {
    ok: true,
    message: 'Rows are shown as they come.',
    previewId: id,
    columns: columns.map(({ name }) => name),
  };
}

/** @throws StreamJobsError what is wrong with the query */
export function previewPlan(statement: SelectStatement, catalog: ServerCatalog): PreviewPlan {
  const { plan, problems } = planPreview(statement, catalog.catalog);
  refuse(problems);
  if (plan === undefined) throw messages.internal('The query', 'it has no plan');
  for (const { table } of plan.scans) {
    const open = unfilled(table.options);
    if (open !== undefined) throw messages.tableUnfilled(table.name, open);
  }
  return plan;
}

/** Says how a query would run, and runs nothing. */
export function explain({ subject }: Explain, context: StatementContext): Outcome | Promise<Outcome> {
  const { catalog } = context;
  if (subject.kind !== 'select' && subject.kind !== 'insert') return explainChange(subject, context);
  const { plan, problems } =
    subject.kind === 'select' ? planPreview(subject, catalog.catalog) : planJob(subject, catalog.catalog);
  refuse(problems);
  if (plan === undefined) throw messages.internal('The query', 'it has no plan');
  return {
    ok: true,
    message: 'The plan',
    columns: ['plan'],
    rows: explainPlan(plan)
      .split('\n')
      .map((line) => [line]),
  };
}

function refuse(problems: readonly Problem[]): void {
  const wrong = problems.find(({ severity }) => severity === 'error');
  if (wrong !== undefined) throw toError(wrong);
}
