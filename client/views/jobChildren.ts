// What a job's row opens to: warnings, partitions, sinks, version, consumer group and the last pauses.
import type { JobSnapshot, PartitionSnapshot, PauseEvent } from '../../server/protocol/jobs';
import { age, clockTime, count, lagAmount, lagText, pauseLength } from '../../server/protocol/jobText';
import { bar } from './charts';
import { can, type Row } from './jobRow';

/** Pauses shown; the details have all. */
const pausesShown = 3;

/** The rows under a job, at `now`, epoch ms. */
export function jobChildRows(job: JobSnapshot, now: number): Row[] {
  const lagMax = Math.max(1, ...job.partitions.map((partition) => partition.lag ?? 0));
  return [
    ...job.warnings.map((warning, i) => child(job, `warning:${i}`, 'warning', warning, [])),
    ...job.partitions.map((partition) => partitionRow(job, partition, lagMax)),
    ...job.sinks.map((sink) =>
      child(job, `sink:${sink.table}`, 'arrow-right', `writes ${sink.table}`, [
        `${sink.connector} ${sink.target}`.trim(),
        `${count(sink.recordsOut)} records`,
      ]),
    ),
    ...unpublishedRow(job),
    ...lettersRow(job),
    versionRow(job, now),
    ...consumerGroupRow(job),
    ...job.pauseHistory
      .slice(-pausesShown)
      .reverse()
      .map((pause) => pauseRow(job, pause, now)),
  ];
}

function partitionRow(job: JobSnapshot, partition: PartitionSnapshot, lagMax: number): Row {
  const { stream, position, end, lag, unit, lost } = partition;
  const reads = `${position} of ${end ?? 'unknown'}`;
  return child(
    job,
    `partition:${stream}:${partition.partition}`,
    'database',
    `${stream} ${partition.partition}`,
    [
      lag === null ? '' : bar(lag / lagMax),
      lagText({ lag, ...(unit === undefined ? {} : { lagUnit: unit }) }),
      reads,
      lost > 0 ? `${count(lost)} already deleted by retention` : '',
    ],
  );
}

function unpublishedRow(job: JobSnapshot): Row[] {
  const { unpublished = 0 } = job;
  if (unpublished === 0) return [];
  const label = `${count(unpublished)} rows not published yet`;
  return [child(job, 'unpublished', 'cloud-upload', label, ['safe here, sent when the sink takes them'])];
}

function lettersRow(job: JobSnapshot): Row[] {
  const { kept = 0, dropped = 0 } = job.deadLetters ?? {};
  if (kept + dropped === 0) return [];
  const label = kept === 1 ? '1 dead letter' : `${count(kept)} dead letters`;
  const left = dropped === 0 ? '' : `${count(dropped)} older ones made room`;
  const words = can(job, 'canRetryLetters') ? 'letters canRetryLetters' : 'letters';
  return [{ ...child(job, 'letters', 'mail', label, [left]), contextValue: words }];
}

/** The version that runs, and those there were before it. */
function versionRow(job: JobSnapshot, now: number): Row {
  const others = (job.versions ?? []).filter(({ state }) => state !== 'active' && state !== 'canary');
  const row = child(job, 'version', 'tag', `version ${job.version}`, [
    `started ${age(job.startedAt, now)} ago`,
    ...others.reverse().map(({ version, state }) => `${version} ${state}`),
  ]);
  return { ...row, contextValue: can(job, 'canRollBack') ? 'version canRollBack' : 'version' };
}

function consumerGroupRow(job: JobSnapshot): Row[] {
  const { consumerGroup } = job;
  return consumerGroup === undefined
    ? []
    : [child(job, 'group', 'organization', `consumer group ${consumerGroup}`, [])];
}

function pauseRow(job: JobSnapshot, pause: PauseEvent, now: number): Row {
  const { lagAtResume } = pause;
  const resumed = lagAtResume === undefined ? '' : ` to ${lagAmount(lagAtResume, job.lagUnit)}`;
  return child(job, `pause:${pause.pausedAt}`, 'history', `paused ${clockTime(pause.pausedAt, now)}`, [
    pauseLength(pause, now),
    `by ${pause.by}`,
    pause.reason ?? '',
    `lag ${lagAmount(pause.lagAtPause, job.lagUnit)}${resumed}`,
  ]);
}

function child(job: JobSnapshot, part: string, icon: string, label: string, description: string[]): Row {
  const text = description.filter((piece) => piece !== '').join(' · ');
  return {
    id: `job:${job.name}/${part}`,
    label,
    description: text,
    icon: { id: icon },
    contextValue: part.split(':')[0] ?? part,
    accessibleLabel: `${label}, ${text.replaceAll(' · ', ', ').replaceAll(/[▰▱]+, /g, '')}`,
  };
}
