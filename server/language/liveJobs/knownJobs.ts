// What the language server knows of live jobs: the last snapshot it was told, or nothing at all.
import { ageChangesIn } from '../../protocol/jobText';
import type { JobBrief, JobState } from '../../protocol/jobs';
import type { JobsParams } from '../../protocol/languageServer';

/** The live jobs at a moment. No snapshot received is `undefined`, which is not "no job exists". */
export interface KnownJobs {
  /** Now, epoch milliseconds, by the clock of who took the snapshot: durations are counted up to it. */
  readonly at: number;
  byName: ReadonlyMap<string, JobBrief>;
}

export function knownJobs(params: JobsParams): KnownJobs {
  const [taken, received] = [Date.parse(params.at), performance.now()];
  return {
    get at() {
      return taken + performance.now() - received;
    },
    byName: new Map(params.jobs.map((job) => [job.name, job])),
  };
}

/** In how many ms a job is shown with another age. Undefined while none is shown with one. */
export function nextAge({ at, byName }: KnownJobs): number | undefined {
  const paused = [...byName.values()].filter(({ state }) => state === 'paused');
  return paused.length === 0 ? undefined : Math.min(...paused.map(({ since }) => ageChangesIn(since, at)));
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
