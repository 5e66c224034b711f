// DEPLOY JOB ... STRATEGY REPLACE and ROLLBACK JOB: another version takes the place of the one that runs.
// 1. Whatever can be refused is refused before anything is done. 2. The old version comes to rest as for a pause.
// 3. The new one gets a database of its own, made from the old one's, which stays as it is. 4. One write of the record
// makes version and database the job's: a crash leaves the old or the new, never half. 5. A version that fails on
// probation gives way to the old one: see goBack.ts.
import { keepsState, planChange, type PlanChange } from '../../engine/planChange';
import type { JobCore, PlannedJob } from '../jobCore';
import { asError, messages } from '../messages';
import type { Turn } from '../requestQueue';
import type { JobRecord, VersionRecord } from '../store';
import { remarks, versionMessages } from '../versionMessages';
import * as versions from '../versions';
import { carryOver, deleteSpares } from './databases';
import { goBack } from './goBack';
import { goOn, open, read } from './start';

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

/** @throws StreamJobsError VERSION_EXISTS, STATE_DIFFERS, PAUSE_TIMEOUT, STORAGE, DEPLOY_FAILED, what planning finds */
export async function deploy(core: JobCore, turn: Turn, wanted: NewVersion): Promise<void> {
  const { record } = core.journal;
  const { version, statement, settings, by, discardState, remark } = wanted;
  if (versions.findVersion(record, version) !== undefined)
    throw versionMessages.exists(core.name, version, versions.versionNames(record));
  const made: VersionRecord = {
    ...{ version, statement, settings, by, deployedAt: core.around.clock.now() },
    ...{ strategy: 'replace', state: 'deploying' },
    ...(remark === undefined ? {} : { note: remark }),
  };
  const all = versions.withVersion(record, made, core.limits.versionsKept);
  await replace(core, turn, { ...record, versions: all }, made, discardState);
}

/** Without a version, to the one that ran before. @throws StreamJobsError VERSION_NOT_FOUND and as `deploy` */
export async function rollback(core: JobCore, turn: Turn, by: string, version?: string): Promise<void> {
  const { record } = core.journal;
  const target =
    version === undefined ? versions.previousVersion(record) : versions.findVersion(record, version);
  if (target === undefined && version === undefined) throw versionMessages.nonePrevious(core.name);
  if (target === undefined)
    throw versionMessages.notFound(core.name, version ?? '', versions.versionNames(record));
  if (target.version === record.version) throw versionMessages.runsAlready(core.name, target.version);
  const note = `Rolled back from '${record.version}'.`;
  const deployedAt = core.around.clock.now();
  const made: VersionRecord = { ...target, by, deployedAt, strategy: 'rollback', note };
  await replace(core, turn, { ...record, versions: versions.versionsOf(record) }, made, false);
}

async function replace(
  core: JobCore,
  turn: Turn,
  before: JobRecord,
  made: VersionRecord,
  discardState: boolean,
): Promise<void> {
  const replacement = prepare(core, before, made, discardState);
  const { database = 0 } = replacement.after;
  const spareDatabases = [...(before.spareDatabases ?? []), database];
  const known = { versions: versions.versionsOf(before), spareDatabases };
  try {
    await core.journal.write(known, undefined, turn.signal);
    await takeOver(core, turn, replacement);
  } catch (error) {
    const why = turn.signal.aborted ? 'It was cut short.' : asError(error, core.name).message;
    await core.journal.keep(versions.cutShort(core.journal.record, why));
    throw error;
  } finally {
    await deleteSpares(core);
  }
}

/** Refuses what cannot be, and plans the rest. Changes nothing. */
function prepare(core: JobCore, before: JobRecord, made: VersionRecord, discardState: boolean): Replacement {
  const { state } = core;
  if (state !== 'running' && state !== 'paused' && state !== 'stopped' && state !== 'failed')
    throw versionMessages.notSettled(core.standing());
  const database = Math.max(...versions.databasesOf(before)) + 1;
  const next = versions.asVersion(before, made, database);
  const to = core.around.plan(next);
  const from = core.around.plan(core.journal.record);
  const change = planChange(from.spec.plan, to.spec.plan);
  if (!discardState && !keepsState(change))
    throw versionMessages.stateDiffers(core.name, made.version, change);
  const note = [made.note ?? [], remarks(change)].flat().join(' ');
  const gone = made.strategy === 'rollback' ? 'rolled back' : 'previous';
  const left = versions.changed(versions.versionsOf(before), before.version, { state: gone });
  const after: JobRecord = {
    ...next,
    versions: versions.changed(left, made.version, { ...made, state: 'active', note }),
    ...(state === 'paused' ? {} : { desired: 'running', ended: undefined }),
  };
  return { before, after, from, to, change, state };
}

async function takeOver(core: JobCore, turn: Turn, replacement: Replacement): Promise<void> {
  const { from, to, after, state } = replacement;
  const wasCold = core.depth === 'cold';
  if (state === 'running') await comeToRest(core, turn);
  await core.letGo();
  try {
    await carryOver(core, from, to);
    turn.check();
    await core.journal.write(versions.versionFields(after), undefined, turn.signal);
  } catch (error) {
    turn.check();
    if (state === 'running') await goOnAsBefore(core, turn);
    throw error;
  }
  let opened: number | undefined;
  try {
    if (state !== 'paused') core.enter('starting');
    await open(core, turn);
    opened = core.counters().batches;
    if (state === 'paused' && wasCold) await core.letGo();
    if (state !== 'paused') await onProbation(core, turn, opened);
  } catch (error) {
    turn.check();
    await goBack(core, turn, { ...replacement, opened }, asError(error, core.name));
  }
}

/** As a pause does; when that fails the old version goes on. */
async function comeToRest(core: JobCore, turn: Turn): Promise<void> {
  const ms = core.planned?.pauseTimeoutMs ?? core.limits.pauseDeadlineMs;
  core.enter('pausing');
  try {
    const late = () => messages.pauseTimeout(core.name, ms);
    core.readings.stand(await core.slot.quiesce(core.wait(turn, ms, late)));
    turn.check();
  } catch (error) {
    turn.check();
    core.enter('running');
    throw error;
  }
}

/** The old version came to rest and was closed, and nothing else has happened. */
async function goOnAsBefore(core: JobCore, turn: Turn): Promise<void> {
  core.enter('starting');
  try {
    await open(core, turn);
  } catch (error) {
    turn.check();
    return core.fail(asError(error, `${core.name} could not go on`));
  }
  await goOn(core, turn);
}

/** Until it has committed a few batches, or for a while. */
async function onProbation(core: JobCore, turn: Turn, opened: number): Promise<void> {
  await read(core, turn);
  core.enter('running');
  const { probationMs: ms, probationCheckMs: everyMs, probationBatches } = core.limits;
  await core.slot.watch({ ms, everyMs, signal: turn.signal }, (pipeline) => {
    return pipeline.counters().batches >= opened + probationBatches;
  });
}
