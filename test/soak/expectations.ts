// What the answers so far say of each job, and whether the jobs are so: the model a soak compares with.
import type { JobDetails, JobSnapshot } from '../../server/protocol/jobs';

/** How often something happened: between what was answered and what was asked. */
interface Count {
  least: number;
  most: number;
}

export class Expectations {
  /** Undefined while a request is under way or nobody knows what became of it. */
  private desired: 'running' | 'paused' | undefined = 'running';
  /** Rises with each request. */
  private revision = 0;
  readonly pauses: Count = { least: 0, most: 0 };
  readonly resumes: Count = { least: 0, most: 0 };
  /** Records read when it was last seen paused. */
  private readAtPause: { revision: number; recordsIn: number } | undefined;

  constructor(readonly job: string) {}

  /** What it should be; undefined when that is not known. */
  get wanted(): 'running' | 'paused' | undefined {
    return this.desired;
  }

  /** A request begins. */
  asked(kind: 'pause' | 'resume' | 'other'): void {
    this.revision += 1;
    this.desired = undefined;
    if (kind === 'pause') this.pauses.most += 1;
    if (kind === 'resume') this.resumes.most += 1;
  }

  /** It was answered, and is so now. */
  answered(kind: 'pause' | 'resume' | 'other', desired: 'running' | 'paused'): void {
    this.desired = desired;
    if (kind === 'pause') this.pauses.least += 1;
    if (kind === 'resume') this.resumes.least += 1;
  }

  /** It was refused, and is as it was. */
  refused(kind: 'pause' | 'resume' | 'other', desired: 'running' | 'paused' | undefined): void {
    this.desired = desired;
    if (kind === 'pause') this.pauses.most -= 1;
    if (kind === 'resume') this.resumes.most -= 1;
  }

  /** Nobody knows what became of many requests. */
  lost(): void {
    this.desired = undefined;
    for (const count of [this.pauses, this.resumes]) count.most = Infinity;
  }

  /** Takes what is there as the truth, where many requests were made at once. */
  rebase({ desired, metrics, step }: JobDetails): void {
    this.desired = desired === 'stopped' || step !== undefined ? undefined : desired;
    // A step that lacks records yet pauses the job when it has them.
    const coming = step === undefined ? 0 : 1;
    Object.assign(this.pauses, { least: metrics.pauses, most: metrics.pauses + coming });
    Object.assign(this.resumes, { least: metrics.resumes, most: metrics.resumes });
  }

  /** Remembers what is expected before the jobs are asked for; `compare` then ignores what was asked meanwhile. */
  snapshot(): { revision: number; desired: 'running' | 'paused' | undefined } {
    return { revision: this.revision, desired: this.desired };
  }

  /** What is not as the answers said. */
  compare(before: ReturnType<Expectations['snapshot']>, job: JobSnapshot): string[] {
    const wrong: string[] = [];
    if (job.state === 'failed') wrong.push(`failed: ${job.error?.code ?? ''} ${job.error?.message ?? ''}`);
    if ((job.lag ?? 0) < 0 || job.lost > 0) wrong.push(`lag ${job.lag ?? 'unknown'}, lost ${job.lost}`);
    if (before.revision !== this.revision || before.desired !== this.desired) return wrong;
    if (before.desired !== undefined && job.desired !== before.desired && job.state !== 'failed')
      wrong.push(`was answered to be ${before.desired}, and its desired state is ${job.desired}`);
    if (before.desired === 'paused' && job.state === 'paused') {
      const last = this.readAtPause;
      if (last?.revision === this.revision && last.recordsIn !== job.recordsIn)
        wrong.push(`read ${job.recordsIn - last.recordsIn} records while it was paused`);
      this.readAtPause = { revision: this.revision, recordsIn: job.recordsIn };
    }
    return wrong;
  }

  /** Whether pauses and resumes are counted as they were answered. */
  compareCounts({ metrics }: JobDetails): string[] {
    const pairs: [string, number, Count][] = [
      ['pauses', metrics.pauses, this.pauses],
      ['resumes', metrics.resumes, this.resumes],
    ];
    return pairs
      .filter(([, counted, { least, most }]) => counted < least || counted > most)
      .map(
        ([what, counted, { least, most }]) => `counts ${counted} ${what}, and ${least} to ${most} were made`,
      );
  }
}
