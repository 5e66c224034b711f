// Which jobs a statement makes, manages or looks at, and what it does to them.
import type { JobTarget, Name, Statement } from '../../syntax/ast';
import { sourcesOf } from '../../syntax/sources';

export type JobAction = 'start' | 'pause' | 'resume' | 'stop' | 'drop' | 'restart' | 'deploy' | 'look';

/** One job name in a statement. */
export interface JobUse {
  name: Name;
  action: JobAction;
  /** With IF EXISTS or IF NOT EXISTS: the wrong existence is no error. */
  tolerant: boolean;
  /** START ... PAUSED */
  paused?: boolean;
  /** The name is the sink's: INSERT INTO x and CREATE ... x AS make a job named x. */
  implied?: boolean;
}

/** PAUSE and RESUME of many jobs at once, by pattern or all. */
export interface JobGroup {
  action: 'pause' | 'resume';
  /** A LIKE pattern; absent for ALL. */
  pattern?: string;
}

export interface JobUses {
  uses: JobUse[];
  group?: JobGroup;
}

const none: JobUses = { uses: [] };

/**
 * The jobs of a statement, in the order written.
 * @param pipelineName the job name that an earlier SET 'pipeline.name' gave to INSERT
 */
export function jobUses(statement: Statement, pipelineName?: string): JobUses {
  switch (statement.kind) {
    case 'startJob':
      return one(statement.name, 'start', statement.ifNotExists, { paused: statement.paused });
    case 'pauseJobs':
      return target(statement.target, 'pause');
    case 'resumeJobs':
      return target(statement.target, 'resume');
    case 'stopJob':
      return { uses: statement.names.map((name) => use(name, 'stop', statement.ifExists)) };
    case 'dropJob':
      return one(statement.name, 'drop', statement.ifExists);
    case 'restartJob':
      return one(statement.name, 'restart');
    case 'deployJob':
    case 'rollbackJob':
      return one(statement.name, 'deploy');
    case 'peekJob':
    case 'retryDeadLetters':
    case 'moveJob':
      return one(statement.name, 'look');
    case 'show':
      return statement.name === undefined ? none : one(statement.name, 'look');
    case 'describe':
      return statement.job ? one(statement.name, 'look') : none;
    case 'explain':
      return {
        uses: jobUses(statement.subject)
          .uses.filter((u) => !u.implied)
          .map(asLook),
      };
    case 'createTableAs':
      return one(statement.name, 'start', statement.ifNotExists, { implied: true });
    case 'insert': {
      const name = { text: pipelineName ?? statement.table.text, span: statement.table.span };
      return one(name, 'start', false, { implied: true });
    }
    case 'select':
      return {
        uses: sourcesOf(statement.query).flatMap((source) =>
          source.kind === 'jobState' ? [use(source.job, 'look', false)] : [],
        ),
      };
    default:
      return none;
  }
}

function use(name: Name, action: JobAction, tolerant: boolean): JobUse {
  return { name, action, tolerant };
}

function one(
  name: Name,
  action: JobAction,
  tolerant = false,
  more: { paused?: boolean; implied?: boolean } = {},
): JobUses {
  return { uses: [{ ...use(name, action, tolerant), ...more }] };
}

function target(jobs: JobTarget, action: 'pause' | 'resume'): JobUses {
  switch (jobs.kind) {
    case 'names':
      return { uses: jobs.names.map((name) => use(name, action, jobs.ifExists)) };
    case 'like':
      return { uses: [], group: { action, pattern: jobs.pattern.text } };
    case 'all':
      return { uses: [], group: { action } };
  }
}

function asLook(jobUse: JobUse): JobUse {
  return { name: jobUse.name, action: 'look', tolerant: jobUse.tolerant };
}

/** The job a statement makes or manages, if it names just one. */
export function singleJob(statement: Statement, pipelineName?: string): string | undefined {
  const { uses } = jobUses(statement, pipelineName);
  return uses.length === 1 ? uses[0]?.name.text : undefined;
}
