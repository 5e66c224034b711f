// PAUSE and RESUME of one, several, like-named or all jobs; STOP of several. Each job gets its own row.
import { StreamJobsError, type Span } from '../../protocol/errors';
import type { Cell, JobDataLoss } from '../../protocol/results';
import { movedText } from '../../protocol/jobText';
import type { JobDetails } from '../../protocol/jobs';
import type { ResumeFrom } from '../../protocol/rpc';
import type { ChangeJobs, Name, StopJob } from '../../syntax/ast';
import type { Job } from '../job';
import { asError } from '../messages';
import { on } from '../scripts';
import { like, said, type Outcome, type StatementContext } from './context';
import { comingMoment, moment } from './moments';

interface Target {
  name: string;
  span: Span;
}
interface Answer {
  name: string;
  span: Span;
  details?: JobDetails;
  error?: StreamJobsError;
  /** It is not there, and need not be. */
  missing?: true;
}
interface Verb {
  /** `paused`, as in the answers. */
  done: string;
  /** Beside it, how it was done. */
  how?: (details: JobDetails) => string;
  /** In place of both, what has become of the job. */
  told?: (details: JobDetails) => string;
  act: (job: Job) => Promise<JobDetails>;
  /** A job that was refused for a data loss may go on accepting it. */
  acceptable?: true;
}

export async function changeJobs(statement: ChangeJobs, context: StatementContext): Promise<Outcome> {
  const verb =
    statement.kind === 'pauseJobs' ? pauseVerb(statement, context) : resumeVerb(statement, context);
  const { target } = statement;
  if (target.kind === 'names') {
    return toNames(target.names, target.ifExists, verb, context);
  }
  const fits = statement.kind === 'pauseJobs' ? mayPause(statement.cold !== undefined) : mayResume;
  const matches = target.kind === 'like' ? like(target.pattern.text) : () => true;
  const names = context.jobs.list().filter((job) => fits(job) && matches(job.name));
  if (names.length === 0) return said(`No job to be ${verb.done}.`);
  return toTargets(
    names.map(({ name }) => ({ name, span: statement.span })),
    false,
    verb,
    context,
  );
}

/** Of many jobs only those are meant that the verb fits: the others are as wanted already. */
function mayPause(cold: boolean): (job: Job) => boolean {
  return ({ state, depth }) =>
    ['running', 'starting', 'resuming'].includes(state) ||
    (cold && (state === 'pausing' || depth === 'warm'));
}
function mayResume({ state }: Job): boolean {
  return state === 'paused' || state === 'pausing';
}

export function stopJobs(statement: StopJob, context: StatementContext): Promise<Outcome> {
  const act = (job: Job) => job.stop(context.by, statement.force);
  return toNames(statement.names, statement.ifExists, { done: 'stopped', act }, context);
}

function pauseVerb(statement: ChangeJobs, { by, clock }: StatementContext): Verb {
  const { reason, length, until, cold } = statement;
  const options = {
    by,
    ...(reason === undefined ? {} : { reason: reason.text }),
    ...(length === undefined ? {} : { forMs: length.ms }),
    ...(until === undefined ? {} : { until: comingMoment(until, clock.now()) }),
    ...(cold === undefined ? {} : { cold: true }),
  };
  const how = ({ depth }: JobDetails) =>
    depth === 'cold' ? ', cold: it keeps no connection and no memory' : '';
  return { done: 'paused', how, act: (job) => job.pause(options) };
}

function resumeVerb({ from, acceptDataLoss, records }: ChangeJobs, { by, clock }: StatementContext): Verb {
  const options = {
    by,
    ...(from === undefined ? {} : { from: resumeFrom(from, clock.now()) }),
    ...(acceptDataLoss === undefined ? {} : { acceptDataLoss: true }),
    ...(records === undefined ? {} : { records: records.count }),
  };
  const act = (job: Job) => job.resume(options);
  if (records === undefined) return { done: 'resumed', act, how: resumeNotes, acceptable: true };
  return { done: 'resumed', told: (details) => afterStep(details, records.count), act };
}

