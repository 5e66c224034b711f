// SHOW: jobs, their numbers and pauses, tables, views, functions. Each answer is a table.
import type { Relation } from '../../analysis/catalog';
import { findFunction, functionNames } from '../../analysis/functions/functions';
import { movedText } from '../../protocol/jobText';
import type { JobDetails, PauseEvent } from '../../protocol/jobs';
import type { Cell } from '../../protocol/results';
import type { Show } from '../../syntax/ast';
import type { Job } from '../job';
import { messages } from '../messages';
import { on } from '../scripts';
import { showVersions } from './versions';
import { like, tabled, type Outcome, type StatementContext } from './context';
import { showDeadLetters } from './deadLetters';

export function show(statement: Show, context: StatementContext): Outcome | Promise<Outcome> {
  const { catalog } = context;
  const matches = statement.pattern === undefined ? () => true : like(statement.pattern);
  switch (statement.what) {
    case 'jobs':
      return jobs(jobsMeant(statement, context).filter(({ name }) => matches(name)));
    case 'status':
      return status(jobsMeant(statement, context));
    case 'metrics':
      return metrics(jobsMeant(statement, context));
    case 'pauseHistory':
      return pauseHistory(jobsMeant(statement, context));
    case 'tables':
    case 'streams':
      return tables(
        catalog.list('table').filter(({ name }) => matches(name)),
        statement.what === 'tables' ? 'table' : 'stream',
      );
    case 'views':
      return tabled(
        ['name', 'columns'],
        catalog
          .list('view')
          .filter(({ name }) => matches(name))
          .map(relationRow),
        'view',
      );
    case 'functions':
      return functions(matches);
    case 'versions':
      return showVersions(statement, context);
    case 'deadLetters':
      return showDeadLetters(statement, context);
    case 'topics':
    case 'connections':
      throw messages.internal('SHOW', `${statement.what} cannot be shown`);
  }
}

function jobsMeant({ name }: Show, { jobs: registry }: StatementContext): JobDetails[] {
  if (name === undefined) return registry.list().map((job: Job) => job.details());
  try {
    return [registry.get(name.text).details()];
  } catch (error) {
    throw on(name.span, error);
  }
}

function jobs(all: JobDetails[]): Outcome {
  const columns = ['name', 'state', 'since', 'records_per_second', 'lag', 'lag_unit', 'reason'];
  const rows = all.map((job): Cell[] => [
    job.name,
    job.state,
    job.since,
    Math.round(job.recordsPerSecond),
    job.lag,
    unitOf(job),
    reasonOf(job),
  ]);
  return tabled(columns, rows, 'job');
}

/** What the job's lag counts. */
function unitOf({ lagUnit }: JobDetails): string {
  return lagUnit ?? 'records';
}

function reasonOf(job: JobDetails): string | null {
  return job.pause?.reason ?? job.stopReason ?? job.error?.message ?? null;
}

function status(all: JobDetails[]): Outcome {
  const columns = [
    'name',
    'state',
    'desired',
    'since',
    'depth',
    'by',
    'reason',
    'until',
    'lag',
    'lag_unit',
    'lost',
    'retention_horizon',
    'warning',
  ];
  const rows = all.map((job): Cell[] => [
    job.name,
    job.state,
    job.desired,
    job.since,
    job.depth ?? null,
    job.pause?.by ?? null,
    reasonOf(job),
    job.pause?.until ?? null,
    job.lag,
    unitOf(job),
    job.lost,
    job.retentionHorizon ?? null,
    job.warnings[0] ?? null,
  ]);
  return tabled(columns, rows, 'job');
}

function metrics(all: JobDetails[]): Outcome {
  const rows = all.flatMap((job): Cell[][] => {
    const values: Record<string, Cell> = {
      records_in: job.recordsIn,
      records_out: job.recordsOut,
      records_failed: job.recordsFailed,
      records_late: job.recordsLate,
      records_per_second: Math.round(job.recordsPerSecond),
      lag: job.lag,
      lag_unit: unitOf(job),
      lag_per_second: job.lagPerSecond,
      lost: job.lost,
      batches: job.metrics.batches,
      last_batch_ms: job.metrics.lastBatchMs,
      last_checkpoint_ms: job.metrics.lastCheckpointMs,
      pauses: job.metrics.pauses,
      resumes: job.metrics.resumes,
      state_bytes: job.metrics.stateBytes,
      watermark: job.metrics.watermark,
    };
    return Object.entries(values).map(([metric, value]) => [job.name, metric, value]);
  });
  return tabled(['job', 'metric', 'value'], rows, 'value');
}

function pauseHistory(all: JobDetails[]): Outcome {
  const columns = [
    'job',
    'paused_at',
    'resumed_at',
    'duration_ms',
    'by',
    'reason',
    'lag_at_pause',
    'lag_at_resume',
    'lag_unit',
    'notes',
  ];
  const rows = all.flatMap((job) =>
    job.pauseHistory.map((event): Cell[] => [
      job.name,
      event.pausedAt,
      event.resumedAt ?? null,
      event.durationMs ?? null,
      event.by,
      event.reason ?? null,
      event.lagAtPause,
      event.lagAtResume ?? null,
      unitOf(job),
      notesOf(event),
    ]),
  );
  return tabled(columns, rows, 'pause');
}

/** What became of records when the job went on elsewhere, and what else the resume found. */
function notesOf({ moved = [], notes = [] }: PauseEvent): string | null {
  const records = movedText(moved);
  const all = [...(records === undefined ? [] : [`${records}.`]), ...notes];
  return all.length === 0 ? null : all.join(' ');
}

function tables(relations: Relation[], what: string): Outcome {
  const rows = relations.map((relation): Cell[] => [
    ...relationRow(relation),
    relation.kind === 'table' ? relation.connector : null,
  ]);
  return tabled(['name', 'columns', 'connector'], rows, what);
}

function relationRow({ name, columns }: Relation): Cell[] {
  return [name, columns.map((column) => column.name).join(', ')];
}

function functions(matches: (name: string) => boolean): Outcome {
  const rows = functionNames()
    .filter((name) => matches(name) || matches(name.toLowerCase()))
    .map((name): Cell[] => {
      const found = findFunction(name);
      return [name, found?.kind ?? null, found?.group ?? null, found?.documentation ?? null];
    });
  return tabled(['name', 'kind', 'group', 'description'], rows, 'function');
}
