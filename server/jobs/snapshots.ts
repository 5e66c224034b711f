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
import type { JobCore } from './jobCore';
import type { JobRecord } from './store';
import { runningName } from './versions';
import { countByKind, warningsOf } from './warnings';
import { lagOf, lagUnit, lostOf, timeToDrain, totalLost } from './lag';

export function snapshotOf(core: JobCore): JobSnapshot {
  const { record } = core.journal;
  const { readings, depth } = core;
  const counters = core.counters();
  const { deadLetters } = counters;
  const partitions = readings.partitions ?? [];
  const unit = lagUnit(partitions);
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
    ...(unit === undefined ? {} : { lagUnit: unit }),
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
    ...probationOf(core),
    pauseHistory: history(core).slice(-core.limits.pausesShown),
    warnings: warningsOf(core).map(({ text }) => text),
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
      lastBatchMs: toTenth(lastBatchMs),
      lastCheckpointMs: toTenth(lastCheckpointMs),
      pauses: record.pauses,
      resumes: record.resumes,
      stateBytes,
      watermark: watermark === null ? null : iso(watermark),
      commitsFailed: commitsFailed(core),
      warnings: countByKind(warningsOf(core)),
    },
    kafkaLag: snapshot.lag,
    lastProcessedOffset: (readings.partitions ?? []).map(({ stream, partition, position }) => ({
      stream,
      partition,
      offset: position > 0n ? String(position - 1n) : null,
    })),
  };
}

/** As precise as anyone can use: clocks count in nanoseconds. */
function toTenth(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms * 10) / 10;
}

function partitionSnapshot(progress: PartitionProgress): PartitionSnapshot {
  const { stream, partition, start, position, end, unit } = progress;
  const lag = lagOf(progress);
  return {
    stream,
    partition,
    start: start === null ? null : String(start),
    position: String(position),
    end: end === null ? null : String(end),
    lag: lag === null ? null : Number(lag),
    ...(unit === undefined ? {} : { unit }),
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
  return step === undefined ? {} : { step: { records: step.records, left: core.leftOf(step) } };
}

function probationOf({ probation }: JobCore): Pick<JobSnapshot, 'probation'> {
  return probation === undefined ? {} : { probation: { ...probation, until: iso(probation.until) } };
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

function commitsFailed({ slot }: JobCore): number | null {
  return slot.current?.commits().reduce((sum, { failed }) => sum + failed, 0) ?? null;
}

function errorOf(core: JobCore): JobErrorInfo | undefined {
  return core.state === 'failed' ? core.journal.record.ended?.error : core.lastError;
}

function iso(at: number): IsoTime {
  return new Date(at).toISOString();
}
