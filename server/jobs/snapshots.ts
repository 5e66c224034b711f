// A job as the outside sees it: JobSnapshot and JobDetails made from what is known now.
import type { PartitionProgress, PipelineCounters } from '../engine/engine';
import type {
  IsoTime,
  JobDetails,
  JobErrorInfo,
  JobSnapshot,
  PartitionSnapshot,
  PauseEvent,
  SinkSnapshot,
} from '../protocol/jobs';
import { jobWarnings, type JobHealthReading } from './health';
import { horizonWarning } from './horizon';
import type { JobCore } from './jobCore';
import { leftOf } from './stepper';
import type { JobRecord } from './store';
import { runningName } from './versions';
import { lagOf, lostOf, timeToDrain, totalLost } from './lag';

export function snapshotOf(core: JobCore): JobSnapshot {
  const { record } = core.journal;
  const { readings, depth } = core;
  const counters = core.counters();
  const { deadLetters } = counters;
  const partitions = readings.partitions ?? [];
  const running = core.state === 'running';
  const lagPerSecond =
    core.state === 'running' || core.state === 'paused' ? readings.history.lagPerSecond() : null;
  const drainMs = running ? timeToDrain(readings.lag, lagPerSecond) : undefined;
  const error = errorOf(core);
  const group = core.planned?.consumerGroup;
  const reason = core.state === 'stopped' ? record.ended?.reason : undefined;
  return {
    name: core.name,
    version: runningName(record),
    ...versionsOfRecord(record),
    statement: record.statement,
    state: core.state,
    desired: record.desired,
    ...(depth === undefined ? {} : { depth }),
    startedAt: iso(record.startedAt),
    since: iso(core.since),
    ...pauseOf(core),
    ...stepOf(core),
    recordsIn: counters.recordsIn,
    recordsOut: counters.recordsOut,
    recordsFailed: counters.recordsFailed,
    recordsLate: counters.recordsLate,
    recordsPerSecond: running ? readings.history.recordsPerSecond() : 0,
    lag: readings.lag,
    lagPerSecond,
    ...(drainMs === undefined ? {} : { timeToDrainMs: drainMs }),
    lost: totalLost(partitions),
    ...(core.state !== 'paused' || readings.horizon === null
      ? {}
      : { retentionHorizon: iso(readings.horizon) }),
    ...unpublishedOf(counters),
    partitions: partitions.map(partitionSnapshot),
    sinks: sinksOf(core, counters.out),
    ...(deadLetters === undefined ? {} : { deadLetters }),
    ...(group === undefined ? {} : { consumerGroup: group }),
    pauseHistory: history(core).slice(-core.limits.pausesShown),
    warnings: warningsOf(core, counters),
    ...(reason === undefined ? {} : { stopReason: reason }),
    ...(error === undefined ? {} : { error }),
  };
}

export function detailsOf(core: JobCore): JobDetails {
  const snapshot = snapshotOf(core);
  const { record } = core.journal;
  const { planned, readings } = core;
  const { batches, lastBatchMs, lastCheckpointMs, stateBytes, watermark } = core.counters();
  return {
    ...snapshot,
    pauseHistory: history(core),
    query: planned?.query ?? record.statement,
    options: planned?.options ?? {},
    metrics: {
      batches,
      lastBatchMs,
      lastCheckpointMs,
      pauses: record.pauses,
      resumes: record.resumes,
      stateBytes,
      watermark: watermark === null ? null : iso(watermark),
    },
    kafkaLag: snapshot.lag,
    lastProcessedOffset: (readings.partitions ?? []).map(({ stream, partition, position }) => ({
      stream,
      partition,
      offset: position > 0n ? String(position - 1n) : null,
    })),
  };
}

function partitionSnapshot(progress: PartitionProgress): PartitionSnapshot {
  const { stream, partition, start, position, end } = progress;
  const lag = lagOf(progress);
  return {
    stream,
    partition,
    start: start === null ? null : String(start),
    position: String(position),
    end: end === null ? null : String(end),
    lag: lag === null ? null : Number(lag),
    lost: Number(lostOf(progress)),
  };
}

