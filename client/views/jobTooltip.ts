// A job's tooltip as Markdown: statement, times, counts, offsets, pauses and a sparkline of its lag.
import type { JobSnapshot } from '../../server/protocol/jobs';
import { age, clockTime, count, describeJob, lagText, span } from '../../server/protocol/jobText';
import { sparkline } from './charts';
import { jobChildRows } from './jobChildren';
import { codeBlock, escapeMarkdown } from '../../server/protocol/markdown';

/** A longer statement is cut in the tooltip, in characters. */
const statementMax = 1200;

/** Every text that comes from a job or a user is escaped: the tooltip is not trusted. */
export function jobTooltip(job: JobSnapshot, lags: readonly number[], now: number): string {
  const statement =
    job.statement.length > statementMax ? `${job.statement.slice(0, statementMax)}\n...` : job.statement;
  const chart = sparkline(lags);
  const facts = [
    `In ${count(job.recordsIn)} · out ${count(job.recordsOut)} · failed ${count(job.recordsFailed)} · late ${count(job.recordsLate)}`,
    `Started ${clockTime(job.startedAt, now)} · ${job.state} for ${age(job.since, now)}`,
    ...(job.timeToDrainMs === undefined ? [] : [`Caught up in about ${span(job.timeToDrainMs)}`]),
    ...(job.retentionHorizon === undefined
      ? []
      : [`Retention deletes unread records from ${clockTime(job.retentionHorizon, now)}`]),
    ...(chart === '' ? [] : [`${chart} ${lagText(job)}`]),
  ];
  const children = jobChildRows(job, now).map(
    (row) => `- ${escapeMarkdown(row.label)}: ${escapeMarkdown(row.description)}`,
  );
  const troubles = [
    ...(job.error === undefined
      ? []
      : [`${job.error.code}: ${job.error.message} ${job.error.hint ?? ''}`.trim()]),
    ...job.warnings,
  ];
  return [
    `**${escapeMarkdown(job.name)}** · ${escapeMarkdown(describeJob(job, now))}`,
    ...troubles.map(escapeMarkdown),
    codeBlock('sql', statement),
    ...facts.map(escapeMarkdown),
    children.join('\n'),
  ].join('\n\n');
}
