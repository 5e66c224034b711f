// One version in the place of another: what is refused, what is planned, and what the record says before and after.
import { keepsState, planChange, type PlanChange } from '../../engine/planChange';
import type { JobCore, PlannedJob } from '../jobCore';
import { asError } from '../messages';
import type { Turn } from '../requestQueue';
import type { JobRecord, VersionRecord } from '../store';
import { remarks, versionMessages } from '../versionMessages';
import * as versions from '../versions';
import { deleteSpares } from './databases';

export interface NewVersion extends versions.VersionSource {
  by: string;
  /** Windows that the new version computes in another way begin empty. */
  discardState: boolean;
  /** Said with the answer. */
  remark?: string;
}

/** What is replaced by what. */
export interface Replacement {
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
  { version, statement, settings, by, remark }: NewVersion,
  strategy: 'replace' | 'blue-green',
): Replacement {
  const { record } = core.journal;
  if (versions.findVersion(record, version) !== undefined)
    throw versionMessages.exists(core.name, version, versions.versionNames(record));
  const made: VersionRecord = {
    ...{ version, statement, settings, by, deployedAt: core.around.clock.now() },
    ...{ strategy, state: 'deploying' },
    ...(remark === undefined ? {} : { note: remark }),
  };
  const all = versions.withVersion(record, made, core.limits.versionsKept);
  return replacement(core, { ...record, versions: all }, made);
}

/** Changes nothing. @throws StreamJobsError JOB_NOT_RUNNING when the job is on its way to another state */
export function replacement(core: JobCore, before: JobRecord, made: VersionRecord): Replacement {
  const { state } = core;
  if (state !== 'running' && state !== 'paused' && state !== 'stopped' && state !== 'failed')
    throw versionMessages.notSettled(core.standing());
  const database = Math.max(...versions.databasesOf(before)) + 1;
  const next = versions.asVersion(before, made, database);
  const to = core.around.plan(next);
  const from = core.around.plan(core.journal.record);
  const change = planChange(from.spec.plan, to.spec.plan);
  const gone = made.strategy === 'rollback' ? 'rolled back' : 'previous';
  const left = versions.changed(versions.versionsOf(before), before.version, { state: gone });
  const after: JobRecord = {
    ...next,
    versions: versions.changed(left, made.version, { ...made, state: 'active' }),
    // Of the version that goes: the next one has a database of its own.
    checkpoint: undefined,
    ...(state === 'paused' ? {} : { desired: 'running', ended: undefined }),
  };
  return { before, after, from, to, change, state };
}

/** With what a version begins with noted of it. @throws StreamJobsError STATE_DIFFERS unless it may be discarded */
export function keepingState(core: JobCore, found: Replacement, mayDiscard: boolean): Replacement {
  const { after, change } = found;
  if (!mayDiscard && !keepsState(change))
    throw versionMessages.stateDiffers(core.name, after.version, change);
  return noted(found, remarks(change));
}

/** With sentences added to what is noted of the new version. */
export function noted(found: Replacement, sentences: string[]): Replacement {
  const { after } = found;
  const note = [versions.findVersion(after, after.version)?.note ?? [], sentences].flat().join(' ');
  if (note === '') return found;
  return {
    ...found,
    after: { ...after, versions: versions.changed(versions.versionsOf(after), after.version, { note }) },
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
