// Starts jobs from statements: understood and planned first, so that what cannot run leaves nothing behind.
import type { Clock } from '../connectors/connector';
import { jobOptions, settingOptions } from '../analysis/options/jobs';
import type { JobDetails } from '../protocol/jobs';
import { findPlaceholders } from '../syntax/placeholders';
import type { JobPlanner } from './jobPlanner';
import type { JobRegistry } from './jobRegistry';
import type { JobRecord } from './store';

export interface NewJob {
  name: string;
  /** As written: understood again whenever the job is opened. */
  statement: string;
  paused: boolean;
  by: string;
  settings: ReadonlyMap<string, string>;
}

/** The version of a job that was never deployed anew. */
const firstVersion = '1';

export class JobStarter {
  constructor(
    private readonly jobs: JobRegistry,
    private readonly planner: JobPlanner,
    private readonly clock: Clock,
  ) {}

  /**
   * Resolves when the job reads, or is durably paused.
   * @throws StreamJobsError BAD_NAME, JOB_EXISTS, TOO_MANY_JOBS, and what is wrong with the statement or its places
   */
  start(job: NewJob): Promise<JobDetails> {
    const record = this.record(job);
    const created = this.jobs.create(record, () => this.planner.plan(record));
    return created.start();
  }

  private record({ name, statement, paused, by, settings }: NewJob): JobRecord {
    const at = this.clock.now();
    return {
      name,
      version: firstVersion,
      statement,
      settings: usedSettings(statement, settings),
      startedAt: at,
      startedBy: by,
      desired: paused ? 'paused' : 'running',
      ...(paused ? { pauseRequest: { at, by, reason: 'started paused' } } : {}),
      pauses: 0,
      resumes: 0,
    };
  }
}

/** Those a job of this statement needs again: job options, and what its placeholders name. */
export function usedSettings(
  statement: string,
  settings: ReadonlyMap<string, string>,
): Record<string, string> {
  const named = new Set(findPlaceholders(statement).map(({ name }) => name));
  const isUsed = (key: string) => key in jobOptions || (named.has(key) && !(key in settingOptions));
  return Object.fromEntries([...settings].filter(([key]) => isUsed(key)));
}
