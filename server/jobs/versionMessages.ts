// What DEPLOY and ROLLBACK answer when they refuse or fail, and what they add when they are done.
import type { PlanChange } from '../engine/planChange';
import { StreamJobsError } from '../protocol/errors';
import { describeStanding, written, type JobStanding } from './messages';
import type { CanaryRecord } from './store';

export const versionMessages = {
  exists(name: string, version: string, taken: string[]): StreamJobsError {
    return new StreamJobsError('VERSION_EXISTS', `There was already a version '${version}' of ${name}.`, {
      hint: `Give the new version another name; those used are ${list(taken)}.`,
    });
  },
  onItsWay(name: string, version: string): StreamJobsError {
    return new StreamJobsError('VERSION_EXISTS', `Version '${version}' of ${name} is being deployed.`, {
      hint: `Try again when that is done; SHOW VERSIONS ${written(name)} says how it ended. PAUSE JOB ${written(name)} ends it.`,
    });
  },
  notFound(name: string, version: string, known: string[]): StreamJobsError {
    return new StreamJobsError('VERSION_NOT_FOUND', `${name} has no version '${version}'.`, {
      hint: `Its versions are ${list(known)}.`,
    });
  },
  nonePrevious(name: string): StreamJobsError {
    return new StreamJobsError('VERSION_NOT_FOUND', `${name} has no earlier version to go back to.`, {
      hint: `SHOW JOB VERSIONS ${written(name)}`,
    });
  },
  runsAlready(name: string, version: string): StreamJobsError {
    return new StreamJobsError('VERSION_EXISTS', `${name} is at version '${version}' already.`);
  },
  hasCanary(name: string, present: string, { version, percent }: CanaryRecord): StreamJobsError {
    return new StreamJobsError(
      'VERSION_EXISTS',
      `${name} has a canary: version '${version}' has ${percent} % of the keys of version '${present}'.`,
      {
        hint: `DEPLOY '${version}' with STRATEGY REPLACE gives it all keys, ROLLBACK JOB ${written(name)} none.`,
      },
    );
  },
  anotherQuery(name: string, { version }: CanaryRecord): StreamJobsError {
    return new StreamJobsError(
      'VERSION_EXISTS',
      `This is another query than the one version '${version}' of ${name} runs as a canary.`,
      { hint: `DEPLOY the same query, or ROLLBACK JOB ${written(name)} and give this one another name.` },
    );
  },
  notShared(name: string, version: string, why: string): StreamJobsError {
    return new StreamJobsError(
      'NOT_SUPPORTED',
      `Version '${version}' of ${name} cannot share the keys: ${why}.`,
      {
        hint: 'STRATEGY BLUE_GREEN tries it on all records, unseen, before it takes over; REPLACE goes back if it fails.',
      },
    );
  },
  notSettled(job: JobStanding): StreamJobsError {
    return new StreamJobsError(
      'JOB_NOT_RUNNING',
      `${describeStanding(job)}; a job that does not read yet cannot be replaced.`,
      { hint: 'Wait until it runs, or STOP it first.' },
    );
  },
  stateDiffers(name: string, version: string, change: PlanChange): StreamJobsError {
    const lost = change.lost.map(({ description }) => `${description} of the present version would be lost`);
    const empty = change.empty.map(({ description, kind }) =>
      kind === 'values'
        ? `${description} come once, when a job first starts, and would not come again`
        : `${description} would begin empty`,
    );
    return new StreamJobsError(
      'STATE_DIFFERS',
      `Version '${version}' of ${name} cannot go on with the state there is: ${[...lost, ...empty].join('; ')}.`,
      { hint: "WITH ('state' = 'discard') begins at the present position all the same; DEPLOY it so." },
    );
  },
  /** `after` says what became of the job. */
  failed(name: string, version: string, cause: StreamJobsError, after: string): StreamJobsError {
    return new StreamJobsError(
      'DEPLOY_FAILED',
      `Version '${version}' of ${name} failed: ${sentence(cause.message)} ${after}`,
      { ...(cause.hint === undefined ? {} : { hint: cause.hint }), cause },
    );
  },
  /** `error`: the first one, where it is known. */
  tookNone(records: number, error: string | undefined): StreamJobsError {
    const failed =
      records === 1 ? 'The one record it read failed' : `Each of the ${records} records it read failed`;
    const why = error === undefined ? '' : `${records === 1 ? '' : ', the first'} with: ${error}`;
    return new StreamJobsError('BAD_RECORD', sentence(`${failed}${why}`), {
      hint: 'The version before takes them now. If they are bad for that one too, it passes them, and another DEPLOY does not meet them.',
    });
  },
  /** Of a version that came while the job was paused: it has not read, so nothing is known of it yet. */
  untried(name: string): string {
    return `It begins when the job is resumed; should it fail then, ROLLBACK JOB ${written(name)} goes back.`;
  },
  /** Of a version that came while no record did. */
  nothingCame(name: string): string {
    return `No record came while it was on probation; should it fail later, ROLLBACK JOB ${written(name)} goes back.`;
  },
  notBeside(job: JobStanding): StreamJobsError {
    return new StreamJobsError(
      'JOB_NOT_RUNNING',
      `${describeStanding(job)}; BLUE_GREEN runs beside a running job.`,
      {
        hint: 'STRATEGY REPLACE takes over from a job in any state.',
      },
    );
  },
  notCaughtUp(name: string, version: string, ms: number): StreamJobsError {
    return new StreamJobsError(
      'DEPLOY_FAILED',
      `Version '${version}' did not catch up with ${name} within ${Math.round(ms / 1000)} s.`,
      { hint: 'The present version may read faster than the new one.' },
    );
  },
  beginsAhead(name: string, version: string, stream: string): StreamJobsError {
    return new StreamJobsError(
      'STATE_DIFFERS',
      `Version '${version}' of ${name} cannot be filled from the log: by its startup mode ${stream} begins behind where the job is.`,
      { hint: "STRATEGY REPLACE WITH ('state' = 'discard') begins with empty windows." },
    );
  },
  givenUp(name: string, version: string): StreamJobsError {
    return new StreamJobsError(
      'STOPPED_MEANWHILE',
      `Version '${version}' of ${name} was given up: another request for the job came before it had caught up.`,
    );
  },
  carryOverTimeout(name: string, ms: number): StreamJobsError {
    return new StreamJobsError('STORAGE', `The state of ${name} could not be copied within ${ms / 1000} s.`);
  },
};

/** What changes with a version besides its query: sentences, none when nothing does. */
export function remarks(change: PlanChange): string[] {
  const { lost, empty, sourcesAdded, sourcesRemoved, sinksRemoved } = change;
  const windows = empty.filter(({ kind }) => kind === 'window');
  return [
    ...lost.map(({ description }) => `What ${description} had gathered was discarded.`),
    ...windows.map(({ description }) => `${capital(description)} began empty.`),
    ...sourcesAdded.map((table) => `${table} is read from where its 'scan.startup.mode' says.`),
    ...sourcesRemoved.map(
      (table) => `${table} is not read any more; where the job stood in it is forgotten.`,
    ),
    ...sinksRemoved.map((table) => `${table} is not written any more.`),
  ];
}

export function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function list(versions: string[]): string {
  return versions.map((version) => `'${version}'`).join(', ');
}
