// A job's details as HTML: pure; every text that comes from a job or a user is escaped.
import type { JobDetails, PositionMove } from '../../../server/protocol/jobs';
import {
  age,
  clockTime,
  count,
  describeJob,
  lagAmount,
  lagText,
  pauseLength,
  rate,
  span,
} from '../../../server/protocol/jobText';
import { can } from '../../views/jobRow';
import { noTables, type JobTables } from './detailsTables';
import { escapeHtml, table } from './html';
import { lettersHtml, versionsHtml } from './lettersHtml';
import type { Section } from './messages';

const chartWidth = 600;
const chartHeight = 60;

/** The page's sections at `now`, epoch ms. `lags` are the last known lags, oldest first. */
export function detailsSections(
  job: JobDetails,
  lags: readonly number[],
  now: number,
  { deadLetters, versions }: JobTables = noTables,
): Section[] {
  return [
    { id: 'title', html: `<h1>${escapeHtml(job.name)}</h1><p>${escapeHtml(describeJob(job, now))}</p>` },
    { id: 'actions', html: actions(job) },
    { id: 'trouble', html: trouble(job) },
    { id: 'lag', html: lagChart(job, lags) },
    { id: 'figures', html: figures(job, now) },
    { id: 'partitions', html: partitions(job) },
    { id: 'letters', html: lettersHtml(job, deadLetters) },
    { id: 'pauses', html: pauses(job, now) },
    { id: 'versions', html: versionsHtml(versions) },
    { id: 'sinks', html: sinks(job) },
    { id: 'statement', html: `<h2>Statement</h2><pre>${escapeHtml(job.statement)}</pre>${options(job)}` },
  ];
}

/** What the page shows of a job that is not there. */
export function missingSections(name: string, why: string): Section[] {
  return [{ id: 'title', html: `<h1>${escapeHtml(name)}</h1><p>${escapeHtml(why)}</p>` }];
}

function actions(job: JobDetails): string {
  const offered: [ability: string, command: string, label: string][] = [
    ['canPause', 'streamJobs.pauseJob', 'Pause'],
    ['canPause', 'streamJobs.pauseJobWithReason', 'Pause with Reason...'],
    ['canResume', 'streamJobs.resumeJob', 'Resume'],
    ['canResume', 'streamJobs.resumeJobFrom', 'Resume from...'],
    ['canStep', 'streamJobs.stepJob', 'Step 1 Record'],
    ['canStep', 'streamJobs.stepJobBy', 'Step n Records...'],
    ['canPeek', 'streamJobs.peekJob', 'Peek Next Records'],
    ['canQuery', 'streamJobs.queryJobState', 'Query State'],
    ['canGoCold', 'streamJobs.pauseJobCold', 'Pause and Free Memory'],
    ['canRollBack', 'streamJobs.rollBackJob', 'Roll Back...'],
    ['canStop', 'streamJobs.stopJob', 'Stop'],
    ['canRestart', 'streamJobs.restartJob', 'Restart'],
  ];
  const buttons = offered.filter(([ability]) => can(job, ability));
  const all = [
    ...buttons,
    ['', 'streamJobs.deployJob', 'Deploy New Version...'] as const,
    ['', 'streamJobs.goToSql', 'Go to SQL'] as const,
  ];
  return all
    .map(([, command, label]) => `<button type="button" data-command="${command}">${label}</button>`)
    .join(' ');
}

function trouble(job: JobDetails): string {
  const error = job.error && `${job.error.code}: ${job.error.message} ${job.error.hint ?? ''}`;
  const lines = [...(error === undefined ? [] : [error]), ...job.warnings];
  return lines.map((line) => `<p class="trouble">${escapeHtml(line)}</p>`).join('');
}

function lagChart(job: JobDetails, lags: readonly number[]): string {
  if (lags.length < 2) return '';
  const max = Math.max(1, ...lags);
  const points = lags
    .map((lag, i) => {
      const x = (i / (lags.length - 1)) * chartWidth;
      const y = chartHeight - (lag / max) * (chartHeight - 2) - 1;
      return `${x.toFixed(1)},${y.toFixed(1)}`;
    })
    .join(' ');
  const label = `Lag over the last ${lags.length} readings, at most ${lagAmount(max, job.lagUnit)}, now ${lagText(job)}`;
  return `<h2>Lag</h2><svg role="img" aria-label="${label}" viewBox="0 0 ${chartWidth} ${chartHeight}" preserveAspectRatio="none"><polyline points="${points}"/></svg><p class="quiet">at most ${lagAmount(max, job.lagUnit)}</p>`;
}

