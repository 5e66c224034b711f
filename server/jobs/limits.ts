// Every bound and deadline of the job server in one place, with the relations that must hold between them.

import { awayMsMax } from '../connectors/connector';

export interface JobLimits {
  /** A pause that is not done by then is refused, and the job goes on. */
  pauseDeadlineMs: number;
  /** What an engine gets beyond a deadline to answer to its signal. */
  graceMs: number;
  startDeadlineMs: number;
  /** A resume that does not read by then goes back to paused. */
  resumeDeadlineMs: number;
  /** How long closing a pipeline may take before it is left to itself. */
  closeDeadlineMs: number;
  /** At the server's end: how long a job may take to come to rest before it is closed as it is. */
  leaveDeadlineMs: number;
  /** A paused job keeps its connections this long, then goes cold. */
  warmMs: number;
  /** Wait before the first and the longest before a later attempt of something that may come right by itself. */
  retryFirstMs: number;
  retryMaxMs: number;
  /** How long a job that ran waits for something that is not there any more. */
  awayMs: number;
  /** Requests that may wait for one job. */
  requestsMax: number;
  /** How long a pause that is done waits for the lag it is noted with. */
  lagAtPauseMs: number;
  /** Lag that is not known by then is unknown. */
  lagDeadlineMs: number;
  /** How often a paused job asks when retention reaches what it has not read. */
  horizonMs: number;
  /** Pauses kept in a job's history, and how many of them its snapshot carries. */
  pausesKept: number;
  pausesShown: number;
  /** How many records of a step are looked at together. */
  stepPartRecords: number;
  /** How often a step that lacks records looks for them. */
  stepLookMs: number;
  /** A step that is not done by then is answered with what it waits for, and goes on. */
  stepAnswerMs: number;
  /** A look at what is next that takes longer is given up. */
  lookDeadlineMs: number;
  /** How long reading dead letters may take, and trying them again. */
  lettersDeadlineMs: number;
  retryLettersDeadlineMs: number;
  /** Versions of a job that are remembered. */
  versionsKept: number;
  /** A new version is on probation until it has committed so many batches, or for so long. */
  probationBatches: number;
  probationMs: number;
  /** How often a version on probation is looked at. */
  probationCheckMs: number;
  /** A version beside the running one has caught up when the way that was left took no longer than this. */
  caughtUpMs: number;
  catchUpDeadlineMs: number;
  /** How long carrying over the state from one version to the next may take. */
  carryOverDeadlineMs: number;
}

export interface ServerLimits extends JobLimits {
  jobsMax: number;
  /** Job databases opened at once only to read a checkpoint. */
  checkpointReadsMax: number;
  relationsMax: number;
  previewsMax: number;
  scriptCharsMax: number;
  /** How often lag is read while someone looks, and otherwise. */
  lagWatchedMs: number;
  lagIdleMs: number;
  /** One look counts as looking for this long. */
  attendedMs: number;
  /** A server that closes waits for its jobs no longer than this. */
  endDeadlineMs: number;
  /** Changed snapshots are told at most this often. */
  changesMs: number;
}

export const defaultLimits: ServerLimits = {
  pauseDeadlineMs: 5_000,
  graceMs: 1_000,
  startDeadlineMs: 30_000,
  resumeDeadlineMs: 30_000,
  closeDeadlineMs: 5_000,
  leaveDeadlineMs: 3_000,
  warmMs: 10 * 60_000,
  retryFirstMs: 1_000,
  retryMaxMs: 30_000,
  awayMs: awayMsMax,
  requestsMax: 1_000,
  lagAtPauseMs: 20,
  lagDeadlineMs: 5_000,
  horizonMs: 30_000,
  pausesKept: 100,
  pausesShown: 10,
  stepPartRecords: 10_000,
  stepLookMs: 250,
  stepAnswerMs: 10_000,
  lookDeadlineMs: 10_000,
  lettersDeadlineMs: 10_000,
  retryLettersDeadlineMs: 60_000,
  jobsMax: 5_000,
  checkpointReadsMax: 4,
  versionsKept: 20,
  probationBatches: 3,
  probationMs: 10_000,
  probationCheckMs: 20,
  caughtUpMs: 1_000,
  catchUpDeadlineMs: 30 * 60_000,
  carryOverDeadlineMs: 120_000,
  relationsMax: 5_000,
  previewsMax: 16,
  scriptCharsMax: 2_000_000,
  lagWatchedMs: 1_000,
  lagIdleMs: 10_000,
  attendedMs: 5_000,
  endDeadlineMs: 8_500,
  changesMs: 1_000,
};

/** @throws Error when limits contradict each other: a mistake of ours, not the user's */
export function assertLimits(limits: ServerLimits): void {
  const relations: [boolean, string][] = [
    [Object.values(limits).every((value) => value > 0), 'every limit is positive'],
    [limits.graceMs < limits.pauseDeadlineMs, 'the grace is shorter than the deadline it extends'],
    [limits.pauseDeadlineMs <= limits.startDeadlineMs, 'a start may take at least as long as a pause'],
    [limits.leaveDeadlineMs + limits.graceMs < limits.endDeadlineMs, 'a job is closed before its server is'],
    [limits.retryFirstMs <= limits.retryMaxMs, 'retries grow'],
    [limits.pausesShown <= limits.pausesKept, 'only kept pauses are shown'],
    [limits.lagWatchedMs <= limits.lagIdleMs, 'lag is fresher while someone looks'],
    [limits.lagDeadlineMs <= limits.lagIdleMs, 'a lag request ends before the next begins'],
    [limits.lagAtPauseMs < limits.pauseDeadlineMs, 'noting the lag does not make a pause late'],
    [limits.lagWatchedMs <= limits.attendedMs, 'one look brings at least one refresh'],
    [limits.versionsKept >= 2, 'the version before the present one is remembered'],
    [limits.caughtUpMs < limits.catchUpDeadlineMs, 'a version can catch up in time'],
    [limits.probationCheckMs < limits.probationMs, 'a version on probation is looked at'],
    [limits.warmMs > limits.pauseDeadlineMs, 'a pause is done before it goes cold'],
  ];
  const broken = relations.find(([holds]) => !holds);
  if (broken !== undefined) throw new Error(`Limits contradict each other: ${broken[1]}.`);
}

assertLimits(defaultLimits);