function versionsOfRecord({ versions = [] }: JobRecord): Pick<JobSnapshot, 'versions'> {
  if (versions.length < 2) return {};
  return { versions: versions.map(({ version, state }) => ({ version, state })) };
}

function pauseOf(core: JobCore): Pick<JobSnapshot, 'pause'> {
  const { pause } = core;
  if (pause === undefined) return {};
  const { at, by, reason, until } = pause;
  return {
    pause: {
      pausedAt: iso(at),
      by,
      ...(reason === undefined ? {} : { reason }),
      ...(until === undefined ? {} : { until: iso(until) }),
    },
  };
}

function stepOf(core: JobCore): Pick<JobSnapshot, 'step'> {
  const { step } = core.journal.record;
  return step === undefined ? {} : { step: { records: step.records, left: leftOf(core, step) } };
}

function history(core: JobCore): PauseEvent[] {
  return core.journal.pauses.map(({ event }) => event);
}

function sinksOf(core: JobCore, out: Record<string, number>): SinkSnapshot[] {
  return (core.planned?.sinks ?? []).map(({ table, connector, target }) => ({
    table,
    connector,
    target,
    recordsOut: out[table] ?? 0,
  }));
}

function unpublishedOf({ unpublished }: PipelineCounters): Pick<JobSnapshot, 'unpublished'> {
  if (unpublished === undefined) return {};
  return { unpublished: Object.values(unpublished).reduce((sum, rows) => sum + rows, 0) };
}

function warningsOf(core: JobCore, { unpublished }: PipelineCounters): string[] {
  const warnings: string[] = [];
  const when =
    core.slot.current === undefined
      ? `when the job is ${core.state === 'stopped' ? 'restarted' : 'resumed'}`
      : 'as soon as its cluster can be reached';
  for (const [table, rows] of Object.entries(unpublished ?? {})) {
    const target = core.planned?.sinks.find((sink) => sink.table === table)?.target ?? table;
    const are = rows === 1 ? '1 row for topic' : `${rows.toLocaleString('en')} rows for topic`;
    warnings.push(`${are} ${target} ${rows === 1 ? 'is' : 'are'} stored and will be published ${when}.`);
  }
  if (core.trouble !== undefined) warnings.push(core.trouble);
  warnings.push(...jobWarnings(healthOf(core)), ...core.around.warnings());
  const horizon = core.state === 'paused' ? core.readings.horizon : null;
  const nears = horizonWarning(core.name, horizon, core.pause?.at ?? core.since, core.around.clock.now());
  if (nears !== undefined) warnings.push(nears);
  if (core.journal.behind) warnings.push('The data directory cannot be written; the server goes on trying.');
  const lost = totalLost(core.readings.partitions ?? []);
  if (lost > 0) {
    const records = lost === 1 ? 'record was' : 'records were';
    warnings.push(`${lost} unread ${records} already deleted by retention.`);
  }
  const dropped = core.counters().deadLetters?.dropped ?? 0;
  if (dropped > 0) warnings.push(droppedLetters(dropped));
  return warnings;
}

function healthOf({ around, name, state, readings, slot, trouble }: JobCore): JobHealthReading {
  const { lag, progressAt } = readings;
  return {
    name,
    state,
    now: around.clock.monotonic(),
    lag,
    progressAt,
    inTrouble: trouble !== undefined,
    commits: slot.current?.commits() ?? [],
  };
}

function droppedLetters(count: number): string {
  const letters = count === 1 ? 'dead letter' : 'dead letters';
  return `${count} ${letters} had to make room for newer ones. Raise 'dead-letter.limit', or keep all of them in a topic with 'dead-letter.topic'.`;
}

function errorOf(core: JobCore): JobErrorInfo | undefined {
  return core.state === 'failed' ? core.journal.record.ended?.error : core.lastError;
}

function iso(at: number): IsoTime {
  return new Date(at).toISOString();
}
