// How a job's state reads in one line: the same words in the tree, the lenses, the hover and the command line.
import type {
  IsoTime,
  JobBrief,
  JobSnapshot,
  JobState,
  LagUnit,
  PauseDepth,
  PauseEvent,
  PositionMove,
} from './jobs';

/** What the line is made from; a JobSnapshot and a JobBrief both fit. */
export interface JobLine {
  state: JobState;
  since: string;
  lag: number | null;
  lagUnit?: LagUnit;
  recordsPerSecond: number;
  lagPerSecond?: number | null;
  lost?: number;
  depth?: PauseDepth;
  reason?: string;
  pause?: { reason?: string };
  stopReason?: string;
  error?: { message: string };
  probation?: { version: string; until: IsoTime };
}

/** `12.4k/s · lag 0`, `paused 12 min · lag 8,403 (+120/s) · index rebuild`. `now` is epoch ms. */
export function describeJob(job: JobLine, now: number): string {
  switch (job.state) {
    case 'running':
      return joined([rate(job.recordsPerSecond), lagText(job), probation(job, now)]);
    case 'paused':
      return joined([
        `paused ${age(job.since, now)}`,
        job.depth === 'cold' ? 'cold' : undefined,
        waiting(job),
        job.pause?.reason ?? job.reason,
      ]);
    case 'stopped':
      return joined(['stopped', job.stopReason]);
    case 'failed':
      return joined(['failed', job.error?.message]);
    case 'starting':
    case 'pausing':
    case 'resuming':
    case 'stopping':
      return `${job.state}…`;
  }
}

/** What the language server is told of a job. */
export function jobBrief(job: JobSnapshot): JobBrief {
  const { name, state, since, lag, lagUnit, recordsPerSecond, version, versions } = job;
  const letters = job.deadLetters?.kept ?? 0;
  const reason = job.pause?.reason;
  return {
    ...{ name, state, since, lag, recordsPerSecond, version },
    ...(lagUnit === undefined ? {} : { lagUnit }),
    ...(versions === undefined ? {} : { versions }),
    ...(letters === 0 ? {} : { deadLetters: letters }),
    ...(reason === undefined ? {} : { reason }),
  };
}

/** What it is told of what they run: of two versions side by side one statement does not tell. */
export function jobStatements(jobs: Iterable<JobSnapshot>): { name: string; statement: string }[] {
  return [...jobs].flatMap(({ name, statement, versions = [] }) =>
    versions.some(({ state }) => state === 'canary') ? [] : [{ name, statement }],
  );
}

/** The next number that no version of the job is called. */
export function nextVersion({ version, versions = [] }: Pick<JobSnapshot, 'version' | 'versions'>): string {
  const taken = new Set([version, ...versions.map((known) => known.version)]);
  const numbers = [...taken].map(Number).filter(Number.isInteger);
  let next = Math.max(0, ...numbers) + 1;
  while (taken.has(String(next))) next++;
  return String(next);
}

/** `lag 8,403`, `lag 8,403 bytes`, `lag unknown`. Unknown is not zero. */
export function lagText({ lag, lagUnit }: { lag: number | null; lagUnit?: LagUnit }): string {
  return `lag ${lagAmount(lag, lagUnit)}`;
}

/** `8,403`, of a file `8,403 bytes`, `unknown`. */
export function lagAmount(lag: number | null, unit: LagUnit | undefined): string {
  if (lag === null || lag === 0 || unit === undefined) return countOrUnknown(lag);
  return `${count(lag)} ${lag === 1 && unit === 'bytes' ? 'byte' : unit}`;
}

/** `8,403`, `unknown`. */
export function countOrUnknown(value: number | null): string {
  return value === null ? 'unknown' : count(value);
}

/** `12.4k/s`, `0/s`. */
export function rate(perSecond: number): string {
  return `${short(perSecond)}/s`;
}

