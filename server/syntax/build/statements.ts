// From the parser's tree to the typed one: which builder makes which statement.
import type { Describe, Explain, MoveJob, Name, Show, Statement } from '../ast';
import {
  CreateTableContext,
  CreateViewContext,
  DeployJobContext,
  DescribeContext,
  DropJobContext,
  DropRelationContext,
  ExplainContext,
  InsertContext,
  MoveJobContext,
  PauseJobsContext,
  PeekJobContext,
  ResetOptionContext,
  RestartJobContext,
  ResumeJobsContext,
  RetryDeadLettersContext,
  RollbackJobContext,
  SelectStatementContext,
  SetOptionContext,
  ShowCatalogContext,
  ShowContext,
  ShowDeadLettersContext,
  ShowJobsContext,
  ShowMetricsContext,
  ShowPauseHistoryContext,
  ShowStatusContext,
  ShowVersionsContext,
  StartJobContext,
  StatementSetContext,
  StopJobContext,
  type CatalogKindContext,
  type LikePatternContext,
  type SingleStatementContext,
} from '../generated/StreamSqlParser';
import type { Problem } from '../problem';
import * as jobs from './jobs';
import { syntaxProblem } from '../problemCodes';
import { query } from './queries';
import { maybe, Source } from './source';
import * as tables from './tables';

type Maybe<T> = T | null | undefined;

/** The typed tree, as far as there is one, and what only building it shows (an interval that is none). */
export function buildStatement(
  text: string,
  tree: SingleStatementContext,
): { statement: Statement | undefined; problems: Problem[] } {
  const source = new Source(text, query);
  const statement = build(source, tree);
  for (const list of source.bareLists.keys()) {
    source.problems.push(
      syntaxProblem('unexpected', 'After IN comes a list in parentheses or a subquery.', list.span),
    );
  }
  return { statement, problems: source.problems };
}

function build(source: Source, tree: SingleStatementContext): Statement | undefined {
  const child = maybe(tree.statement())?.getChild(0);
  if (child instanceof SelectStatementContext) return tables.selectStatement(source, child);
  if (child instanceof InsertContext) return tables.insert(source, child);
  if (child instanceof CreateTableContext) return tables.createTable(source, child);
  if (child instanceof CreateViewContext) return tables.createView(source, child);
  if (child instanceof DropRelationContext) return tables.dropRelation(source, child);
  if (child instanceof StatementSetContext) return tables.statementSet(source, child);
  if (child instanceof SetOptionContext) return tables.setOption(source, child);
  if (child instanceof ResetOptionContext) return tables.resetOption(source, child);
  if (child instanceof StartJobContext) return jobs.startJob(source, child);
  if (child instanceof PauseJobsContext) return jobs.pauseJobs(source, child);
  if (child instanceof ResumeJobsContext) return jobs.resumeJobs(source, child);
  if (child instanceof StopJobContext) return jobs.stopJob(source, child);
  if (child instanceof DeployJobContext) return jobs.deployJob(source, child);
  if (child instanceof ShowContext) return show(source, child);
  if (child instanceof DescribeContext) return describe(source, child);
  if (child instanceof ExplainContext) return explain(source, child);
  return aboutOneJob(source, child);
}

/** The statements that take a job's name and little else. */
function aboutOneJob(source: Source, child: unknown): Statement | undefined {
  if (child instanceof DropJobContext) {
    return { kind: 'dropJob', ...named(source, child), ifExists: Boolean(child.ifExists()) };
  }
  if (child instanceof RestartJobContext) return { kind: 'restartJob', ...named(source, child) };
  if (child instanceof RollbackJobContext) {
    const version = child.STRING();
    const to = version ? { version: source.string(version) } : {};
    return { kind: 'rollbackJob', ...named(source, child), ...to };
  }
  if (child instanceof PeekJobContext) {
    const count = child.INTEGER();
    const limit = count
      ? { limit: { count: source.integer(count), span: source.tokenSpan(count.symbol) } }
      : {};
    return { kind: 'peekJob', ...named(source, child), ...limit };
  }
  if (child instanceof RetryDeadLettersContext) {
    const number = child.INTEGER();
    const letter = number
      ? { number: source.integer(number), span: source.tokenSpan(number.symbol) }
      : undefined;
    return { kind: 'retryDeadLetters', ...named(source, child), ...(letter ? { letter } : {}) };
  }
  return child instanceof MoveJobContext ? moveJob(source, child) : undefined;
}

