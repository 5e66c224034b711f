// A query of what a job keeps: one SELECT over its state tables, made from bound expressions alone, so that it reaches
// nothing else in the job's database.
import type { JobPlan, PlanNode, PreviewPlan, StateQuery } from '../analysis/plan';
import { stateLayout } from '../analysis/jobState';
import { formatType } from '../analysis/typeNames';
import { StreamJobsError } from '../protocol/errors';
import type { Cell } from '../protocol/results';
import { kindOf, reasonOf } from './database';
import type { Statements } from './database';
import type { StateRows } from './engine';
import { cellEncoder } from './formats/encoder';
import { nowVariable } from './functions/temporal';
import { macros } from './macros';
import { filter } from './operators/filter';
import { groupAggregate } from './operators/groupAggregate';
import { jobState } from './operators/jobState';
import type { Operator } from './operators/operator';
import { columnScope } from './operators/operator';
import { project } from './operators/project';
import { union } from './operators/union';
import { compile } from './program';

/**
 * Runs the query on a connection of its own. `now`: epoch milliseconds.
 * @throws StreamJobsError NOT_SUPPORTED, BAD_REQUEST for what cannot be computed of the rows
 */
export async function queryState(
  reader: Statements,
  job: JobPlan,
  plan: PreviewPlan,
  { rowsMax, now }: { rowsMax: number; now: number },
): Promise<StateRows> {
  const sql = stateSql(job, plan, rowsMax + 1);
  try {
    for (const macro of macros) await reader.run(macro);
    await reader.run(`SET VARIABLE ${nowVariable} = ${now}`);
    const found = await (await reader.run(sql)).getRows();
    const rows = found.slice(0, rowsMax).map(([row]) => JSON.parse(String(row)) as Cell[]);
    return { columns: columnsOf(plan), rows, more: found.length > rowsMax };
  } catch (error) {
    if (kindOf(error) !== 'data') throw error;
    throw new StreamJobsError('BAD_REQUEST', `The query cannot be computed: ${reasonOf(error)}`, {
      hint: 'TRY_CAST, or a WHERE that leaves such rows out, may help.',
      cause: error,
    });
  }
}

/** Without rows: of a job that never ran. */
export function noRows(plan: PreviewPlan): StateRows {
  return { columns: columnsOf(plan), rows: [], more: false };
}

function columnsOf({ input, state }: PreviewPlan): StateRows['columns'] {
  return input.columns.slice(0, state?.shown).map(({ name, type }) => ({ name, type: formatType(type) }));
}

function stateSql(job: JobPlan, plan: PreviewPlan, rowsMax: number): string {
  const { state, input, limit } = plan;
  if (!state) throw new Error('The query reads no state.');
  const shown = input.columns.slice(0, state.shown);
  const rows = compileOnce(input, job).delta('plain');
  const count = Math.min(limit ?? rowsMax, rowsMax);
  const offset = state.offset === undefined ? '' : ` OFFSET ${state.offset}`;
  return `SELECT CAST(${cellEncoder(shown).value} AS VARCHAR) FROM (${rows})${orderBy(plan, state)} LIMIT ${count}${offset}`;
}

/** NULLs stand as in Flink unless said otherwise: they are the least. */
function orderBy({ input }: PreviewPlan, { order }: StateQuery): string {
  const scope = columnScope(input.columns);
  const keys = order.map(({ column, descending, nulls = descending ? 'last' : 'first' }) => {
    return `${scope(column)} ${descending ? 'DESC' : 'ASC'} NULLS ${nulls.toUpperCase()}`;
  });
  return keys.length === 0 ? '' : ` ORDER BY ${keys.join(', ')}`;
}

/** Throws NOT_SUPPORTED. */
function compileOnce(root: PlanNode, job: JobPlan): Operator {
  const { operators } = compile(
    job.scans,
    job.sinks.map(({ input }) => input),
  );
  const visit = (node: PlanNode): Operator => {
    switch (node.kind) {
      case 'jobState':
        return jobState(node, stateLayout(job), (part) => {
          const kept = operators.find((operator) => operator.node === part.node)?.state?.();
          if (kept === undefined) throw new Error('The job has no such state.');
          return kept;
        });
      case 'project':
        return project(node, visit(node.input));
      case 'filter':
        return filter(node, visit(node.input));
      case 'union':
        return union(node, node.inputs.map(visit));
      case 'groupAggregate':
        return groupAggregate(node, visit(node.input));
      case 'scan':
      case 'values':
      case 'windowAggregate':
        throw new StreamJobsError('NOT_SUPPORTED', "A query of a job's state reads nothing else.");
    }
  };
  return visit(root);
}
