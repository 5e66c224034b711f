// The databases of a job's versions: one is made from another, and those that no version runs on are deleted.
import { within } from '../deadline';
import type { JobCore, PlannedJob } from '../jobCore';
import { asError, messages } from '../messages';
import { cutShort } from '../versions';
import { versionMessages } from '../versionMessages';

/** Makes the database of `to` from that of `from`. @throws StreamJobsError STORAGE, STATE_CORRUPT */
export async function carryOver(core: JobCore, from: PlannedJob, to: PlannedJob): Promise<void> {
  const { clock, engine } = core.around;
  const { carryOverDeadlineMs: ms, graceMs } = core.limits;
  const late = () => versionMessages.carryOverTimeout(core.name, ms);
  await within({ clock, ms, graceMs, late }, () => engine.carryOver(from.spec, to.spec));
}

/** After the server came back: a deployment that its end cut short has failed, and leaves nothing behind. */
export async function tidyVersions(core: JobCore): Promise<void> {
  await core.journal.keep(cutShort(core.journal.record, 'The server ended meanwhile.'));
  await deleteSpares(core);
}

/** Never rejects: what cannot be deleted now is tried again after the next deployment or when the server starts. */
export async function deleteSpares(core: JobCore): Promise<void> {
  const { spareDatabases = [], database = 0 } = core.journal.record;
  if (spareDatabases.length === 0) return;
  const { clock, engine } = core.around;
  const { closeDeadlineMs: ms, graceMs } = core.limits;
  const late = () => messages.closeTimeout(core.name, ms);
  try {
    for (const number of spareDatabases.filter((spare) => spare !== database)) {
      const { databasePath } = core.around.bareSpec(core.name, number);
      await within({ clock, ms, graceMs, late }, () => engine.forget(databasePath));
    }
  } catch (error) {
    core.around.log(
      'warn',
      `${core.name}: a database is left over: ${asError(error, 'deleting it').message}`,
    );
    return;
  }
  await core.journal.keep({ spareDatabases: [] });
}