function figures(job: JobDetails, now: number): string {
  const { metrics } = job;
  const ms = (value: number | null) => (value === null ? 'unknown' : `${Math.round(value)} ms`);
  const rows: [string, string][] = [
    ['Rate', rate(job.recordsPerSecond)],
    ['Lag', lagAmount(job.lag, job.lagUnit)],
    ['Time to drain', job.timeToDrainMs === undefined ? '' : span(job.timeToDrainMs)],
    ['Records in', count(job.recordsIn)],
    ['Records out', count(job.recordsOut)],
    ['Records failed', count(job.recordsFailed)],
    ['Records late', count(job.recordsLate)],
    ['Deleted unread by retention', count(job.lost)],
    [
      'Retention deletes unread from',
      job.retentionHorizon === undefined ? '' : clockTime(job.retentionHorizon, now),
    ],
    ['Rows not published yet', job.unpublished === undefined ? '' : count(job.unpublished)],
    [
      'Step',
      job.step === undefined ? '' : `${count(job.step.left)} of ${count(job.step.records)} records to go`,
    ],
    ['Watermark', metrics.watermark ?? ''],
    ['Last batch', ms(metrics.lastBatchMs)],
    ['Last checkpoint', ms(metrics.lastCheckpointMs)],
    ['State', metrics.stateBytes === null ? 'unknown' : `${count(metrics.stateBytes / 1024)} KiB`],
    ['Version', job.version],
    ['Consumer group', job.consumerGroup ?? ''],
    ['Started', `${clockTime(job.startedAt, now)}, ${age(job.startedAt, now)} ago`],
  ];
  const shown = rows.filter(([, value]) => value !== '');
  return `<h2>Figures</h2><dl>${shown.map(([name, value]) => `<dt>${name}</dt><dd>${escapeHtml(value)}</dd>`).join('')}</dl>`;
}

function partitions(job: JobDetails): string {
  return table(
    'Partitions',
    ['Stream', 'Partition', 'First kept', 'Position', 'Log end', 'Lag', 'Deleted unread'],
    job.partitions.map(({ stream, partition, start, position, end, lag, unit, lost }) => [
      stream,
      String(partition),
      start ?? 'unknown',
      position,
      end ?? 'unknown',
      lagAmount(lag, unit),
      count(lost),
    ]),
  );
}

function pauses(job: JobDetails, now: number): string {
  const lag = (value: number | null | undefined) =>
    value === undefined ? '' : lagAmount(value, job.lagUnit);
  return table(
    'Pauses',
    ['Paused', 'For', 'By', 'Reason', 'Lag at pause', 'Lag at resume', 'Resumed elsewhere'],
    [...job.pauseHistory]
      .reverse()
      .map((pause) => [
        clockTime(pause.pausedAt, now),
        pauseLength(pause, now),
        pause.by,
        pause.reason ?? '',
        lag(pause.lagAtPause),
        lag(pause.lagAtResume),
        (pause.moved ?? []).map(moveText).join('; '),
      ]),
  );
}

/** `orders 0 from 7 to 12: 5 lost` */
function moveText({ stream, partition, from, to, lost, skipped, reread }: PositionMove): string {
  const counts = [
    [lost, 'lost'],
    [skipped, 'skipped'],
    [reread, 'read again'],
  ] as const;
  const parts = counts
    .filter(([records]) => records > 0)
    .map(([records, word]) => `${count(records)} ${word}`);
  return `${stream} ${partition} from ${from} to ${to}: ${parts.join(', ') || 'nothing missed'}`;
}

function sinks(job: JobDetails): string {
  return table(
    'Writes',
    ['Table', 'Connector', 'Target', 'Records'],
    job.sinks.map((sink) => [sink.table, sink.connector, sink.target, count(sink.recordsOut)]),
  );
}

function options(job: JobDetails): string {
  return table('Options', ['Option', 'Value'], Object.entries(job.options));
}