/** A whole number with thousands separators: `8,403`. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** A number in about four characters: `0.4`, `950`, `12.4k`, `1.2M`. */
export function short(value: number): string {
  const size = Math.abs(value);
  if (size >= 999_950) return `${trim(value / 1e6)}M`;
  if (size >= 999.5) return `${trim(value / 1000)}k`;
  // A job that reads a record now and then does not stand still.
  return size < 0.95 ? trim(value) : String(Math.round(value));
}

/** How long ago: `40 s`, `12 min`, `3 h`, `2 d`. */
export function age(since: string, now: number): string {
  return span(Math.max(0, now - Date.parse(since)));
}

/** In how many ms `age` says something else. */
export function ageChangesIn(since: string, now: number): number {
  const ms = Math.max(0, now - Date.parse(since));
  const { unit } = unitFor(ms);
  return unit - (ms % unit);
}

/** How long a pause lasted: `12 min`; one that is not over: `12 min so far`. */
export function pauseLength(pause: PauseEvent, now: number): string {
  const { pausedAt, resumedAt, durationMs } = pause;
  if (resumedAt === undefined) return `${age(pausedAt, now)} so far`;
  return span(durationMs ?? Date.parse(resumedAt) - Date.parse(pausedAt));
}

/**
 * What became of records when a job went on elsewhere than where it stood: `1,234 unread records are skipped, 500 are
 * read again`. Undefined when nothing did.
 */
export function movedText(moved: readonly PositionMove[]): string | undefined {
  const parts = (['records', 'bytes'] as const).flatMap((unit) => {
    const moves = moved.filter((move) => (move.unit ?? 'records') === unit);
    const sum = (of: (move: PositionMove) => number): number =>
      moves.reduce((total, move) => total + of(move), 0);
    const parts: [number, string, string][] = [
      [sum(({ lost }) => lost), 'unread', 'lost'],
      [sum(({ skipped }) => skipped), 'unread', 'skipped'],
      [sum(({ reread }) => reread), 'read', 'read again'],
    ];
    return parts
      .filter(([number]) => number > 0)
      .map(([number, before, after], index) => {
        const what = number === 1 ? unit.slice(0, -1) : unit;
        const named = index === 0 ? `${count(number)} ${before} ${what}` : count(number);
        return `${named} ${number === 1 ? 'is' : 'are'} ${after}`;
      });
  });
  return parts.length === 0 ? undefined : parts.join(', ');
}

/** `10:12` where the user is, with the date when it is not the day of `now` (epoch ms). */
export function clockTime(time: IsoTime, now: number): string {
  const date = new Date(time);
  const clock = `${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}`;
  if (date.toDateString() === new Date(now).toDateString()) return clock;
  return `${date.getFullYear()}-${twoDigits(date.getMonth() + 1)}-${twoDigits(date.getDate())} ${clock}`;
}

/** A length of time in words, from ms. */
export function span(ms: number): string {
  const { unit, name } = unitFor(ms);
  return `${Math.floor(ms / unit)} ${name}`;
}

/** What a length of time is told in: from two of a unit on. */
const units = [
  { below: 120_000, unit: 1000, name: 's' },
  { below: 7_200_000, unit: 60_000, name: 'min' },
  { below: 172_800_000, unit: 3_600_000, name: 'h' },
];
const days = { unit: 86_400_000, name: 'd' };

function unitFor(ms: number): { unit: number; name: string } {
  return units.find(({ below }) => ms < below) ?? days;
}

function probation({ probation: on }: JobLine, now: number): string | undefined {
  if (on === undefined) return undefined;
  return `version '${on.version}' on probation for ${span(Math.max(0, Date.parse(on.until) - now))}`;
}

function waiting(job: JobLine): string {
  const lost =
    (job.lost ?? 0) > 0 ? `${count(job.lost ?? 0)} records already deleted by retention` : undefined;
  const growth = job.lagPerSecond ?? 0;
  const growing = Math.abs(growth) >= 1 ? ` (${growth > 0 ? '+' : '-'}${short(Math.abs(growth))}/s)` : '';
  return joined([lagText(job) + growing, lost]);
}

function joined(parts: (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join(' · ');
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

function trim(value: number): string {
  return value.toFixed(1).replace(/\.0$/, '');
}
