// From a statement and a catalog to the plan of a job or of a preview.
import type {
  CreateTableAs,
  DeployJob,
  Insert,
  Option,
  SelectStatement,
  StartJob,
  StatementSet,
} from '../syntax/ast';
import type { Problem } from '../syntax/problem';
import { Findings } from './binding/findings';
import type { Catalog, TableDefinition } from './catalog';
import type { JobPlan, PlanNode, PlanSink, PreviewPlan, SortKey } from './plan';
import type { Environment, Result, ResultColumn } from './planning/environment';
import { readsState } from './planning/jobStates';
import { project, union } from './planning/nodes';
import { pruneAll } from './planning/prune';
import { newEnvironment, planQuery, visible } from './planning/queries';
import { simplify } from './planning/rewrite';
import { bucketCount, withShare, type Share } from './planning/share';
import { planInsert, planTableAs } from './planning/sinks';
import { deployOptions } from './options/jobs';
import { checkLetterTopic } from './options/letterTopic';
import { checkJobOptions } from './options/validate';
import { defineRelation } from './relations';

export type JobStatement = StartJob | DeployJob | Insert | StatementSet | SelectStatement | CreateTableAs;

/** A plan, unless a problem is an error. Warnings come with a plan. */
export interface Planned<P> {
  plan?: P;
  problems: Problem[];
  findings: Findings;
}

/**
 * The plan of the job a statement starts. A job that is a SELECT shows its rows: its sink is a print table named
 * after it. `name` is the job's name where the statement does not say it.
 */
export function planJob(statement: JobStatement, catalog: Catalog, name = 'results'): Planned<JobPlan> {
  const findings = new Findings();
  const planned = completed(planSimplified(statement, newEnvironment(catalog, findings), name), findings);
  if (planned.plan === undefined) return planned;
  const sources = planned.plan.scans.map(({ table }) => table);
  const wrong = checkLetterTopic(optionsOf(statement), sources);
  if (wrong.length === 0) return planned;
  findings.problems.push(...wrong);
  return { problems: findings.problems, findings };
}

/** Two versions of a job side by side: of each hundred keys the canary gets `percent`, the present one the others. */
export interface SharedJob {
  present: JobStatement;
  canary: JobStatement;
  percent: number;
}

/** Both in one plan, over the same scans and into the same sinks. Each can be planned alone: see `planJob`. */
export function planShared(
  { present, canary, percent }: SharedJob,
  catalog: Catalog,
  name: string,
): Planned<JobPlan> {
  const findings = new Findings();
  const { scans } = newEnvironment(catalog, findings);
  const partOf = (statement: JobStatement, share: Share): PlanSink[] =>
    planSimplified(statement, { ...newEnvironment(catalog, findings), scans }, name).map(
      ({ table, input }) => ({ table, input: withShare(input, share) }),
    );
  const sinks = [
    ...partOf(present, { from: percent, to: bucketCount }),
    ...partOf(canary, { from: 0, to: percent }),
  ];
  return completed(sinks, findings);
}

function planSimplified(statement: JobStatement, environment: Environment, name: string): PlanSink[] {
  const sinks = planSinks(statement, environment, name);
  return sinks.map(({ table, input }) => ({ table, input: simplify(input) }));
}

function completed(all: PlanSink[], findings: Findings): Planned<JobPlan> {
  const sinks = oneForEachTable(all);
  if (findings.failed || sinks.length === 0) return { problems: findings.problems, findings };
  const { roots, scans } = pruneAll(sinks.map(({ input }) => input));
  const planned = sinks.flatMap(({ table }, i): PlanSink[] => {
    const input = roots[i];
    return input ? [{ table, input }] : [];
  });
  return { plan: { sinks: planned, scans }, problems: findings.problems, findings };
}

/** The plan of a top-level SELECT; LIMIT belongs to it. */
export function planPreview(statement: SelectStatement, catalog: Catalog): Planned<PreviewPlan> {
  const findings = new Findings();
  const state: { job?: string } | undefined = readsState(statement.query) ? {} : undefined;
  const environment = newEnvironment(catalog, findings, true);
  const result = planQuery(statement.query, state ? { ...environment, state } : environment);
  noteEmit(statement, result, findings);
  if (findings.failed) return { problems: findings.problems, findings };
  const order = result.order ?? [];
  const shown = visible(result);
  const root = rootOf(state ? { ...result, columns: withSortKeys(result, order) } : result);
  const { roots, scans } = pruneAll([simplify(root)]);
  const [input] = roots;
  if (!input) return { problems: findings.problems, findings };
  const { limit, offset } = statement.query;
  const plan: PreviewPlan = { input, scans, ...(limit && { limit: limit.count }) };
  if (state?.job !== undefined)
    plan.state = {
      job: state.job,
      shown: shown.columns.length,
      order,
      ...(offset && { offset: offset.count }),
    };
  return { plan, problems: findings.problems, findings };
}

