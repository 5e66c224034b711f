// A version that failed on probation gives way to the one before it, without losing a record: from the old version's
// own database where nothing of the new one has come out, else from where the new one got to, if its state can be kept.
import { keepsState, planChange } from '../../engine/planChange';
import type { PipelineCounters } from '../../engine/engine';
import type { StreamJobsError } from '../../protocol/errors';
import type { JobCore } from '../jobCore';
import { asError } from '../messages';
import type { Turn } from '../requestQueue';
import type { JobRecord } from '../store';
import { sentence, versionMessages } from '../versionMessages';
import { asVersion, changed, databasesOf, runningName, versionFields, versionsOf } from '../versions';
import { carryOver } from './databases';
import { isNew, type Replacement } from './replacement';
import { couldNotGoOn, open, read } from './start';

/** `opened`: its counters before it read anything; undefined when it could not be opened. */
type Failed = Replacement & { opened: PipelineCounters | undefined };

/** Always throws. @throws StreamJobsError DEPLOY_FAILED with what became of the job; Superseded */
export async function goBack(
  core: JobCore,
  turn: Turn,
  failed: Failed,
  cause: StreamJobsError,
): Promise<never> {
  const { before, state, version } = failed;
  await core.letGo();
  const from = (await hasWritten(core, failed)) ? await fromThere(core, failed) : fromBefore(failed);
  turn.check();
  const runs = state === 'running' ? 'runs again' : `is there again, ${state} as before`;
  const said = `Version '${runningName(before)}' ${runs}; ${from.said}`;
  const note = `${sentence(cause.message)} ${said}`;
  const versions = changed(versionsOf(before), version, isNew(failed) ? { state: 'failed', note } : { note });
  await core.journal.keep(versionFields({ ...from.record, versions }));
  turn.check();
  await asItWas(core, turn, failed);
  throw versionMessages.failed(core.name, version, cause, said);
}

/** Whether a row of the new version may be outside. */
async function hasWritten(core: JobCore, { opened }: Failed): Promise<boolean> {
  if (opened === undefined) return false;
  const hasMore = () => core.counters().recordsOut > opened.recordsOut;
  // A batch that was under way when it was closed counts when it became durable.
  if (!hasMore()) await core.readCheckpoint();
  return hasMore();
}

/** Nothing of the new version is outside: the old one's database is the truth. */
function fromBefore({ before, after }: Failed): { record: JobRecord; said: string } {
  return { record: onItsOwn(before, after), said: 'nothing was lost or repeated.' };
}

async function fromThere(core: JobCore, failed: Failed): Promise<{ record: JobRecord; said: string }> {
  const { from, to, before, after } = failed;
  const repeated = 'it goes on from where it stood before, so that rows written since then may be repeated.';
  const asBefore = { record: onItsOwn(before, after), said: repeated };
  if (!keepsState(planChange(to.spec.plan, from.spec.plan))) return asBefore;
  const database = Math.max(...databasesOf(after)) + 1;
  const { databasePath } = core.around.bareSpec(core.name, database);
  try {
    await carryOver(core, to, { ...from, spec: { ...from.spec, databasePath } });
  } catch (error) {
    core.around.log('warn', `${core.name}: ${asError(error, 'carrying its state back').message}`);
    return asBefore;
  }
  const { desired, ended } = before;
  const record = { ...asVersion(after, before, database), desired, ended };
  return { record, said: 'it goes on from where the new one got to: nothing was lost or repeated.' };
}

/** The old version on the database it had. */
function onItsOwn(before: JobRecord, after: JobRecord): JobRecord {
  const { database = 0 } = before;
  return { ...before, spareDatabases: databasesOf(after).filter((number) => number !== database) };
}

/** The old version in the state it was in. What cannot go on now has failed, or is tried again by the job. */
async function asItWas(core: JobCore, turn: Turn, { state }: Failed): Promise<void> {
  core.understandAnew();
  if (state === 'paused') return;
  if (core.state === 'running') core.enter('starting');
  if (state === 'failed') {
    core.enter('failed');
    return;
  }
  if (state === 'stopped') {
    core.enter('stopping');
    core.enter('stopped');
    return;
  }
  try {
    await open(core, turn);
    await read(core, turn);
    core.enter('running');
  } catch (error) {
    turn.check();
    await couldNotGoOn(core, error);
  }
}
