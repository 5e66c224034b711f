// What the language server knows of live jobs: the last snapshot it was told, or nothing at all.
import type { JobBrief, JobState } from '../../protocol/jobs';
import type { JobsParams } from '../../protocol/languageServer';

/** The live jobs at a moment. No snapshot received is `undefined`, which is not "no job exists". */
export interface KnownJobs {
  /** When the snapshot was taken, epoch milliseconds: durations are counted up to it. */
  at: number;
  byName: ReadonlyMap<string, JobBrief>;
}

export function knownJobs(params: JobsParams): KnownJobs {
  return { at: Date.parse(params.at), byName: new Map(params.jobs.map((job) => [job.name, job])) };
}

/** Whether PAUSE acts on a job in this state, or joins a pause that is under way. */
export function canPause(state: JobState): boolean {
  return state === 'running' || state === 'starting' || state === 'resuming' || state === 'pausing';
}

/** Whether RESUME acts on a job in this state, or joins a resume that is under way. */
export function canResume(state: JobState): boolean {
  return state === 'paused' || state === 'pausing' || state === 'resuming';
}

/** The -ing states, which end by themselves. `running` is not one of them. */
export function isTransition(state: JobState): boolean {
  return state !== 'running' && state.endsWith('ing');
}
