// The SJ3xx diagnostics: what running a statement would meet because of the state a job is in.
import { nearestName, quoteName } from '../../analysis/suggest';
import type { Statement } from '../../syntax/ast';
import type { Fix, Problem } from '../../syntax/problem';
import { shortState, sinceText } from './jobWords';
import type { JobUse } from './jobUses';
import type { KnownJobs } from './knownJobs';
import type { PlannedState } from './scriptJobs';

/** Stable codes of the job diagnostics. */
export const jobCodes = {
  unknown: 'SJ301',
  alreadyPaused: 'SJ302',
  notRunning: 'SJ303',
  notPaused: 'SJ304',
  nameTaken: 'SJ305',
} as const;

/** At most so many jobs are named when none is near. */
const namedJobsMax = 5;

export function unknownJob(use: JobUse, names: string[], jobs: KnownJobs): Problem {
  const near = nearestName(use.name.text, names);
  if (near === undefined) {
    const known = names.slice(0, namedJobsMax).join(', ');
    const more = names.length > namedJobsMax ? ', ...' : '';
    const list = names.length === 0 ? 'No job exists now.' : `Jobs now: ${known}${more}.`;
    return problem(use, jobCodes.unknown, 'error', `There is no job ${use.name.text}. ${list}`, []);
  }
  const live = jobs.byName.get(near);
  const state = live === undefined ? 'started by this script' : shortState(live, jobs);
  const message = `There is no job ${use.name.text}. Did you mean ${near} (${state})?`;
  return problem(use, jobCodes.unknown, 'error', message, [replaceName(use, near)]);
}

export function alreadyPaused(
  use: JobUse,
  statement: Statement,
  jobs: KnownJobs,
  planned: PlannedState | undefined,
): Problem {
  const name = use.name.text;
  const message = `${name} is already paused ${circumstances(name, jobs, planned)}. Running this fails.`;
  return stateProblem(use, jobCodes.alreadyPaused, message, [instead('RESUME JOB', use, statement)]);
}

export function notRunning(
  use: JobUse,
  statement: Statement,
  jobs: KnownJobs,
  planned: PlannedState | undefined,
): Problem {
  const name = use.name.text;
  const state = planned ?? jobs.byName.get(name)?.state ?? 'stopped';
  const message = `${name} is ${state} ${circumstances(name, jobs, planned)}; only a running job can be paused. Running this fails.`;
  return stateProblem(use, jobCodes.notRunning, message, [instead('RESTART JOB', use, statement)]);
}

export function notPaused(
  use: JobUse,
  statement: Statement,
  jobs: KnownJobs,
  planned: PlannedState | undefined,
): Problem {
  const name = use.name.text;
  const state = planned ?? jobs.byName.get(name)?.state ?? 'running';
  const message = `${name} is not paused: it is ${state} ${circumstances(name, jobs, planned)}. Running this fails.`;
  const verb =
    state === 'stopped' || state === 'failed' || state === 'stopping' ? 'RESTART JOB' : 'PAUSE JOB';
  return stateProblem(use, jobCodes.notPaused, message, [instead(verb, use, statement)]);
}

/** Only information: a file that defines a job keeps its START statement after it was run. */
export function nameTaken(use: JobUse, jobs: KnownJobs): Problem {
  const name = use.name.text;
  const live = jobs.byName.get(name);
  const state = live === undefined ? 'started earlier in this script' : shortState(live, jobs);
  const subject =
    use.implied === true
      ? `This makes a job named ${name}, and there is already one (${state}).`
      : `There is already a job ${name} (${state}).`;
  const start = use.name.span.start;
  const ifNotExists: Fix = {
    title: 'Insert IF NOT EXISTS',
    span: { start, end: start },
    text: 'IF NOT EXISTS ',
    preferred: false,
  };
  const fixes = use.implied === true ? [] : [ifNotExists];
  return problem(use, jobCodes.nameTaken, 'info', `${subject} Running this fails.`, fixes);
}

function circumstances(name: string, jobs: KnownJobs, planned: PlannedState | undefined): string {
  if (planned !== undefined) return 'by an earlier statement of this script';
  const live = jobs.byName.get(name);
  return live === undefined ? 'now' : sinceText(live, jobs);
}

/** With IF EXISTS the state of a job is worth knowing, but no error. */
function stateProblem(use: JobUse, code: Problem['code'], message: string, fixes: Fix[]): Problem {
  return problem(use, code, use.tolerant ? 'info' : 'error', message, fixes);
}

function problem(
  use: JobUse,
  code: Problem['code'],
  severity: Problem['severity'],
  message: string,
  fixes: Fix[],
): Problem {
  return { code, severity, message, span: use.name.span, fixes };
}

function replaceName(use: JobUse, name: string): Fix {
  return { title: `Change to ${name}`, span: use.name.span, text: quoteName(name), preferred: true };
}

/** The other verb for the whole statement, whose clauses it would not take. */
function instead(verb: string, use: JobUse, statement: Statement): Fix {
  const text = `${verb} ${quoteName(use.name.text)}`;
  return { title: text, span: statement.span, text, preferred: false };
}
