// The SJ3xx diagnostics: what running a statement would meet because of the state a job is in.
import { nearestName, quoteName } from '../../analysis/suggest';
import type { JobState } from '../../protocol/jobs';
import type { Statement } from '../../syntax/ast';
import type { Fix, Problem } from '../../syntax/problem';
import { shortState, sinceText } from './jobWords';
import type { JobUse } from './jobUses';
import type { KnownJobs } from './knownJobs';

/** Stable codes of the job diagnostics. */
export const jobCodes = {
  unknown: 'SJ301',
  alreadyPaused: 'SJ302',
  notRunning: 'SJ303',
  notPaused: 'SJ304',
  nameTaken: 'SJ305',
  versionTaken: 'SJ306',
  unknownVersion: 'SJ307',
  versionRuns: 'SJ308',
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

/** PAUSE or RESUME of a job in a state that they do not take. `planned`: the state is by an earlier statement of the script. */
export function wrongState(
  use: JobUse,
  statement: Statement,
  state: JobState,
  jobs: KnownJobs,
  planned: boolean,
): Problem {
  const name = use.name.text;
  const circumstances = planned ? 'by an earlier statement of this script' : sinceOf(name, jobs);
  const report = (code: Problem['code'], what: string, verb: string) => {
    const message = `${what} ${circumstances}`;
    // With IF EXISTS the state of a job is worth knowing, but no error.
    const severity = use.tolerant ? 'info' : 'error';
    return problem(use, code, severity, `${message}. Running this fails.`, [instead(verb, use, statement)]);
  };
  if (use.action === 'resume') {
    const ended = state === 'stopped' || state === 'failed' || state === 'stopping';
    const what = `${name} is not paused: it is ${state}`;
    return report(jobCodes.notPaused, what, ended ? 'RESTART JOB' : 'PAUSE JOB');
  }
  if (state === 'paused') return report(jobCodes.alreadyPaused, `${name} is already paused`, 'RESUME JOB');
  return report(jobCodes.notRunning, `Only a running job can be paused: ${name} is ${state}`, 'RESTART JOB');
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

function sinceOf(name: string, jobs: KnownJobs): string {
  const live = jobs.byName.get(name);
  return live === undefined ? 'now' : sinceText(live, jobs);
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
