// One version in the place of another: what is refused, what is planned, and what the record says before and after.
import { keepsState, planChange, type PlanChange } from '../../engine/planChange';
import type { JobCore, PlannedJob } from '../jobCore';
import { asError, messages } from '../messages';
import type { Turn } from '../requestQueue';
import type { JobRecord, VersionRecord } from '../store';
import { remarks, versionMessages } from '../versionMessages';
import * as versions from '../versions';
import { deleteSpares } from './databases';

export interface NewVersion extends versions.VersionSource {
  by: string;
  /** Windows that the new version computes in another way begin empty. */
  discardState: boolean;
  /** It runs beside the present one, for so many of 100 keys. */
  canaryPercent?: number;
  /** Said with the answer. */
  remark?: string;
}

/** What is replaced by what. */
export interface Replacement {
  /** The version that comes, comes back, or gets another share of the keys. */
  version: string;
  /** The job as it is, with the new version among its versions, and as it is to be. */
  before: JobRecord;
  after: JobRecord;
  from: PlannedJob;
  to: PlannedJob;
  change: PlanChange;
  /** The state the job is in. */
  state: 'running' | 'paused' | 'stopped' | 'failed';
}

/** A version that comes anew. @throws StreamJobsError VERSION_EXISTS, JOB_NOT_RUNNING, what planning finds */
export function replacementBy(
  core: JobCore,
  { version, statement, settings, by, remark, canaryPercent }: NewVersion,
  strategy: 'replace' | 'blue-green' | 'canary',
): Replacement {
  const { record } = core.journal;
  if (record.canary !== undefined) throw versionMessages.hasCanary(core.name, record.version, record.canary);
  if (versions.findVersion(record, version) !== undefined)
    throw versionMessages.exists(core.name, version, versions.versionNames(record));
  const made: VersionRecord = {
    ...{ version, statement, settings, by, deployedAt: core.around.clock.now() },
    ...{ strategy, state: 'deploying' },
    ...(remark === undefined ? {} : { note: remark }),
  };
  const all = versions.withVersion(record, made, core.limits.versionsKept);
  return replacement(core, { ...record, versions: all }, made, canaryPercent);
}

/** Changes nothing. @throws StreamJobsError JOB_NOT_RUNNING when the job is on its way to another state */
export function replacement(
  core: JobCore,
  before: JobRecord,
  made: VersionRecord,
  percent?: number,
): Replacement {
  const { state } = core;
  if (state !== 'running' && state !== 'paused' && state !== 'stopped' && state !== 'failed')
    throw versionMessages.notSettled(core.standing());
  if (core.journal.record.dropping === true) throw messages.beingDropped(core.name);
  // One that catches up beside the job has its turns in between those of others.
  const other = versions.onItsWay(core.journal.record);
  if (other !== undefined) throw versionMessages.onItsWay(core.name, other.version);
  const database = Math.max(...versions.databasesOf(before)) + 1;
  const { version, statement, settings } = made;
  const runs =
    percent === undefined ? made : { ...before, canary: { version, statement, settings, percent } };
  const next = versions.asVersion(before, runs, database);
  const to = core.around.plan(next);
  const from = core.around.plan(core.journal.record);
  const change = planChange(from.spec.plan, to.spec.plan);
  const after: JobRecord = {
    ...next,
    versions: versions.whenRunning(before, made, percent !== undefined),
    // A paused job stands where it stood; one that runs reads on from what the next database says.
    ...(state === 'paused' ? {} : { checkpoint: undefined, desired: 'running', ended: undefined }),
  };
  return { version, before, after, from, to, change, state };
}

/** Whether the version was not there before; else it comes back, or gets another share of the keys. */
export function isNew({ before, version }: Pick<Replacement, 'before' | 'version'>): boolean {
  return versions.findVersion(before, version)?.state === 'deploying';
}

/** With what a version begins with noted of it. @throws StreamJobsError STATE_DIFFERS unless it may be discarded */
export function keepingState(core: JobCore, found: Replacement, mayDiscard: boolean): Replacement {
  const { version, change } = found;
  if (!mayDiscard && !keepsState(change)) throw versionMessages.stateDiffers(core.name, version, change);
  return noted(found, remarks(change));
}

/** With sentences added to what is noted of the new version. */
export function noted(found: Replacement, sentences: string[]): Replacement {
  const { after, version } = found;
  const note = [versions.findVersion(after, version)?.note ?? [], sentences].flat().join(' ');
  if (note === '') return found;
  return {
    ...found,
    after: { ...after, versions: versions.changed(versions.versionsOf(after), version, { note }) },
  };
}

/** Journals that the new version is coming, before anything is done for it. */
export async function announce(core: JobCore, turn: Turn, { before, after }: Replacement): Promise<void> {
  const spareDatabases = [...(before.spareDatabases ?? []), after.database ?? 0];
  const change = { versions: versions.versionsOf(before), spareDatabases };
  await core.journal.write(change, undefined, turn.signal);
}

/** Does it all, or some of it; a version that did not take over has failed, and databases nobody needs go. */
export async function settled(core: JobCore, turn: Turn, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    await giveUp(core, turn.signal.aborted ? 'It was cut short.' : asError(error, core.name).message);
    throw error;
  }
  await deleteSpares(core);
}

/** A version that was on its way does not come. */
export async function giveUp(core: JobCore, why: string): Promise<void> {
  await core.journal.keep(versions.cutShort(core.journal.record, why));
  await deleteSpares(core);
}
