// A top-level SELECT as a preview, and EXPLAIN.
import { explainPlan } from '../../analysis/explain';
import type { Catalog } from '../../analysis/catalog';
import { jobStateOf } from '../../analysis/jobState';
import type { PreviewPlan } from '../../analysis/plan';
import { planJob, planPreview } from '../../analysis/planner';
import { toError } from '../../analysis/problemCodes';
import type { Problem } from '../../syntax/problem';
import type { Explain, SelectStatement } from '../../syntax/ast';
import { sourcesOf } from '../../syntax/sources';
import type { StateRows } from '../../engine/engine';
import type { JobRegistry } from '../jobRegistry';
import { messages } from '../messages';
import { on, unfilled } from '../scripts';
import type { ServerCatalog } from '../serverCatalog';
import { tabled, type Outcome, type StatementContext } from './context';
import { explainChange } from './explainPause';

export async function select(statement: SelectStatement, context: StatementContext): Promise<Outcome> {
  const { receiver, previews, catalog, jobs } = context;
  const plan = previewPlan(statement, catalog, jobs);
  if (plan.state !== undefined) return stateOutcome(await stateRows(plan, jobs));
  if (receiver === undefined) throw messages.noReceiver();
  const { id, columns } = await previews.start(plan, receiver);
  return {
    ok: true,
    message: 'Rows are shown as they come.',
    previewId: id,
    columns: columns.map(({ name }) => name),
  };
}

/** @throws StreamJobsError what is wrong with the query */
export function previewPlan(
  statement: SelectStatement,
  catalog: ServerCatalog,
  jobs: JobRegistry,
): PreviewPlan {
  const { plan, problems } = planPreview(statement, withStates(catalog.catalog, jobs, statement));
  refuse(problems);
  if (plan === undefined) throw messages.internal('The query', 'it has no plan');
  for (const { table } of plan.scans) {
    const open = unfilled(table.options);
    if (open !== undefined) throw messages.tableUnfilled(table.name, open);
  }
  return plan;
}

/** The rows of a query of a job's state. @throws StreamJobsError JOB_NOT_FOUND, and what the query does */
export async function stateRows(plan: PreviewPlan, jobs: JobRegistry): Promise<StateRows> {
  return jobs.get(plan.state?.job ?? '').queryState(plan);
}

function stateOutcome({ columns, rows, more }: StateRows): Outcome {
  const names = columns.map(({ name }) => name);
  const outcome = tabled(names, rows, 'row');
  return more ? { ...outcome, message: stateCut(rows.length) } : outcome;
}

export function stateCut(shown: number): string {
  return `The first ${shown} rows; LIMIT, WHERE or GROUP BY make it fewer.`;
}

/**
 * The catalog, with what jobs keep.
 * @throws StreamJobsError JOB_NOT_FOUND, on its name, when it is asked for a job there is not
 */
function withStates(catalog: Catalog, jobs: JobRegistry, { query }: SelectStatement): Catalog {
  return {
    relation: (name) => catalog.relation(name),
    relations: () => catalog.relations(),
    jobState: (name) => {
      try {
        const planned = jobs.get(name).understood();
        if (planned === undefined) throw messages.notUnderstood(name);
        return jobStateOf(planned.spec.plan);
      } catch (error) {
        const place = sourcesOf(query).find(
          (source) => source.kind === 'jobState' && source.job.text === name,
        );
        throw place?.kind === 'jobState' ? on(place.job.span, error) : error;
      }
    },
  };
}

/** Says how a query would run, and runs nothing. */
export function explain({ subject }: Explain, context: StatementContext): Outcome | Promise<Outcome> {
  const { jobs } = context;
  const { catalog } = context.catalog;
  if (subject.kind !== 'select' && subject.kind !== 'insert') return explainChange(subject, context);
  const { plan, problems } =
    subject.kind === 'select'
      ? planPreview(subject, withStates(catalog, jobs, subject))
      : planJob(subject, catalog);
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