/** What became of a job that was to process so many records. */
function afterStep({ name, state, step, pause, stopReason }: JobDetails, records: number): string {
  if (step !== undefined)
    return `${name} has processed ${records - step.left} of ${records} records and waits for ${step.left} more; PAUSE JOB ends the wait.`;
  if (state === 'paused' && pause?.reason === 'step')
    return `${name} has processed ${records === 1 ? '1 record' : `${records} records`} and is paused again.`;
  return `${name} is ${state}${stopReason === undefined ? '' : ` (${stopReason})`}.`;
}

/** What the resume did besides going on where the job stood. */
function resumeNotes({ pauseHistory }: JobDetails): string {
  const { moved = [], notes = [] } = pauseHistory.at(-1) ?? {};
  const records = movedText(moved);
  const parts = [
    records === undefined ? '' : `: ${records}`,
    ...notes.map((note) => note.replace(/\.$/, '')),
  ];
  return parts.join('. ');
}

export function resumeFrom(
  { kind, timestamp, span }: NonNullable<ChangeJobs['from']>,
  now: number,
): ResumeFrom {
  return kind === 'timestamp' ? { kind, at: moment(timestamp ?? { text: '', span }, now) } : { kind };
}

function toNames(names: Name[], ifExists: boolean, verb: Verb, context: StatementContext): Promise<Outcome> {
  const once = new Map(names.map(({ text, span }) => [text, { name: text, span }]));
  return toTargets([...once.values()], ifExists, verb, context);
}

/** All at once: one that fails or waits does not hold up the others. */
async function toTargets(
  targets: Target[],
  ifExists: boolean,
  verb: Verb,
  context: StatementContext,
): Promise<Outcome> {
  const answers = await Promise.all(targets.map((target) => answerOf(target, ifExists, verb, context)));
  const [only] = answers;
  if (only !== undefined && answers.length === 1) return alone(only, verb);
  const done = answers.filter(({ details }) => details !== undefined).length;
  const failed = answers.filter(({ error }) => error !== undefined);
  const outcome = {
    message: `${done} of ${answers.length} jobs ${verb.done}.`,
    columns: ['job', 'result', 'message'],
    rows: answers.map((answer) => rowOf(answer, verb)),
  };
  const first = failed[0]?.error;
  if (first === undefined) return { ok: true, ...outcome };
  const message =
    failed.length === 1 ? first.message : `${failed.length} jobs could not be ${verb.done}. ${first.message}`;
  const { code, hint } = first;
  const error = new StreamJobsError(code, message, hint === undefined ? {} : { hint });
  return { ok: false, ...outcome, error, ...lossesOf(answers, verb) };
}

/** One job's refusal is the statement's, on its name. */
function alone(answer: Answer, verb: Verb): Outcome {
  const { name, span, error, missing } = answer;
  if (error !== undefined)
    return { ok: false, error: asError(on(span, error), name), ...lossesOf([answer], verb) };
  return said(missing === true ? notice(name) : doneSentence(answer, verb));
}

function lossesOf(answers: Answer[], { acceptable }: Verb): { dataLoss?: JobDataLoss[] } {
  if (acceptable !== true) return {};
  const dataLoss = answers.flatMap(({ name, error }) =>
    error?.code === 'DATA_LOSS' ? [{ job: name, message: error.message }] : [],
  );
  return dataLoss.length === 0 ? {} : { dataLoss };
}

function doneSentence({ name, details }: Answer, verb: Verb): string {
  if (details !== undefined && verb.told !== undefined) return verb.told(details);
  const how = details === undefined ? undefined : verb.how?.(details);
  return `${name} is ${verb.done}${how ?? ''}.`;
}

function rowOf(answer: Answer, verb: Verb): Cell[] {
  const { name, error, missing, details } = answer;
  if (error !== undefined) return [name, error.code, error.message];
  if (missing === true) return [name, 'skipped', notice(name)];
  return [name, details?.state ?? verb.done, doneSentence(answer, verb)];
}

async function answerOf(
  { name, span }: Target,
  ifExists: boolean,
  verb: Verb,
  { jobs }: StatementContext,
): Promise<Answer> {
  if (ifExists && jobs.find(name) === undefined) return { name, span, missing: true };
  try {
    return { name, span, details: await verb.act(jobs.get(name)) };
  } catch (error) {
    return { name, span, error: asError(error, name) };
  }
}

export function notice(name: string): string {
  return `There is no job ${name}: nothing to do.`;
}
