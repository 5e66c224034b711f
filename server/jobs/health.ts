// What needs a look while a job goes on: pure judgements over readings, each a sentence with its next step.
import type { CommitHealth } from '../engine/engine';
import { lagAmount } from '../protocol/jobText';
import type { JobState, LagUnit, WarningKind } from '../protocol/jobs';
import { written } from './messages';

/** From when on something is worth a warning. */
export const healthLimits = {
  /** No record for so long, though some wait. */
  stuckMs: 60_000,
  /** A rebalance takes seconds, and commits fail meanwhile. */
  commitsFailingMs: 10_000,
  /** Wall time and elapsed time disagree by so much from one look to the next. */
  clockJumpMs: 5_000,
  clockJumpShownMs: 10 * 60_000,
  diskFreeBytesMin: 500 * 1024 * 1024,
  diskFreeShareMin: 0.05,
  /** Of a large disk the share alone would be a lot. */
  diskFreeBytesEnough: 5 * 1024 * 1024 * 1024,
};

/** A sentence with its next step, and what it is about. */
export interface Warning {
  kind: WarningKind;
  text: string;
}

/** What is known of one job. Moments are on the clock that never jumps, in ms. */
export interface JobHealthReading {
  name: string;
  state: JobState;
  now: number;
  lag: number | null;
  /** See JobSnapshot. */
  lagUnit?: LagUnit;
  /** When it last got on, or began to run. */
  progressAt: number;
  /** Something else explains why it does not get on. */
  inTrouble: boolean;
  commits: readonly CommitHealth[];
}

export interface DiskSpace {
  path: string;
  freeBytes: number;
  totalBytes: number;
}

export interface ClockJump {
  /** Epoch ms, after it. */
  at: number;
  /** Positive: forward. */
  byMs: number;
  /** On the clock that never jumps. */
  noticedAt: number;
}

export function jobWarnings(reading: JobHealthReading): Warning[] {
  const commits = reading.commits.map((health) => failingCommits(health, reading.now));
  return [...said('stuck', stuck(reading)), ...commits.flatMap((text) => said('commits', text))];
}

/** Of all jobs of a server. */
export function serverWarnings(
  disk: DiskSpace | undefined,
  jump: ClockJump | undefined,
  now: number,
): Warning[] {
  return [...said('disk', nearlyFull(disk)), ...said('clock', jumped(jump, now))];
}

/** A warning, where there is one. */
export function said(kind: WarningKind, text: string | undefined): Warning[] {
  return text === undefined ? [] : [{ kind, text }];
}

/** How far wall time went beyond elapsed time, where that is too much for drift. */
export function clockJump(
  before: { wall: number; monotonic: number },
  now: { wall: number; monotonic: number },
): ClockJump | undefined {
  const byMs = now.wall - before.wall - (now.monotonic - before.monotonic);
  if (Math.abs(byMs) < healthLimits.clockJumpMs) return undefined;
  return { at: now.wall, byMs, noticedAt: now.monotonic };
}

function stuck({
  name,
  state,
  now,
  lag,
  lagUnit,
  progressAt,
  inTrouble,
}: JobHealthReading): string | undefined {
  const idleMs = now - progressAt;
  if (state !== 'running' || lag === null || lag === 0 || inTrouble) return undefined;
  if (idleMs < healthLimits.stuckMs) return undefined;
  return `No record was processed for ${spoken(idleMs)}, though ${lagAmount(lag, lagUnit)} wait. A sink may not be taking rows; if its sources and sinks are well, RESTART JOB ${written(name)}.`;
}

function failingCommits({ stream, failing }: CommitHealth, now: number): string | undefined {
  if (failing === undefined || now - failing.since < healthLimits.commitsFailingMs) return undefined;
  const { attempts, since, reason } = failing;
  return `The positions of ${stream} could not be committed to its consumer group for ${spoken(now - since)} (${attempts} attempts: ${reason.replace(/\.$/, '')}). Nothing is lost, the job's own checkpoint counts; other tools show an old lag. Check the brokers and the group's permissions.`;
}

function nearlyFull(disk: DiskSpace | undefined): string | undefined {
  if (disk === undefined) return undefined;
  const { diskFreeBytesMin, diskFreeShareMin, diskFreeBytesEnough } = healthLimits;
  const { path, freeBytes, totalBytes } = disk;
  const wanted = Math.max(diskFreeBytesMin, Math.min(totalBytes * diskFreeShareMin, diskFreeBytesEnough));
  if (freeBytes >= wanted) return undefined;
  return `The disk of ${path} is nearly full: ${size(freeBytes)} of ${size(totalBytes)} are free. Make room: once it is full, pauses are refused and jobs wait.`;
}

function jumped(jump: ClockJump | undefined, now: number): string | undefined {
  if (jump === undefined || now - jump.noticedAt > healthLimits.clockJumpShownMs) return undefined;
  const way = jump.byMs > 0 ? 'forward' : 'back';
  const at = new Date(jump.at).toISOString().slice(11, 19);
  return `The clock went ${way} by ${spoken(Math.abs(jump.byMs))} at ${at} UTC: it was set, or the machine slept. Durations are right; check pauses with UNTIL, which follow the clock.`;
}

function spoken(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

function size(bytes: number): string {
  const mebibytes = bytes / (1024 * 1024);
  return mebibytes < 1024 ? `${Math.round(mebibytes)} MB` : `${(mebibytes / 1024).toFixed(1)} GB`;
}
