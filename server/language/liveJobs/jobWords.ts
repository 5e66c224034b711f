// Live jobs in the words that messages, lenses and completion need beside the one line every view shares.
import { age, clockTime, describeJob } from '../../protocol/jobText';
import type { JobBrief } from '../../protocol/jobs';
import type { KnownJobs } from './knownJobs';

/** The shared line, with its state named: `running 12.4k/s · lag 0`, `paused 12 min · lag 8,403 · index rebuild`. */
export function liveText(job: JobBrief, jobs: KnownJobs): string {
  const line = describeJob(job, jobs.at);
  return job.state === 'running' ? `running ${line}` : line;
}

/** `running`, `pausing`, or with how long it has been so: `paused 12 min`, `failed 2 h`. */
export function shortState(job: JobBrief, jobs: KnownJobs): string {
  const lasting = job.state === 'paused' || job.state === 'stopped' || job.state === 'failed';
  return lasting ? `${job.state} ${age(job.since, jobs.at)}` : job.state;
}

/** `since 10:12 (reason: index rebuild)`, as messages give the circumstances of a state. */
export function sinceText(job: JobBrief, jobs: KnownJobs): string {
  const since = `since ${clockTime(job.since, jobs.at)}`;
  return job.reason === undefined ? since : `${since} (reason: ${job.reason})`;
}
