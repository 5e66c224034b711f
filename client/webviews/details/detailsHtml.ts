// A job's details as HTML: pure; every text that comes from a job or a user is escaped.
import type { JobDetails } from '../../../server/protocol/jobs';
import {
  age,
  clockTime,
  count,
  countOrUnknown,
  describeJob,
  lagText,
  pauseLength,
  rate,
  span,
} from '../../../server/protocol/jobText';
import { can } from '../../views/jobRow';
import type { Section } from './messages';

const chartWidth = 600;
const chartHeight = 60;

/** The page's sections at `now`, epoch ms. `lags` are the last known lags, oldest first. */
export function detailsSections(job: JobDetails, lags: readonly number[], now: number): Section[] {
  return [
    { id: 'title', html: `<h1>${escapeHtml(job.name)}</h1><p>${escapeHtml(describeJob(job, now))}</p>` },
    { id: 'actions', html: actions(job) },
    { id: 'trouble', html: trouble(job) },
    { id: 'lag', html: lagChart(job, lags) },
    { id: 'figures', html: figures(job, now) },
    { id: 'partitions', html: partitions(job) },
    { id: 'pauses', html: pauses(job, now) },
    { id: 'sinks', html: sinks(job) },
    { id: 'statement', html: `<h2>Statement</h2><pre>${escapeHtml(job.statement)}</pre>${options(job)}` },
  ];
}

/** What the page shows of a job that is not there. */
export function missingSections(name: string, why: string): Section[] {
  return [{ id: 'title', html: `<h1>${escapeHtml(name)}</h1><p>${escapeHtml(why)}</p>` }];
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

function actions(job: JobDetails): string {
  const offered: [ability: string, command: string, label: string][] = [
    ['canPause', 'streamJobs.pauseJob', 'Pause'],
    ['canPause', 'streamJobs.pauseJobWithReason', 'Pause with Reason...'],
    ['canResume', 'streamJobs.resumeJob', 'Resume'],
    ['canStop', 'streamJobs.stopJob', 'Stop'],
    ['canRestart', 'streamJobs.restartJob', 'Restart'],
  ];
  const buttons = offered.filter(([ability]) => can(job, ability));
  const all = [...buttons, ['', 'streamJobs.goToSql', 'Go to SQL'] as const];
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
  const label = `Lag over the last ${lags.length} readings, at most ${count(max)}, now ${lagText(job)}`;
  return `<h2>Lag</h2><svg role="img" aria-label="${label}" viewBox="0 0 ${chartWidth} ${chartHeight}" preserveAspectRatio="none"><polyline points="${points}"/></svg><p class="quiet">at most ${count(max)}</p>`;
}

function figures(job: JobDetails, now: number): string {
  const { metrics } = job;
  const ms = (value: number | null) => (value === null ? 'unknown' : `${Math.round(value)} ms`);
  const rows: [string, string][] = [
    ['Rate', rate(job.recordsPerSecond)],
    ['Lag', job.lag === null ? 'unknown' : count(job.lag)],
    ['Time to drain', job.timeToDrainMs === undefined ? '' : span(job.timeToDrainMs)],
    ['Records in', count(job.recordsIn)],
    ['Records out', count(job.recordsOut)],
    ['Records failed', count(job.recordsFailed)],
    ['Records late', count(job.recordsLate)],
    ['Deleted unread by retention', count(job.lost)],
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
    job.partitions.map(({ stream, partition, start, position, end, lag, lost }) => [
      stream,
      String(partition),
      start ?? 'unknown',
      position,
      end ?? 'unknown',
      countOrUnknown(lag),
      count(lost),
    ]),
  );
}

function pauses(job: JobDetails, now: number): string {
  const lag = (value: number | null | undefined) => (value === undefined ? '' : countOrUnknown(value));
  return table(
    'Pauses',
    ['Paused', 'For', 'By', 'Reason', 'Lag at pause', 'Lag at resume'],
    [...job.pauseHistory]
      .reverse()
      .map((pause) => [
        clockTime(pause.pausedAt, now),
        pauseLength(pause, now),
        pause.by,
        pause.reason ?? '',
        lag(pause.lagAtPause),
        lag(pause.lagAtResume),
      ]),
  );
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

function table(title: string, columns: string[], rows: string[][]): string {
  if (rows.length === 0) return '';
  const head = columns.map((column) => `<th scope="col">${column}</th>`).join('');
  const lines = rows.map((row) => `<tr>${row.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`);
  return `<h2>${title}</h2><table><thead><tr>${head}</tr></thead><tbody>${lines.join('')}</tbody></table>`;
}
