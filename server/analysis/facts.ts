// What a statement says about names: problems, what it declares and uses, what is visible where. Facts depend on
// the statement's text and the relations it looks up alone, so that they can be kept until either changes.
import type { Span, StreamJobsError } from '../protocol/errors';
import type { Name, Statement } from '../syntax/ast';
import { hasPlaceholder } from '../syntax/placeholders';
import type { Problem } from '../syntax/problem';
import type { Findings } from './binding/findings';
import type { Use, VisibleColumns } from './binding/findings';
import { outOfBounds, wrongJobName } from './bounds';
import type { Catalog, JobState, Relation } from './catalog';
import { jobStateOf } from './jobState';
import { checkSetting } from './options/validate';
import type { JobPlan } from './plan';
import { planJob, planPreview, type Planned } from './planner';
import { problem } from './problemCodes';
import { defineRelation } from './relations';
import { didYouMean } from './suggest';
import type { SqlType } from './types';
import { unsupported } from './unsupported';

export interface StatementFacts {
  problems: Problem[];
  /** The table or view the statement makes. */
  declares: Relation[];
  /** The relation it drops. */
  drops: string | undefined;
  uses: Use[];
  /** Columns that may be named in each SELECT. */
  visible: VisibleColumns[];
  /** Columns of the query, for a view, CREATE ... AS or SELECT. */
  outputColumns: { name: string; type: SqlType }[] | undefined;
  /** The job it starts: by name where it has one, else what it is named after. */
  job: { name: string; span: Name['span'] } | undefined;
  /** What the job it starts or deploys keeps; no `state` where its plan does not tell. */
  keeps: { job: string; state?: JobState } | undefined;
  /** Tables read, through views too. */
  reads: string[];
  writes: string[];
}

export interface AnalysisOptions {
  /** SET 'pipeline.name' before the statement. */
  pipelineName?: string;
  /** Names that the same script has defined above, so that another CREATE of them fails. */
  definedAbove?: (name: string) => boolean;
}

/** The facts of a statement over a catalog. Never throws on what a user wrote. */
export function analyzeStatement(
  statement: Statement,
  text: string,
  catalog: Catalog,
  options: AnalysisOptions = {},
): StatementFacts {
  const facts: StatementFacts = {
    problems: [],
    declares: [],
    drops: undefined,
    uses: [],
    visible: [],
    outputColumns: undefined,
    job: undefined,
    keeps: undefined,
    reads: [],
    writes: [],
  };
  const refused = unsupported(statement);
  if (refused) facts.problems.push(refused);
  for (const { error, span } of outOfBounds(statement)) facts.problems.push(boundsProblem(error, span));
  analyze(statement, text, catalog, facts, options);
  facts.problems.sort((a, b) => a.span.start - b.span.start);
  return facts;
}

/** The job name that SET 'pipeline.name' gives to an INSERT behind this statement, `before` being the one so far. */
export function pipelineNameAfter(statement: Statement, before: string | undefined): string | undefined {
  if (statement.kind === 'set' && statement.key.text === 'pipeline.name') return statement.value.text;
  if (statement.kind === 'reset' && (statement.key?.text ?? 'pipeline.name') === 'pipeline.name')
    return undefined;
  return before;
}

function analyze(
  statement: Statement,
  text: string,
  catalog: Catalog,
  facts: StatementFacts,
  options: AnalysisOptions,
): void {
  switch (statement.kind) {
    case 'createTable':
    case 'createView':
    case 'createTableAs':
      declare(statement, text, catalog, facts, options);
      return;
    case 'startJob':
      facts.job = { name: statement.name.text, span: statement.name.span };
      facts.uses.push({ kind: 'job', name: statement.name.text, span: statement.name.span });
      takeJob(planJob(statement, catalog), facts);
      return;
    case 'insert': {
      const { table } = statement;
      nameJob(table, facts, options);
      takeJob(planJob(statement, catalog), facts);
      return;
    }
    case 'statementSet': {
      const first = statement.inserts[0];
      if (first) nameJob(first.table, facts, options);
      takeJob(planJob(statement, catalog), facts);
      return;
    }
    case 'select': {
      const planned = planPreview(statement, catalog);
      facts.outputColumns = planned.plan?.input.columns;
      take(planned.findings, facts);
      return;
    }
    case 'explain':
      if (statement.subject.kind === 'insert') take(planJob(statement.subject, catalog).findings, facts);
      else analyze(statement.subject, text, catalog, facts, options);
      return;
    case 'deployJob': {
      const planned = planJob(statement, catalog);
      take(planned.findings, facts);
      // A canary's state is that of two versions.
      const plan = statement.strategy?.kind === 'canary' ? undefined : planned.plan;
      facts.keeps = { job: statement.name.text, ...(plan && { state: jobStateOf(plan) }) };
      facts.uses.push({ kind: 'job', name: statement.name.text, span: statement.name.span });
      return;
    }
    case 'dropRelation':
      dropRelation(statement, catalog, facts);
      return;
    case 'set':
      facts.problems.push(...checkSetting(statement.key, statement.value));
      return;
    case 'reset':
      if (statement.key) facts.problems.push(...checkSetting(statement.key));
      return;
    case 'describe': {
      const { name } = statement;
      const definition = statement.job ? undefined : catalog.relation(name.text);
      const { text: named, span } = name;
      facts.uses.push(
        definition ? { kind: 'relation', name: named, span, definition } : { kind: 'job', name: named, span },
      );
      return;
    }
    default:
      for (const name of jobNames(statement))
        facts.uses.push({ kind: 'job', name: name.text, span: name.span });
  }
}

