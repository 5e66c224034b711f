// What needs a look while a job goes on, of all kinds: for its snapshot as sentences, for the metrics counted.
import type { WarningKind } from '../protocol/jobs';
import { jobWarnings, said, type JobHealthReading, type Warning } from './health';
import { horizonWarning } from './horizon';
import type { JobCore } from './jobCore';
import { lagUnit, totalLost } from './lag';

export function warningsOf(core: JobCore): Warning[] {
  return [
    ...unpublished(core),
    ...said('trouble', core.trouble),
    ...core.groupNotes.map((text): Warning => ({ kind: 'group', text })),
    ...jobWarnings(healthOf(core)),
    ...core.around.warnings(),
    ...said('retention', retention(core)),
    ...said('journal', journal(core)),
    ...said('lost', lost(core)),
    ...said('dead_letters', droppedLetters(core)),
  ];
}

export function countByKind(warnings: readonly Warning[]): Partial<Record<WarningKind, number>> {
  const counts: Partial<Record<WarningKind, number>> = {};
  for (const { kind } of warnings) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

function unpublished(core: JobCore): Warning[] {
  const when =
    core.slot.current === undefined
      ? `when the job is ${core.state === 'stopped' ? 'restarted' : 'resumed'}`
      : 'as soon as its cluster can be reached';
  return Object.entries(core.counters().unpublished ?? {}).map(([table, rows]): Warning => {
    const target = core.planned?.sinks.find((sink) => sink.table === table)?.target ?? table;
    const are = rows === 1 ? '1 row for topic' : `${rows.toLocaleString('en')} rows for topic`;
    const text = `${are} ${target} ${rows === 1 ? 'is' : 'are'} stored and will be published ${when}.`;
    return { kind: 'unpublished', text };
  });
}

function healthOf({ around, name, state, readings, slot, trouble }: JobCore): JobHealthReading {
  const { lag, progressAt } = readings;
  const unit = lagUnit(readings.partitions ?? []);
  return {
    name,
    state,
    now: around.clock.monotonic(),
    lag,
    ...(unit === undefined ? {} : { lagUnit: unit }),
    progressAt,
    inTrouble: trouble !== undefined,
    commits: slot.current?.commits() ?? [],
  };
}

function retention({ name, state, readings, pause, since, around }: JobCore): string | undefined {
  const horizon = state === 'paused' ? readings.horizon : null;
  return horizonWarning(name, horizon, pause?.at ?? since, around.clock.now());
}

function journal(core: JobCore): string | undefined {
  return core.journal.behind ? 'The data directory cannot be written; the server goes on trying.' : undefined;
}

function lost({ readings }: JobCore): string | undefined {
  const count = totalLost(readings.partitions ?? []);
  if (count === 0) return undefined;
  return `${count} unread ${count === 1 ? 'record was' : 'records were'} already deleted by retention.`;
}

function droppedLetters(core: JobCore): string | undefined {
  const count = core.counters().deadLetters?.dropped ?? 0;
  if (count === 0) return undefined;
  const letters = count === 1 ? 'dead letter' : 'dead letters';
  const topic = core.planned?.spec.options.deadLetterTopic;
  const next =
    topic === undefined
      ? "Raise 'dead-letter.limit', or keep all of them in a topic with 'dead-letter.topic'."
      : `'dead-letter.topic' keeps all of them in ${topic}; to have more of them for RETRY, raise 'dead-letter.limit'.`;
  return `${count} ${letters} had to make room for newer ones. ${next}`;
}
