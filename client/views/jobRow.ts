// A job as a row of the Jobs tree: pure, so that what every state shows and offers can be tested.
import type { JobSnapshot, JobState, VersionBrief } from '../../server/protocol/jobs';
import { nearMs } from '../horizon';
import { count, describeJob, span } from '../../server/protocol/jobText';

export interface Row {
  /** Stable: keeps selection and expansion over changes. */
  id: string;
  label: string;
  description: string;
  icon: { id: string; color?: string };
  /** Words that the manifest's `when` clauses match. */
  contextValue: string;
  /** The row in words, for screen readers. */
  accessibleLabel: string;
}

const icons: Record<JobState, Row['icon']> = {
  starting: { id: 'loading~spin' },
  running: { id: 'sync', color: 'charts.green' },
  pausing: { id: 'loading~spin' },
  paused: { id: 'debug-pause', color: 'charts.yellow' },
  resuming: { id: 'loading~spin' },
  stopping: { id: 'loading~spin' },
  // Its own colour is red, as if something were wrong.
  stopped: { id: 'debug-stop', color: 'disabledForeground' },
  failed: { id: 'error', color: 'errorForeground' },
};

/** What may be done with a job in each state. Pause or Resume, never both; in a transition only Stop. */
const abilities: Record<JobState, string> = {
  starting: 'canStop',
  running: 'canPause canStop canRestart canQuery canDrop',
  pausing: 'canStop',
  paused: 'canResume canStep canPeek canStop canRestart canQuery canDrop',
  resuming: 'canStop',
  stopping: '',
  stopped: 'canRestart canPeek canQuery canDrop',
  failed: 'canRestart canPeek canQuery canDrop',
};

/** `job paused canResume ...` */
export function jobContextValue(job: Ability): string {
  return ['job', job.state, ...abilitiesOf(job)].join(' ');
}

/** Whether an action such as `canPause` is offered for a job. */
export function can(job: Ability, ability: string): boolean {
  return abilitiesOf(job).includes(ability);
}

type Ability = Pick<JobSnapshot, 'state' | 'depth' | 'deadLetters' | 'versions'>;

function abilitiesOf({ state, depth, deadLetters, versions = [] }: Ability): string[] {
  const found = abilities[state].split(' ').filter((word) => word !== '');
  if (state === 'running' || (state === 'paused' && depth === 'warm')) found.push('canGoCold');
  if (canRollBack(versions) && found.includes('canDrop')) found.push('canRollBack');
  if ((deadLetters?.kept ?? 0) > 0)
    found.push('hasLetters', ...(state === 'running' ? ['canRetryLetters'] : []));
  return found;
}

/** Whether there is a version to go back to. */
function canRollBack(versions: readonly VersionBrief[]): boolean {
  return versions.some(({ state }) => state !== 'active' && state !== 'deploying');
}

/** The row of a job at `now`, epoch ms. */
export function jobRow(job: JobSnapshot, now: number): Row {
  const description =
    describeJob(job, now) + stepping(job) + resumesIn(job, now) + deletesIn(job, now) + warned(job);
  return {
    id: `job:${job.name}`,
    label: job.name,
    description,
    icon: losing(job, now) ? { id: icons[job.state].id, color: 'charts.red' } : icons[job.state],
    contextValue: jobContextValue(job),
    accessibleLabel: `Job ${job.name}, ${job.state}: ${inWords(description)}`,
  };
}

/** A row as one string: two equal ones need no refresh. */
export function rowText(row: Row): string {
  return JSON.stringify(row);
}

function resumesIn(job: JobSnapshot, now: number): string {
  const until = job.pause?.until;
  if (job.state !== 'paused' || until === undefined) return '';
  return ` · resumes in ${span(Math.max(0, Date.parse(until) - now))}`;
}

/** A job that processes a given number of records. */
function stepping({ step, state }: JobSnapshot): string {
  if (step === undefined || state === 'paused') return '';
  return ` · step: ${count(step.records - step.left)} of ${count(step.records)}`;
}

/** A paused job that has lost unread records, or will soon. */
function losing({ state, lost, retentionHorizon }: JobSnapshot, now: number): boolean {
  if (state !== 'paused') return false;
  return lost > 0 || (retentionHorizon !== undefined && Date.parse(retentionHorizon) - now < nearMs);
}

function deletesIn(job: JobSnapshot, now: number): string {
  const { retentionHorizon, state } = job;
  if (state !== 'paused' || retentionHorizon === undefined) return '';
  const ms = Date.parse(retentionHorizon) - now;
  const near = ms < nearMs ? '⚠ ' : '';
  return ms > 0
    ? ` · ${near}oldest unread is deleted in ${span(ms)}`
    : ` · ${near}the oldest unread may be deleted now`;
}

function warned(job: JobSnapshot): string {
  const { kept = 0, retried = 0 } = job.deadLetters ?? {};
  const others = job.recordsFailed - kept - retried;
  const letters = kept > 0 ? ` · ${kept === 1 ? '1 dead letter' : `${count(kept)} dead letters`}` : '';
  const failed = others > 0 ? ` · ${count(others)} failed records` : '';
  // What retention did and will do stands in the row anyway.
  const [warning] = job.warnings.filter((each) => !/\bretention\b/i.test(each));
  return letters + failed + (warning === undefined ? '' : ` · ⚠ ${warning}`);
}

function inWords(text: string): string {
  return text
    .replaceAll(' · ', ', ')
    .replaceAll('/s', ' per second')
    .replaceAll('…', '')
    .replaceAll('⚠ ', '');
}