function named(
  source: Source,
  context:
    | DropJobContext
    | RestartJobContext
    | RollbackJobContext
    | PeekJobContext
    | RetryDeadLettersContext
    | MoveJobContext,
): { name: Name; span: Name['span'] } {
  return { name: source.name(context.jobName()), span: source.span(context) };
}

function moveJob(source: Source, context: MoveJobContext): MoveJob {
  const connection = context.CONNECTION() ? { connection: source.string(context.STRING()).text } : {};
  return { kind: 'moveJob', ...named(source, context), ...connection };
}

function show(source: Source, context: ShowContext): Show {
  const subject = context.showSubject();
  const base = { kind: 'show', span: source.span(context) } as const;
  if (subject instanceof ShowStatusContext) return { ...base, what: 'status', ...jobNamed(source, subject) };
  if (subject instanceof ShowMetricsContext)
    return { ...base, what: 'metrics', ...jobNamed(source, subject) };
  if (subject instanceof ShowVersionsContext)
    return { ...base, what: 'versions', ...jobNamed(source, subject) };
  if (subject instanceof ShowPauseHistoryContext) {
    return { ...base, what: 'pauseHistory', ...jobNamed(source, subject) };
  }
  if (subject instanceof ShowDeadLettersContext) {
    return { ...base, what: 'deadLetters', ...jobNamed(source, subject) };
  }
  if (subject instanceof ShowCatalogContext) {
    return { ...base, what: catalogKind(subject.catalogKind()), ...pattern(source, subject.likePattern()) };
  }
  return {
    ...base,
    what: 'jobs',
    ...(subject instanceof ShowJobsContext ? pattern(source, subject.likePattern()) : {}),
  };
}

function jobNamed(
  source: Source,
  context:
    | ShowStatusContext
    | ShowMetricsContext
    | ShowVersionsContext
    | ShowPauseHistoryContext
    | ShowDeadLettersContext,
): { name?: Name } {
  const name = context.jobName();
  return name ? { name: source.name(name) } : {};
}

function pattern(source: Source, context: Maybe<LikePatternContext>): { pattern?: string } {
  return context ? { pattern: source.string(context.STRING()).text } : {};
}

function catalogKind(context: Maybe<CatalogKindContext>): Show['what'] {
  if (context?.STREAMS()) return 'streams';
  if (context?.VIEWS()) return 'views';
  if (context?.TOPICS()) return 'topics';
  if (context?.FUNCTIONS()) return 'functions';
  return context?.CONNECTIONS() ? 'connections' : 'tables';
}

function describe(source: Source, context: DescribeContext): Describe {
  const job = Boolean(context.job());
  const name = source.name(job ? context.jobName() : context.tableName());
  return { kind: 'describe', job, name, span: source.span(context) };
}

function explain(source: Source, context: ExplainContext): Explain | undefined {
  const [rows, sink] = [context.selectStatement(), context.insert()];
  const [pause, resume] = [context.pauseJobs(), context.resumeJobs()];
  const subject = rows
    ? tables.selectStatement(source, rows)
    : sink
      ? tables.insert(source, sink)
      : pause
        ? jobs.pauseJobs(source, pause)
        : resume && jobs.resumeJobs(source, resume);
  return subject ? { kind: 'explain', subject, span: source.span(context) } : undefined;
}
