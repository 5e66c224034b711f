// EXPLAIN PAUSE JOB and EXPLAIN RESUME JOB: what would happen, and nothing that does.
import { count, lagText, movedText, rate, span } from '../../protocol/jobText';
import type { StreamLog } from '../../engine/engine';
import type { JobDetails, PositionMove } from '../../protocol/jobs';
import type { Cell } from '../../protocol/results';
import type { ResumeFrom } from '../../protocol/rpc';
import type { ChangeJobs } from '../../syntax/ast';
import type { Job } from '../job';
import { totalLag } from '../lag';
import { lossesIn, movedGroups, progressIn } from '../logCheck';
import { asError, describeStanding, messages, moment, written } from '../messages';
import { pastLoss, toTarget } from '../positionMoves';
import { on } from '../scripts';
import { resumeFrom } from './changeJobs';
import { like, type Outcome, type StatementContext } from './context';

type Row = [item: string, value: string];

export async function explainChange(statement: ChangeJobs, context: StatementContext): Promise<Outcome> {
  const jobs = jobsMeant(statement, context);
  const verb = statement.kind === 'pauseJobs' ? 'PAUSE' : 'RESUME';
  const told = await Promise.all(
    jobs.map(async (job): Promise<Cell[][]> => {
      const rows =
        statement.kind === 'pauseJobs'
          ? await pauseRows(statement, job, context)
          : await resumeRows(statement, job, context);
      return rows.map(([item, value]) => (jobs.length === 1 ? [item, value] : [job.name, item, value]));
    }),
  );
  return {
    ok: true,
    message: `What ${verb} would do; nothing was changed.`,
    columns: jobs.length === 1 ? ['item', 'value'] : ['job', 'item', 'value'],
    rows: told.flat(),
  };
}

function jobsMeant({ target }: ChangeJobs, { jobs }: StatementContext): Job[] {
  switch (target.kind) {
    case 'all':
      return jobs.list();
    case 'like': {
      const matches = like(target.pattern.text);
      return jobs.list().filter(({ name }) => matches(name));
    }
    case 'names':
      return target.names
        .filter(({ text }) => !target.ifExists || jobs.find(text) !== undefined)
        .map(({ text, span: own }) => {
          try {
            return jobs.get(text);
          } catch (error) {
            throw on(own, error);
          }
        });
  }
}

async function pauseRows(statement: ChangeJobs, job: Job, context: StatementContext): Promise<Row[]> {
  const details = job.details();
  const { consumerGroup, partitions, sinks, state, recordsPerSecond, lagPerSecond } = details;
  if (state !== 'running' && state !== 'starting')
    return [['state', `${describeStanding(standingOf(details))}: PAUSE would be refused.`]];
  const place =
    consumerGroup === undefined ? 'kept in the checkpoint' : `committed to group ${consumerGroup}`;
  const growth = recordsPerSecond + (lagPerSecond ?? 0);
  return [
    ['state', `running, ${rate(recordsPerSecond)}, ${lagText(details)}`],
    ...partitions.map(({ stream, partition, position }): Row => [
      'position',
      `${stream} partition ${partition}: about ${position}, ${place}`,
    ]),
    ...sinks.map(({ table, target }): Row => ['sink that stops', `${table} (${target})`]),
    ...readersOf(details, context).map(([reader, table]): Row => [
      'reader that waits',
      `${reader} reads ${table}; it goes on and finds nothing new`,
    ]),
    [
      'lag',
      lagPerSecond === null
        ? 'its growth is not known yet'
        : `would grow by about ${rate(Math.max(0, growth))}`,
    ],
    ['retention', retentionText(await job.horizonIfPaused())],
    ['depth', depthOf(statement.cold === undefined ? job.warmMs : 0, consumerGroup)],
  ];
}

function depthOf(warmMs: number, group: string | undefined): string {
  if (warmMs === 0) return 'cold: connections and memory are let go of';
  const stays = group === undefined ? 'its state stays in memory' : 'the consumer stays in its group';
  return `warm for ${span(warmMs)}: ${stays}, RESUME takes milliseconds; cold after that`;
}

async function resumeRows(statement: ChangeJobs, job: Job, context: StatementContext): Promise<Row[]> {
  const details = job.details();
  if (details.state !== 'paused')
    return [['state', `${describeStanding(standingOf(details))}: RESUME would be refused.`]];
  const { from, records } = statement;
  const { retentionHorizon: horizon } = details;
  const resumed = await positionsOf(statement, job, from && resumeFrom(from, context.clock.now()));
  const rows: Row[] = [
    ['state', `${describeStanding(standingOf(details))}; it is ${details.depth ?? 'paused'}`],
    ...resumed.rows,
    ['retention', retentionText(horizon === undefined ? null : Date.parse(horizon))],
    ...details.sinks.map(({ table, target }): Row => ['sink that goes on', `${table} (${target})`]),
  ];
  if (records !== undefined) rows.push(['step', `${count(records.count)} records, then it is paused again`]);
  if (resumed.refused) return rows;
  const { waiting, unit } = resumed;
  const left = records === undefined ? waiting : Math.min(records.count, waiting ?? Infinity);
  const draining =
    records === undefined && unit !== 'records' && waiting !== null && waiting > 0
      ? `${count(waiting)} ${unit}`
      : drainingOf(details, left);
  return [...rows, ['draining', draining]];
}