/** A job that is named after its sink, where SET 'pipeline.name' says no other name. */
function nameJob({ text, span }: Name, facts: StatementFacts, { pipelineName }: AnalysisOptions): void {
  facts.job = { name: pipelineName ?? text, span };
  const wrong = pipelineName === undefined && !hasPlaceholder(text) ? wrongJobName(text) : undefined;
  if (wrong) facts.problems.push(boundsProblem(wrong, span));
}

/** Names of jobs in statements about jobs. */
function jobNames(statement: Statement): Name[] {
  switch (statement.kind) {
    case 'pauseJobs':
    case 'resumeJobs':
      return statement.target.kind === 'names' ? statement.target.names : [];
    case 'stopJob':
      return statement.names;
    case 'dropJob':
    case 'restartJob':
    case 'rollbackJob':
    case 'peekJob':
    case 'retryDeadLetters':
    case 'moveJob':
      return [statement.name];
    case 'show':
      return statement.name ? [statement.name] : [];
    default:
      return [];
  }
}

function declare(
  statement: Statement & { kind: 'createTable' | 'createView' | 'createTableAs' },
  text: string,
  catalog: Catalog,
  facts: StatementFacts,
  options: AnalysisOptions,
): void {
  const { name } = statement;
  const { relation, findings } = defineRelation(statement, text, catalog);
  const exists = options.definedAbove?.(name.text) ?? false;
  if (exists && !statement.ifNotExists)
    facts.problems.push(problem('relationExists', `${name.text} is defined above already.`, name.span));
  facts.declares.push(relation);
  facts.uses.push({ kind: 'relation', name: name.text, span: name.span, definition: relation });
  take(findings, facts);
  if (statement.kind !== 'createTable') facts.outputColumns = relation.columns;
  if (statement.kind !== 'createTableAs') return;
  facts.job = { name: name.text, span: name.span };
  facts.writes.push(name.text);
  const known = new Set(facts.problems.map(key));
  const { plan, problems } = planJob(statement, catalog);
  facts.problems.push(...problems.filter((found) => !known.has(key(found))));
  facts.keeps = { job: name.text, ...(plan && { state: jobStateOf(plan) }) };
}

function dropRelation(
  statement: Statement & { kind: 'dropRelation' },
  catalog: Catalog,
  facts: StatementFacts,
): void {
  const { name, word } = statement;
  const definition = catalog.relation(name.text);
  facts.uses.push({ kind: 'relation', name: name.text, span: name.span, ...(definition && { definition }) });
  if (definition) facts.drops = name.text;
  const isView = definition?.kind === 'view';
  if (definition && isView !== (word === 'VIEW')) {
    const right = isView ? 'VIEW' : definition.word;
    facts.problems.push(
      problem('unknownTable', `${name.text} is a ${right.toLowerCase()}: write DROP ${right}.`, name.span),
    );
  } else if (!definition && !statement.ifExists && !hasPlaceholder(name.text)) {
    const near = didYouMean(
      name.text,
      [...catalog.relations()].map((one) => one.name),
      name.span,
    );
    const message = `There is no ${word.toLowerCase()} ${name.text}.${near.sentence}`;
    facts.problems.push(problem('unknownTable', message, name.span, { fixes: near.fixes }));
  }
}

/** What a statement that starts a job brings to light. */
function takeJob({ findings, plan }: Planned<JobPlan>, facts: StatementFacts): void {
  take(findings, facts);
  if (facts.job) facts.keeps = { job: facts.job.name, ...(plan && { state: jobStateOf(plan) }) };
}

function take(findings: Findings, facts: StatementFacts): void {
  facts.problems.push(...findings.problems);
  facts.uses.push(...findings.uses);
  facts.visible.push(...findings.visible);
  facts.reads.push(...findings.reads);
  facts.writes.push(...findings.writes);
}

function boundsProblem({ code, message, hint }: StreamJobsError, span: Span): Problem {
  const kind = code === 'BAD_NAME' ? 'badName' : 'outOfBounds';
  return problem(kind, hint === undefined ? message : `${message} ${hint}`, span);
}

function key(found: Problem): string {
  return `${found.code} ${found.span.start} ${found.message}`;
}
