// Statements about jobs.
import type {
  ChangeJobs,
  DeployJob,
  Insert,
  JobTarget,
  SelectStatement,
  StartJob,
  StatementSet,
  StopJob,
} from '../ast';
import {
  AllJobsContext,
  JobsLikeContext,
  NamedJobsContext,
  type DeployJobContext,
  type IntervalLiteralContext,
  type JobBodyContext,
  type JobTargetContext,
  type PauseJobsContext,
  type ResumeFromContext,
  type ResumeJobsContext,
  type StartJobContext,
  type StopJobContext,
  type StrategyContext,
} from '../generated/StreamSqlParser';
import { hasPlaceholder } from '../placeholders';
import { intervalMs } from './intervals';
import { isPresent, type Source } from './source';
import { insert, optionList, selectStatement, statementSet } from './tables';

type Maybe<T> = T | null | undefined;

export function startJob(source: Source, context: StartJobContext): StartJob {
  return {
    kind: 'startJob',
    ifNotExists: Boolean(context.ifNotExists()),
    name: source.name(context.jobNameCreate()),
    paused: isPresent(context.PAUSED()),
    body: jobBody(source, context.jobBody()),
    options: optionList(source, context.withOptions()),
    span: source.span(context),
  };
}

function jobBody(source: Source, context: Maybe<JobBodyContext>): Insert | StatementSet | SelectStatement {
  const [single, set, rows] = [context?.insert(), context?.statementSet(), context?.selectStatement()];
  if (single) return insert(source, single);
  if (rows) return selectStatement(source, rows);
  return set ? statementSet(source, set) : { kind: 'statementSet', inserts: [], span: source.span(context) };
}

export function pauseJobs(source: Source, context: PauseJobsContext): ChangeJobs {
  const [cold, reason, end] = [context.COLD(), context.pauseReason()?.STRING(), context.pauseEnd()];
  const interval = end?.intervalLiteral();
  const until = end?.STRING();
  return {
    kind: 'pauseJobs',
    target: jobTarget(source, context.jobTarget()),
    ...(isPresent(cold) ? { cold: source.tokenSpan(cold.symbol) } : {}),
    ...(reason ? { reason: source.string(reason) } : {}),
    ...(interval ? pauseLength(source, interval) : {}),
    ...(until ? { until: source.string(until) } : {}),
    span: source.span(context),
  };
}

function pauseLength(source: Source, context: IntervalLiteralContext): Pick<ChangeJobs, 'length'> {
  const span = source.span(context);
  const ms = intervalMs(source, context);
  return hasPlaceholder(source.slice(span)) ? {} : { length: { ms, span } };
}

export function resumeJobs(source: Source, context: ResumeJobsContext): ChangeJobs {
  const [from, loss, count] = [context.resumeFrom(), context.acceptDataLoss(), context.INTEGER()];
  const records = context.RECORDS();
  return {
    kind: 'resumeJobs',
    target: jobTarget(source, context.jobTarget()),
    ...(from ? { from: resumeFrom(source, from) } : {}),
    ...(loss ? { acceptDataLoss: source.span(loss) } : {}),
    ...(isPresent(count)
      ? {
          records: {
            count: source.integer(count),
            span: { start: count.symbol.start, end: (isPresent(records) ? records : count).symbol.stop + 1 },
          },
        }
      : {}),
    span: source.span(context),
  };
}

function resumeFrom(source: Source, context: ResumeFromContext): NonNullable<ChangeJobs['from']> {
  const span = source.span(context);
  if (context.EARLIEST()) return { kind: 'earliest', span };
  if (!context.TIMESTAMP()) return { kind: 'latest', span };
  return { kind: 'timestamp', timestamp: source.string(context.STRING()), span };
}

function jobTarget(source: Source, context: Maybe<JobTargetContext>): JobTarget {
  if (context instanceof AllJobsContext) return { kind: 'all' };
  if (context instanceof JobsLikeContext) return { kind: 'like', pattern: source.string(context.STRING()) };
  if (!(context instanceof NamedJobsContext)) return { kind: 'names', names: [], ifExists: false };
  return { kind: 'names', names: source.names(context.jobName()), ifExists: Boolean(context.ifExists()) };
}

export function stopJob(source: Source, context: StopJobContext): StopJob {
  return {
    kind: 'stopJob',
    names: source.names(context.jobName()),
    ifExists: Boolean(context.ifExists()),
    force: isPresent(context.FORCE()),
    span: source.span(context),
  };
}

export function deployJob(source: Source, context: DeployJobContext): DeployJob {
  const chosen = context.strategy();
  return {
    kind: 'deployJob',
    name: source.name(context.jobNameDeploy()),
    version: source.string(context.STRING()),
    body: jobBody(source, context.jobBody()),
    options: optionList(source, context.withOptions()),
    ...(chosen ? { strategy: strategy(source, chosen) } : {}),
    span: source.span(context),
  };
}

function strategy(source: Source, context: StrategyContext): NonNullable<DeployJob['strategy']> {
  const span = source.span(context);
  if (context.CANARY()) {
    const number = context.INTEGER();
    const share = number
      ? { share: { percent: source.integer(number), span: source.tokenSpan(number.symbol) } }
      : {};
    return { kind: 'canary', ...share, span };
  }
  if (context.BLUE_GREEN()) return { kind: 'blueGreen', span };
  return { kind: context.ROLLING() ? 'rolling' : 'replace', span };
}