/** `waiting`: what is unread from there on, null where unknown; `unit`: what it counts. */
type Resumed = { rows: Row[] } & (
  { refused: true } | { refused: false; waiting: number | null; unit: string }
);

/** Whether each position is still there, and what would become of records. */
async function positionsOf(statement: ChangeJobs, job: Job, from: ResumeFrom | undefined): Promise<Resumed> {
  let logs;
  try {
    logs = await job.logs(from);
  } catch (error) {
    const why = `cannot be checked now: ${asError(error, job.name).message}`;
    return { rows: [['position', why]], refused: false, waiting: null, unit: 'records' };
  }
  const losses = lossesIn(logs);
  const accepts = from !== undefined || statement.acceptDataLoss !== undefined;
  const places = logs.flatMap(({ stream, partitions }) =>
    partitions.map(({ partition, position, start, end }): Row => [
      'position',
      `${stream} partition ${partition}: ${position ?? start ?? 'unknown'} of ${start ?? 'unknown'} to ${end ?? 'unknown'}`,
    ]),
  );
  const { moved, notes } = from === undefined ? pastLoss(logs) : toTarget(logs);
  const groups = movedGroups(logs).map((note): Row => ['group', note]);
  if (losses.length > 0 && !accepts)
    return {
      rows: [...places, ['refused', messages.dataLoss(job.name, losses, null).message], ...groups],
      refused: true,
    };
  const records = movedText(moved);
  const rows: Row[] = [
    ...places,
    ['records', records === undefined ? 'it goes on with the very next record' : `${records}.`],
    ...notes.map((note): Row => ['records', note]),
    ...groups,
  ];
  const unit = [...new Set(logs.map((log) => log.unit))].join(' and ');
  return { rows, refused: false, waiting: waitingAfter(logs, moved), unit };
}

function waitingAfter(logs: readonly StreamLog[], moved: readonly PositionMove[]): number | null {
  const moves = new Map(moved.map(({ stream, partition, to }) => [`${stream}/${partition}`, BigInt(to)]));
  return totalLag(
    progressIn(logs).map((at) => ({
      ...at,
      position: moves.get(`${at.stream}/${at.partition}`) ?? at.position,
    })),
  );
}

function readersOf(job: JobDetails, { jobs }: StatementContext): [string, string][] {
  return job.sinks.flatMap(({ table }) =>
    jobs
      .list()
      .filter(({ name, planned }) => name !== job.name && planned?.reads.includes(table) === true)
      .map(({ name }): [string, string] => [name, table]),
  );
}

function retentionText(horizon: number | null): string {
  return horizon === null
    ? 'deletes nothing unread, or it is not known'
    : `deletes nothing unread before ${moment(horizon)}`;
}

/** At the rate it last had, over its whole life where it has none now. */
function drainingOf(
  { metrics, recordsIn, startedAt, pauseHistory }: JobDetails,
  records: number | null,
): string {
  if (records === null) return 'the lag is unknown';
  if (records === 0) return 'nothing waits';
  const ranUntil = Date.parse(pauseHistory.at(-1)?.pausedAt ?? startedAt);
  const paused = pauseHistory.reduce((sum, { durationMs = 0 }) => sum + durationMs, 0);
  const ranMs = ranUntil - Date.parse(startedAt) - paused;
  if (metrics.batches === 0 || recordsIn === 0 || ranMs <= 0)
    return `${count(records)} records; how fast it works is not known yet`;
  const perSecond = (recordsIn * 1000) / ranMs;
  const drainMs = (records * 1000) / perSecond;
  const takes = drainMs < 1000 ? 'less than 1 s' : `about ${span(drainMs)} or less`;
  return `${count(records)} records, at ${rate(perSecond)} as before ${takes}`;
}

function standingOf(job: JobDetails): Parameters<typeof describeStanding>[0] {
  const { name, state, since, pause, stopReason, error } = job;
  return {
    name: written(name),
    state,
    since: Date.parse(since),
    ...(pause === undefined
      ? {}
      : {
          pause: {
            by: pause.by,
            ...(pause.reason === undefined ? {} : { reason: pause.reason }),
            ...(pause.until === undefined ? {} : { until: Date.parse(pause.until) }),
          },
        }),
    ...(stopReason === undefined ? {} : { stopReason }),
    ...(error === undefined ? {} : { error }),
  };
}
