// Every sentence the job server answers with when it refuses or fails, one function each.
import { StreamJobsError, type ErrorCode, type Span } from '../protocol/errors';
import type { JobState } from '../protocol/jobs';
import type { Loss } from './logCheck';
import type { PauseRequest } from './store';

/** What a refusal says of a job: its state, since when and why. Times are epoch milliseconds. */
export interface JobStanding {
  name: string;
  state: JobState;
  since: number;
  pause?: Pick<PauseRequest, 'by' | 'reason' | 'until'>;
  stopReason?: string;
  error?: { message: string };
  /** Records that a step under way has still to process. */
  stepLeft?: number;
}

/** A moment as people and logs read it: `2026-11-24 10:12:03 UTC`. */
export function moment(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** A name as it is written in a statement. */
export function written(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : `\`${name.replaceAll('`', '``')}\``;
}

/** `orders is paused since 2026-11-24 10:12:03 UTC by cli (reason: index rebuild)`. */
export function describeStanding(job: JobStanding, state: string = job.state): string {
  const since = `${job.name} ${job.state === 'failed' ? 'has' : 'is'} ${state} since ${moment(job.since)}`;
  switch (job.state) {
    case 'pausing':
    case 'paused': {
      const reason = job.pause?.reason === undefined ? '' : ` (reason: ${job.pause.reason})`;
      const until = job.pause?.until === undefined ? '' : `, until ${moment(job.pause.until)}`;
      return `${since}${job.pause === undefined ? '' : ` by ${job.pause.by}`}${reason}${until}`;
    }
    case 'stopped':
      return `${since}${job.stopReason === undefined ? '' : ` (${job.stopReason})`}`;
    case 'failed':
      return `${job.name} failed at ${moment(job.since)}${job.error === undefined ? '' : `: ${job.error.message.replace(/\.$/, '')}`}`;
    case 'starting':
    case 'running':
    case 'resuming':
    case 'stopping':
      return since;
  }
}

function error(code: ErrorCode, message: string, hint?: string, cause?: unknown): StreamJobsError {
  return new StreamJobsError(code, message, { ...(hint === undefined ? {} : { hint }), cause });
}

/** The next step for a job in this state. */
function nextStep(job: JobStanding): string | undefined {
  switch (job.state) {
    case 'pausing':
    case 'paused':
      return `RESUME JOB ${written(job.name)}`;
    case 'running':
      return `PAUSE JOB ${written(job.name)}`;
    case 'stopped':
    case 'failed':
      return `RESTART JOB ${written(job.name)}`;
    case 'starting':
    case 'resuming':
    case 'stopping':
      return undefined;
  }
}

function stepText({ name, stepLeft }: JobStanding): string | undefined {
  if (stepLeft === undefined) return undefined;
  const records = stepLeft === 1 ? 'last record' : `last ${stepLeft} records`;
  const job = written(name);
  return `It waits for the ${records} of a step, and is paused then: PAUSE JOB ${job} ends the step, RESUME JOB ${job} then reads on.`;
}

function lossText({ stream, unit, partition, position, start, end, how }: Loss): string {
  const place = `${stream} partition ${partition} stands at ${position ?? start ?? 0}`;
  switch (how) {
    case 'deleted': {
      const lost = (start ?? 0n) - (position ?? 0n);
      const bytes = unit === 'bytes' ? ' bytes' : '';
      return `${place}, the first record kept is ${start ?? 'unknown'}: ${lost}${bytes} lost`;
    }
    case 'recreated':
      return `${place} of a log that was deleted and made again (${end === null ? 'without this partition' : `it ends at ${end} now`})`;
    case 'shorter':
      return `${place}, but its log ends at ${end ?? 'unknown'} now`;
  }
}

function reasonOf(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  return text.replace(/\.$/, '');
}

export const messages = {
  jobNotFound(name: string, nearest: string[]): StreamJobsError {
    const hint =
      nearest.length === 0 ? 'SHOW JOBS lists the jobs there are.' : `Did you mean ${nearest.join(' or ')}?`;
    return error('JOB_NOT_FOUND', `There is no job ${name}.`, hint);
  },
  jobExists(job: JobStanding): StreamJobsError {
    return error(
      'JOB_EXISTS',
      `There is already a job ${job.name}: ${describeStanding(job)}.`,
      'Drop it first, use another name, or START JOB IF NOT EXISTS.',
    );
  },
  /** For PAUSE and STOP of a job that is in no state for it. */
  jobNotRunning(job: JobStanding): StreamJobsError {
    const already = job.state === 'paused' || job.state === 'stopped' ? `already ${job.state}` : job.state;
    return error('JOB_NOT_RUNNING', `${describeStanding(job, already)}.`, nextStep(job));
  },
  lookLate(name: string, ms: number): StreamJobsError {
    return error(
      'SOURCE_UNAVAILABLE',
      `Looking into ${name} took longer than ${ms / 1000} s.`,
      'Check that its sources can be reached and that the machine is not overloaded, then try again.',
    );
  },
  notUnderstood(name: string): StreamJobsError {
    return error(
      'NOT_SUPPORTED',
      `The statement of ${name} cannot be understood any more, so neither can its state.`,
      'SHOW STATUS and the server log say why: a table or a value it needs may be gone.',
    );
  },
  neverRead(name: string): StreamJobsError {
    return error(
      'JOB_NOT_RUNNING',
      `Where ${name} stands is not known: its checkpoint cannot be read.`,
      'SHOW STATUS and the server log say why.',
    );
  },
  /** For RESUME of a job that is not paused. */
  jobNotPaused(job: JobStanding): StreamJobsError {
    return error(
      'JOB_NOT_PAUSED',
      `${describeStanding(job)}; only a paused job can be resumed.`,
      job.state === 'running' ? stepText(job) : nextStep(job),
    );
  },
  /** For RESTART of a paused job. */
  beingDropped(name: string): StreamJobsError {
    return error('JOB_NOT_RUNNING', `${name} is being dropped.`, `DROP JOB ${written(name)} again.`);
  },
  pausedNotRestarted(job: JobStanding): StreamJobsError {
    return error(
      'JOB_NOT_RUNNING',
      `${describeStanding(job)}; a paused job is resumed, not restarted.`,
      nextStep(job),
    );
  },
  tooManyJobs(max: number): StreamJobsError {
    return error(
      'TOO_MANY_JOBS',
      `There are already ${max} jobs, the most this server keeps.`,
      'Drop a job that is no longer needed: DROP JOB name',
    );
  },
  tooManyRequests(name: string, max: number): StreamJobsError {
    return error(
      'BAD_REQUEST',
      `${max} requests already wait for ${name}.`,
      'Wait until some of them are answered.',
    );
  },
  pauseTimeout(name: string, ms: number): StreamJobsError {
    return error(
      'PAUSE_TIMEOUT',
      `${name} could not be paused within ${ms / 1000} s and goes on running.`,
      "A sink may be stuck. Try again, raise 'pause.timeout', or STOP JOB ... FORCE.",
    );
  },
  startTimeout(name: string, ms: number): StreamJobsError {
    return error(
      'SOURCE_UNAVAILABLE',
      `${name} did not begin to read within ${ms / 1000} s.`,
      'Check that its sources and sinks can be reached.',
    );
  },
  resumeTimeout(name: string, ms: number, trouble: string | undefined): StreamJobsError {
    const why = trouble === undefined ? '' : ` (${trouble.replace(/\.$/, '')})`;
    return error(
      'RESUME_TIMEOUT',
      `${name} did not read again within ${ms / 1000} s${why} and stays paused.`,
      'Check its sources, then RESUME it again.',
    );
  },
  /** What is said of a job while it waits. */
  waitsForMissing({ message }: StreamJobsError, ms: number): string {
    return `${message} The job waits ${ms / 1000} s for it and then fails.`;
  },
  closeTimeout(name: string, ms: number): StreamJobsError {
    return error('INTERNAL', `What ran ${name} did not close within ${ms / 1000} s.`);
  },
  stoppedMeanwhile(name: string): StreamJobsError {
    return error('STOPPED_MEANWHILE', `${name} was stopped or dropped before this was done.`);
  },
  /** `oldestAt`: when the oldest record that can still be read was written, epoch ms, where that is known. */
  dataLoss(name: string, losses: readonly Loss[], oldestAt: number | null): StreamJobsError {
    const parts = losses.map(lossText);
    const kept =
      oldestAt === null ? '' : ` The oldest record it could go on with was written at ${moment(oldestAt)}.`;
    const resume = `RESUME JOB ${written(name)}`;
    return error(
      'DATA_LOSS',
      `${name} cannot go on where it stopped: ${parts.join('; ')}.${kept}`,
      `${resume} ACCEPT DATA LOSS goes on with what is there; ${resume} FROM EARLIEST, LATEST or TIMESTAMP '...' goes on elsewhere.`,
    );
  },
  untilPast(until: number): StreamJobsError {
    return error(
      'BAD_REQUEST',
      `The pause would end at ${moment(until)}, which is past.`,
      'Give a moment to come, or FOR INTERVAL.',
    );
  },
  serverRunning(dataDir: string, pid: number | undefined): StreamJobsError {
    const who = pid === undefined ? 'Another stream job server' : `A stream job server (process ${pid})`;
    return error(
      'SERVER_RUNNING',
      `${who} already runs on ${dataDir}.`,
      'Use it, end it, or choose another --data-dir.',
    );
  },
  serverClosing(): StreamJobsError {
    return error('CANCELLED', 'The stream job server is ending.', 'Try again when it runs again.');
  },
  catalogCorrupt(file: string, cause: unknown): StreamJobsError {
    return error(
      'STATE_CORRUPT',
      `The server's catalog ${file} cannot be read: ${reasonOf(cause)}.`,
      'Put a copy back, or move the file away and start the jobs again.',
      cause,
    );
  },
  storage(file: string, cause: unknown): StreamJobsError {
    return error(
      'STORAGE',
      `${file} cannot be written: ${reasonOf(cause)}.`,
      'Check free space and permissions; then try again.',
      cause,
    );
  },
  notRecorded(name: string, state: string): StreamJobsError {
    return error(
      'STORAGE',
      `${name} is ${state}, but that could not be written to the data directory yet.`,
      'Check its free space; the server goes on trying.',
    );
  },
  tableExists(name: string, kind: string): StreamJobsError {
    return error(
      'TABLE_EXISTS',
      `There is already a ${kind} ${name}.`,
      'Drop it first, use another name, or CREATE ... IF NOT EXISTS.',
    );
  },
  tableNotFound(name: string, kind: string, nearest: string[]): StreamJobsError {
    const hint =
      nearest.length === 0
        ? 'SHOW TABLES lists the tables there are.'
        : `Did you mean ${nearest.join(' or ')}?`;
    return error('TABLE_NOT_FOUND', `There is no ${kind} ${name}.`, hint);
  },
  otherKind(name: string, kind: 'table' | 'view'): StreamJobsError {
    return error('TABLE_NOT_FOUND', `${name} is a ${kind}.`, `DROP ${kind.toUpperCase()} ${written(name)}`);
  },
  sinkInUse(table: string, target: string, writer: string): StreamJobsError {
    return error(
      'TABLE_IN_USE',
      `${target} (${table}) is already written by the job ${writer}; a file takes the rows of one job at a time.`,
      `STOP JOB ${written(writer)} first, or write to another path.`,
    );
  },
  tableInUse(name: string, users: string[], kind: 'job' | 'view'): StreamJobsError {
    const [first = '', ...more] = users;
    const others = more.length === 0 ? '' : ` and ${more.length} more`;
    return error(
      'TABLE_IN_USE',
      `${name} is used by the ${kind} ${first}${others}.`,
      kind === 'job' ? `DROP JOB ${written(first)} first.` : `DROP VIEW ${written(first)} first.`,
    );
  },
  placeholderUnset(placeholder: string, span: Span): StreamJobsError {
    const hint =
      'Set it in the environment of the server or in the settings, or give a default: ${NAME:default}';
    return new StreamJobsError('SYNTAX', `${placeholder} has no value.`, { hint, span });
  },
  placeholderUnfit(placeholder: string, value: string, span: Span): StreamJobsError {
    const hint = 'Put it in quotes if it is a text.';
    return new StreamJobsError(
      'SYNTAX',
      `The value of ${placeholder}, "${value}", is no name and no number.`,
      { hint, span },
    );
  },
  tableUnfilled(name: string, placeholder: string): StreamJobsError {
    return error(
      'BAD_OPTION',
      `${placeholder} in the options of ${name} has no value.`,
      'Set it in the environment of the server, or give a default: ${NAME:default}',
    );
  },
  tooManyTables(max: number): StreamJobsError {
    return error('TABLE_EXISTS', `There are already ${max} tables and views, the most this server keeps.`);
  },
  lettersLate(name: string, ms: number): StreamJobsError {
    return error('INTERNAL', `The dead letters of ${name} could not be read within ${ms / 1000} s.`);
  },
  /** RETRY DEAD LETTERS of a job that does not run. */
  lettersNotRetried(job: JobStanding): StreamJobsError {
    const why = job.state === 'paused' ? '; it processes nothing while paused' : '';
    return error('JOB_NOT_RUNNING', `${describeStanding(job)}${why}.`, nextStep(job));
  },
  retryLate(name: string, ms: number): StreamJobsError {
    return error(
      'SINK_UNAVAILABLE',
      `Trying the dead letters of ${name} again is not done after ${ms / 1000} s, and goes on.`,
      `SHOW DEAD LETTERS FOR ${written(name)} shows what is left. A sink may be stuck.`,
    );
  },
  noReceiver(): StreamJobsError {
    return error(
      'BAD_REQUEST',
      'A SELECT shows its rows as they come, and nobody is there to show them here.',
      'Run it in the editor, or as a job: START JOB name AS SELECT ...',
    );
  },
  tooManyPreviews(max: number): StreamJobsError {
    return error('BAD_REQUEST', `${max} previews run already.`, 'Stop one of them first.');
  },
  notAPreview(): StreamJobsError {
    return error('BAD_REQUEST', 'A preview takes one SELECT and nothing else.');
  },
  scriptTooLong(max: number): StreamJobsError {
    return error('BAD_REQUEST', `The script has more than ${max} characters.`, 'Run it in parts.');
  },
  portTaken(port: number, cause: unknown): StreamJobsError {
    return error(
      'BAD_OPTION',
      `Metrics cannot be served on port ${port}: ${reasonOf(cause)}.`,
      'Choose another --metrics-port.',
      cause,
    );
  },
  internal(what: string, cause: unknown): StreamJobsError {
    return error('INTERNAL', `${what}: ${reasonOf(cause)}.`, undefined, cause);
  },
};

/** Any error as one that can be shown. */
export function asError(cause: unknown, what: string): StreamJobsError {
  return cause instanceof StreamJobsError ? cause : messages.internal(what, cause);
}
