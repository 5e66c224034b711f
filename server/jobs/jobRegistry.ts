// All jobs of the server by name: made, found, listed.
import { wrongJobName } from '../analysis/bounds';
import { nearestName } from '../analysis/suggest';
import { Job } from './job';
import type { JobSurroundings, PlannedSink } from './jobCore';
import type { ServerLimits } from './limits';
import { messages } from './messages';
import type { JobRecord, StoreContents } from './store';

/** How long jobs come back before others get a turn. */
const comingBackMs = 10;
/** So many names are offered for one that is not there. */
const nearestMax = 3;

export class JobRegistry {
  private readonly jobs = new Map<string, Job>();
  private ended = false;
  private areUnderstood = false;

  constructor(
    private readonly around: JobSurroundings,
    private readonly limits: ServerLimits,
  ) {}

  /** Takes in the jobs of the store; they come back in the background, those that run first. */
  restore(stored: StoreContents['jobs']): void {
    for (const job of stored) this.jobs.set(job.record.name, Job.restore(this.around, job));
    const all = this.list();
    void this.comeBack([...all.filter(({ isToRun }) => isToRun), ...all.filter(({ isToRun }) => !isToRun)]);
  }

  /** No job begins to come back any more. */
  end(): void {
    this.ended = true;
  }

  /** What restored jobs write is known when it matters, though they may not have come back yet. */
  private understandAll(): void {
    // Each of them comes here again.
    if (this.areUnderstood) return;
    this.areUnderstood = true;
    for (const job of this.jobs.values()) job.understood();
  }

  /** Understanding a thousand statements takes seconds: requests are answered in between. */
  private async comeBack(jobs: readonly Job[]): Promise<void> {
    const { clock } = this.around;
    let since = clock.monotonic();
    for (const job of jobs) {
      if (clock.monotonic() - since > comingBackMs) {
        await new Promise((resolve) => setImmediate(resolve));
        since = clock.monotonic();
      }
      if (this.ended) return;
      job.comeBack();
    }
  }

  /**
   * Makes a job, not started yet, once `check` finds nothing wrong with its statement.
   * @throws StreamJobsError BAD_NAME, JOB_EXISTS, TOO_MANY_JOBS, and what `check` throws
   */
  create(record: JobRecord, check: () => void): Job {
    this.checkName(record.name);
    const existing = this.jobs.get(record.name);
    if (existing !== undefined) throw messages.jobExists(existing.standing);
    if (this.jobs.size >= this.limits.jobsMax) throw messages.tooManyJobs(this.limits.jobsMax);
    check();
    const job = Job.create(this.around, record);
    this.jobs.set(record.name, job);
    return job;
  }

  /** @throws StreamJobsError BAD_NAME */
  checkName(name: string): void {
    const wrong = wrongJobName(name);
    if (wrong !== undefined) throw wrong;
  }

  find(name: string): Job | undefined {
    return this.jobs.get(name);
  }

  /** @throws StreamJobsError JOB_NOT_FOUND, with the nearest names */
  get(name: string): Job {
    const job = this.jobs.get(name);
    if (job !== undefined) return job;
    throw messages.jobNotFound(name, this.nearest(name));
  }

  /** In the order of their names. */
  list(): Job[] {
    return [...this.jobs.values()].sort((a, b) => a.name.localeCompare(b.name));
  }

  remove(name: string): void {
    this.jobs.delete(name);
  }

  /** Jobs that read or write a table or view. */
  using(relation: string): Job[] {
    return this.list().filter((job) => {
      const planned = job.understood();
      return [...(planned?.reads ?? []), ...(planned?.writes ?? [])].includes(relation);
    });
  }

  /** @throws StreamJobsError TABLE_IN_USE when another job that has not ended, or another table, writes where only one may */
  checkSinks(name: string, sinks: readonly PlannedSink[]): void {
    for (const { table, connector, target, singleWriter } of sinks) {
      if (!singleWriter) continue;
      this.understandAll();
      const isSamePlace = (other: PlannedSink) => other.connector === connector && other.target === target;
      if (sinks.filter(isSamePlace).length > 1) throw messages.sinkInUse(table, target, name);
      const writer = [...this.jobs.values()].find(
        (job) =>
          job.name !== name &&
          job.state !== 'stopped' &&
          job.state !== 'failed' &&
          job.planned?.sinks.some(isSamePlace),
      );
      if (writer !== undefined) throw messages.sinkInUse(table, target, writer.name);
    }
  }

  private nearest(name: string): string[] {
    const left = new Set(this.jobs.keys());
    const found: string[] = [];
    for (
      let near = nearestName(name, left);
      near !== undefined && found.length < nearestMax;
      near = nearestName(name, left)
    ) {
      found.push(near);
      left.delete(near);
    }
    return found;
  }
}
