// Numbers, names and texts that statements and requests give, each with its bounds: what the editor underlines is what
// the server refuses, in the same words.
import { StreamJobsError, type ErrorCode, type Span } from '../protocol/errors';
import type { Statement } from '../syntax/ast';
import { hasPlaceholder } from '../syntax/placeholders';
import { readMoment } from './moments';

export const bounds = {
  /** Most records of one RESUME ... FOR n RECORDS. */
  stepRecordsMax: 1_000_000,
  /** Most records one PEEK shows. */
  peekRecordsMax: 1_000,
  /** Longest name of a job, a version, a table. */
  nameCharsMax: 100,
  reasonCharsMax: 500,
} as const;

/** Why a value is refused; undefined for one that is within its bounds. */
type Refusal = StreamJobsError | undefined;

const jobForm = /^[\p{L}_][\p{L}\p{N}_.-]*$/u;
/** Something to see, on one line. */
const versionForm = /^(?=.*\S)\P{C}+$/u;

export function isJobName(name: string): boolean {
  return name.length <= bounds.nameCharsMax && jobForm.test(name);
}

export function wrongJobName(name: string): Refusal {
  if (isJobName(name)) return undefined;
  const hint = `A name has letters, digits, "_", "-" or ".", begins with a letter or "_", and has at most ${bounds.nameCharsMax} characters.`;
  return refusal('BAD_NAME', `"${shortened(name)}" is no name for a job.`, hint);
}

export function wrongTableName(name: string): Refusal {
  if (name.length <= bounds.nameCharsMax) return undefined;
  const hint = `A name has at most ${bounds.nameCharsMax} characters.`;
  return refusal('BAD_NAME', `"${shortened(name)}" is no name for a table.`, hint);
}

export function wrongStep(records: number): Refusal {
  const { stepRecordsMax: max } = bounds;
  if (isCount(records, max)) return undefined;
  const hint = 'Without FOR n RECORDS the job processes all there are.';
  return refusal('BAD_REQUEST', `A step is of 1 to ${max} records, not of ${records}.`, hint);
}

export function wrongPeek(records: number): Refusal {
  const { peekRecordsMax: max } = bounds;
  if (isCount(records, max)) return undefined;
  return refusal('BAD_REQUEST', `PEEK shows 1 to ${max} records, not ${records}.`);
}

export function wrongReason(reason: string): Refusal {
  const { reasonCharsMax: max } = bounds;
  if (reason.length <= max) return undefined;
  return refusal('BAD_REQUEST', `The reason has more than ${max} characters.`);
}

/** How long a pause is to last. */
export function wrongLength(ms: number): Refusal {
  if (ms > 0) return undefined;
  return refusal('BAD_REQUEST', 'A pause lasts longer than nothing.', "FOR INTERVAL '30' MINUTE");
}

export function wrongMoment(text: string): Refusal {
  if (!Number.isNaN(readMoment(text, 0, 1))) return undefined;
  const hint = "Write it like 2026-11-24T10:12:00Z or TIMESTAMP '2026-11-24 10:12:00'.";
  return refusal('BAD_REQUEST', `"${text}" is no moment.`, hint);
}

/** What of a statement is out of its bounds, and where. What a placeholder leaves open is not. */
export function outOfBounds(statement: Statement): { error: StreamJobsError; span: Span }[] {
  return valuesOf(statement).flatMap(({ span, error }) => (error === undefined ? [] : [{ error, span }]));
}

interface Checked {
  span: Span;
  error: Refusal;
}

function valuesOf(statement: Statement): Checked[] {
  switch (statement.kind) {
    case 'explain':
      return valuesOf(statement.subject);
    case 'pauseJobs':
    case 'resumeJobs': {
      const { records, length, reason, until, from } = statement;
      return [
        ...given(records, ({ count }) => wrongStep(count)),
        ...given(reason, ({ text }) => wrongReason(text)),
        ...given(length, ({ ms }) => wrongLength(ms)),
        ...named(until, wrongMoment),
        ...named(from?.timestamp, wrongMoment),
      ];
    }
    case 'peekJob':
      return given(statement.limit, ({ count }) => wrongPeek(count));
    case 'deployJob': {
      const { version, strategy } = statement;
      return [
        ...named(version, wrongVersion),
        ...given(strategy?.share, ({ percent }) => wrongShare(percent)),
      ];
    }
    case 'rollbackJob':
      return named(statement.version, wrongVersion);
    case 'startJob':
      return named(statement.name, wrongJobName);
    case 'createTableAs':
      return named(statement.name, (name) => wrongTableName(name) ?? wrongJobName(name));
    case 'createTable':
    case 'createView':
      return named(statement.name, wrongTableName);
    default:
      return [];
  }
}

function given<T extends { span: Span }>(value: T | undefined, wrong: (value: T) => Refusal): Checked[] {
  return value === undefined ? [] : [{ span: value.span, error: wrong(value) }];
}

function named(value: { text: string; span: Span } | undefined, wrong: (text: string) => Refusal): Checked[] {
  return given(value, ({ text }) => (hasPlaceholder(text) ? undefined : wrong(text)));
}

function wrongVersion(version: string): Refusal {
  const { nameCharsMax: max } = bounds;
  if (version.length <= max && versionForm.test(version)) return undefined;
  const hint = `A version is named by 1 to ${max} characters on one line, like '2' or '2026-01-31'.`;
  return refusal('BAD_NAME', `'${shortened(version)}' is no name for a version.`, hint);
}

/** A share of the keys is neither none nor all of them. */
function wrongShare(percent: number): Refusal {
  if (isCount(percent, 99)) return undefined;
  const message = `CANARY gives a version 1 to 99 percent of the keys, not ${percent}.`;
  return refusal('BAD_REQUEST', message, 'STRATEGY REPLACE gives it all.');
}

function isCount(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= max;
}

function shortened(name: string): string {
  return name.slice(0, bounds.nameCharsMax);
}

function refusal(code: ErrorCode, message: string, hint?: string): StreamJobsError {
  return new StreamJobsError(code, message, hint === undefined ? {} : { hint });
}
