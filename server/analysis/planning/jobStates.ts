// FROM STATE OF JOB: a query of what a job keeps. It is run once, over the rows there are, so that it may sort, group
// without a window and leave out duplicates; it reads the state of one job and nothing else.
import type { Query, QueryBody, TableRef } from '../../syntax/ast';
import type { PlanNode } from '../plan';
import type { ScopeRelation } from '../binding/scope';
import type { Environment } from './environment';
import { jobState, values } from './nodes';

/** Whether some FROM of the query names the state of a job. */
export function readsState(query: Query): boolean {
  return bodyReads(query.body) || query.ctes.some((common) => readsState(common.query));
}

function bodyReads(body: QueryBody): boolean {
  switch (body.kind) {
    case 'select':
      return body.from !== undefined && tableReads(body.from);
    case 'setOperation':
      return bodyReads(body.left) || bodyReads(body.right);
    case 'nested':
      return readsState(body.query);
    case 'values':
      return false;
  }
}

function tableReads(ref: TableRef): boolean {
  if (ref.kind === 'jobState') return true;
  if (ref.kind === 'derived') return readsState(ref.query);
  return ref.kind === 'join' && (tableReads(ref.left) || tableReads(ref.right));
}

/** What stands for the state in FROM. Of a job that is not known here, any column may be named. */
export function planJobState(
  { job, span }: TableRef & { kind: 'jobState' },
  { findings, catalog, state }: Environment,
): { node: PlanNode; relations: ScopeRelation[] } {
  findings.uses.push({ kind: 'job', name: job.text, span: job.span });
  const unknown = { node: values([], [[]]), relations: [{ name: job.text, columns: [], open: true }] };
  if (!state) {
    const message = 'The state of a job is read by a SELECT that is run by itself, not by a job or a view.';
    findings.report('unsupportedQuery', message, span);
    return unknown;
  }
  if (state.job !== undefined && state.job !== job.text) {
    findings.report('unsupportedQuery', 'A query reads the state of one job only.', span);
    return unknown;
  }
  state.job = job.text;
  const known = catalog.jobState?.(job.text);
  if (known?.none !== undefined)
    findings.report('noJobState', `${job.text} keeps no state: ${known.none}.`, span);
  if (!known || known.none !== undefined) return unknown;
  const columns = known.columns.map(({ name, type }) => ({ name, column: name, type }));
  return { node: jobState(job.text, known.columns), relations: [{ name: job.text, columns }] };
}
