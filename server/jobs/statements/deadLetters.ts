// SHOW DEAD LETTERS and RETRY DEAD LETTERS.
import type { DeadLetter, RetryOutcome } from '../../engine/engine';
import type { Cell } from '../../protocol/results';
import type { RetryDeadLetters, Show } from '../../syntax/ast';
import type { Job } from '../job';
import { asError, written } from '../messages';
import { on } from '../scripts';
import { readable, shownBytesMax } from './bytesText';
import { said, tabled, type Outcome, type StatementContext } from './context';

/** Most letters in one answer. */
const shownMax = 1_000;

const columns = [
  'number',
  'job',
  'stream',
  'partition',
  'offset',
  'timestamp',
  'error',
  'key',
  'value',
  'failed_at',
  'attempts',
];

/** The newest first. Jobs that are known to have none are not asked. */
export async function showDeadLetters({ name }: Show, { jobs }: StatementContext): Promise<Outcome> {
  const asked = name === undefined ? jobs.list().filter(mayHaveLetters) : [named(name, jobs)];
  const found: { job: string; letter: DeadLetter }[] = [];
  const unknown: string[] = [];
  // One after the other: of jobs that are not open each database is opened for it.
  for (const job of asked) {
    try {
      for (const letter of await job.deadLetters(shownMax, shownBytesMax))
        found.push({ job: job.name, letter });
    } catch (error) {
      if (name !== undefined) throw on(name.span, error);
      unknown.push(`unknown for ${job.name}: ${asError(error, job.name).message}`);
    }
  }
  found.sort((a, b) => b.letter.failedAt - a.letter.failedAt || b.letter.number - a.letter.number);
  const rows = found.slice(0, shownMax).map(({ job, letter }) => rowOf(job, letter));
  const outcome = tabled(columns, rows, 'dead letter');
  const kept = asked.reduce((sum, job) => sum + (job.snapshot().deadLetters?.kept ?? 0), 0);
  const count =
    unknown.length === 0 && kept > rows.length
      ? `The newest ${rows.length} of ${kept} dead letters`
      : outcome.message;
  return { ...outcome, message: [count, ...unknown].join('; ') };
}

/** Answers when every letter was tried, or the job was paused or ended meanwhile. */
export async function retryDeadLetters(
  { name, letter }: RetryDeadLetters,
  { jobs }: StatementContext,
): Promise<Outcome> {
  try {
    return said(retried(name.text, await jobs.get(name.text).retryDeadLetters(letter?.number)));
  } catch (error) {
    throw on(letter?.span ?? name.span, error);
  }
}

function named(name: NonNullable<Show['name']>, jobs: StatementContext['jobs']): Job {
  try {
    return jobs.get(name.text);
  } catch (error) {
    throw on(name.span, error);
  }
}

function mayHaveLetters(job: Job): boolean {
  return job.snapshot().deadLetters?.kept !== 0;
}

function rowOf(job: string, letter: DeadLetter): Cell[] {
  const { number, stream, partition, offset, timestamp, error, key, value, failedAt, attempts } = letter;
  return [
    number,
    job,
    stream,
    partition,
    offset === null ? null : String(offset),
    timestamp === null ? null : new Date(timestamp).toISOString(),
    error,
    readable(key),
    readable(value),
    new Date(failedAt).toISOString(),
    attempts,
  ];
}

/** `3 dead letters of orders succeeded, 1 failed again.` */
function retried(name: string, { succeeded, failed, unfit, left }: RetryOutcome): string {
  if (succeeded + failed + unfit + left === 0) return `${name} has no dead letters.`;
  const letters = succeeded === 1 ? 'dead letter' : 'dead letters';
  const parts = [`${succeeded} ${letters} of ${name} succeeded`, `${failed} failed again`];
  if (unfit > 0)
    parts.push(
      `${unfit} cannot be tried: not all bytes are kept, or the query does not read that stream any more`,
    );
  if (left > 0) parts.push(`${left} were not tried because the job did not go on running`);
  const next = failed + unfit + left > 0 ? ` SHOW DEAD LETTERS FOR ${written(name)} shows what is left.` : '';
  return `${parts.join(', ')}.${next}`;
}