/** The columns that are shown, then those that are only sorted by. */
function withSortKeys(result: Result, order: readonly SortKey[]): ResultColumn[] {
  const beside = result.columns.filter(
    ({ hidden, column }) => hidden && order.some((key) => key.column === column),
  );
  return [...visible(result).columns, ...beside.map(({ name, column, type }) => ({ name, column, type }))];
}

/** Those that are about the job. */
function optionsOf(statement: JobStatement): Option[] {
  return statement.kind === 'startJob' || statement.kind === 'deployJob' ? statement.options : [];
}

function planSinks(statement: JobStatement, environment: Environment, name: string): PlanSink[] {
  const { findings, catalog } = environment;
  switch (statement.kind) {
    case 'startJob':
      findings.problems.push(...checkJobOptions(statement.options));
      return planSinks(statement.body, environment, statement.name.text);
    case 'deployJob':
      findings.problems.push(...checkJobOptions(statement.options, deployOptions));
      return planSinks(statement.body, environment, statement.name.text);
    case 'insert': {
      const sink = planInsert(statement, environment);
      if (sink) noteEmit(statement, { node: sink.input, columns: [] }, findings);
      return sink ? [sink] : [];
    }
    case 'statementSet':
      return statement.inserts.flatMap((insert) => planSinks(insert, environment, name));
    case 'select': {
      const result = planQuery(statement.query, environment);
      noteEmit(statement, result, findings);
      return [{ table: printTable(name, result), input: rootOf(result) }];
    }
    case 'createTableAs': {
      const { relation, problems } = defineRelation(statement, '', catalog);
      if (relation.kind === 'view') return [];
      findings.problems.push(...problems.filter(({ code }) => code.startsWith('SJ4')));
      const sink = planTableAs(statement, relation, environment);
      noteEmit(statement, { node: sink.input, columns: [] }, findings);
      return [sink];
    }
  }
}

/** Several INSERTs into one table are one sink: two writers of a file would cut off each other's rows. */
function oneForEachTable(sinks: PlanSink[]): PlanSink[] {
  const byName = new Map<string, PlanSink[]>();
  for (const sink of sinks) byName.set(sink.table.name, [...(byName.get(sink.table.name) ?? []), sink]);
  return [...byName.values()].flatMap(([first, ...more]): PlanSink[] => {
    if (!first) return [];
    const inputs = [first, ...more].map(({ input }) => input);
    return [{ ...first, ...(more.length > 0 && { input: union(inputs) }) }];
  });
}

/** The visible columns of a result under the names a user sees. */
function rootOf(result: Result): PlanNode {
  const { node, columns } = visible(result);
  return project(
    node,
    columns.map(({ column, type }) => ({ name: column, expression: { kind: 'column', name: column, type } })),
  );
}

function printTable(name: string, result: Result): TableDefinition {
  return {
    kind: 'table',
    name,
    word: 'TABLE',
    columns: visible(result).columns.map(({ column, type }) => ({
      kind: 'physical',
      name: column,
      type,
      notNull: false,
    })),
    options: { connector: 'print' },
    connector: 'print',
    statement: '',
  };
}

/** EMIT CHANGES over a window asks for updates before the window closes, which do not come. */
function noteEmit(
  statement: { emit?: { mode: 'changes' | 'final'; span: { start: number; end: number } } },
  result: Result,
  findings: Findings,
): void {
  const { emit } = statement;
  if (emit?.mode !== 'changes' || findings.failed || !hasWindow(result.node)) return;
  findings.report(
    'dialectNote',
    'A window emits its result once, when it closes: EMIT CHANGES does not change that.',
    emit.span,
    {
      severity: 'info',
    },
  );
}

function hasWindow(node: PlanNode): boolean {
  if (node.kind === 'windowAggregate') return true;
  return node.kind === 'union' ? node.inputs.some(hasWindow) : 'input' in node && hasWindow(node.input);
}
