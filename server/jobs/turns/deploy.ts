// DEPLOY JOB ... STRATEGY REPLACE and ROLLBACK JOB: another version takes the place of the one that runs.
// 1. Whatever can be refused is refused before anything is done. 2. The old version comes to rest as for a pause.
// 3. The new one gets a database of its own, made from the old one's, which stays as it is. 4. One write of the record
// makes version and database the job's: a crash leaves the old or the new, never half. 5. A version that fails on
// probation gives way to the old one: see goBack.ts.
import type { JobCore } from '../jobCore';
import type { Turn } from '../requestQueue';
import type { VersionRecord } from '../store';
import { versionMessages } from '../versionMessages';
import { findVersion, previousVersion, versionFields, versionNames, versionsOf } from '../versions';
import { canaryEnded, canaryOf, promoted, type NewCanary } from './canary';
import { carryOver } from './databases';
import {
  announce,
  keepingState,
  noted,
  replacement,
  replacementBy,
  settled,
  type NewVersion,
  type Replacement,
} from './replacement';
import { comeToRest, goOnAsBefore, startNew } from './takeOver';

/** @throws StreamJobsError VERSION_EXISTS, STATE_DIFFERS, PAUSE_TIMEOUT, STORAGE, DEPLOY_FAILED, what planning finds */
export async function deploy(core: JobCore, turn: Turn, wanted: NewVersion): Promise<void> {
  const { canary } = core.journal.record;
  const found = canary ? promoted(core, canary, wanted) : replacementBy(core, wanted, 'replace');
  await replace(core, turn, keepingState(core, found, wanted.discardState));
}

/** Without a version, to the one that ran before. @throws StreamJobsError VERSION_NOT_FOUND and as `deploy` */
export async function rollback(core: JobCore, turn: Turn, by: string, version?: string): Promise<void> {
  const { record } = core.journal;
  if (record.canary !== undefined) {
    await replace(core, turn, keepingState(core, canaryEnded(core, record.canary, version), false));
    return;
  }
  const target = version === undefined ? previousVersion(record) : findVersion(record, version);
  if (target === undefined && version === undefined) throw versionMessages.nonePrevious(core.name);
  if (target === undefined) throw versionMessages.notFound(core.name, version ?? '', versionNames(record));
  if (target.version === record.version) throw versionMessages.runsAlready(core.name, target.version);
  const { statement, settings, state } = target;
  const deployedAt = core.around.clock.now();
  const made: VersionRecord = {
    ...{ version: target.version, statement, settings, state },
    ...{ by, deployedAt, strategy: 'rollback' },
  };
  const found = replacement(core, { ...record, versions: versionsOf(record) }, made);
  await replace(
    core,
    turn,
    keepingState(core, noted(found, [`Rolled back from '${record.version}'.`]), false),
  );
}

/** As a canary, or with another share of the keys. @throws StreamJobsError as `deploy`, NOT_SUPPORTED */
export async function deployCanary(core: JobCore, turn: Turn, wanted: NewCanary): Promise<void> {
  await replace(core, turn, keepingState(core, canaryOf(core, wanted), false));
}

async function replace(core: JobCore, turn: Turn, replacement: Replacement): Promise<void> {
  await settled(core, turn, async () => {
    await announce(core, turn, replacement);
    await takeOver(core, turn, replacement);
  });
}

async function takeOver(core: JobCore, turn: Turn, replacement: Replacement): Promise<void> {
  const { from, to, after, state } = replacement;
  const wasCold = core.depth === 'cold';
  if (state === 'running') await comeToRest(core, turn);
  await core.letGo();
  try {
    await carryOver(core, from, to);
    turn.check();
    await core.journal.write(versionFields(after), undefined, turn.signal);
  } catch (error) {
    turn.check();
    if (state === 'running') await goOnAsBefore(core, turn);
    throw error;
  }
  await startNew(core, turn, replacement, wasCold);
}
