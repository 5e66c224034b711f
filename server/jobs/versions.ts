// The versions in a job's record: which there are, and how the list changes as they come and go. Pure.
import type { CanaryRecord, JobRecord, VersionRecord } from './store';

/** Of the version a job runs or ran last. */
export type VersionSource = Pick<VersionRecord, 'version' | 'statement' | 'settings'>;
/** What a job runs: a version, and perhaps another one for some of the keys. */
export type Running = VersionSource & { canary?: CanaryRecord | undefined };

/** `1`, `1 + 2 (10 %)`. */
export function runningName({ version, canary }: Running): string {
  return canary === undefined ? version : `${version} + ${canary.version} (${canary.percent} %)`;
}

/** Of the keys, in percent; null for a version that does not run. */
export function shareOf({ version: present, canary }: JobRecord, version: string): number | null {
  if (version === canary?.version) return canary.percent;
  return version === present ? 100 - (canary?.percent ?? 0) : null;
}

/** Never empty: a job that was never deployed anew has the version it was started with. */
export function versionsOf(record: JobRecord): VersionRecord[] {
  if (record.versions !== undefined) return record.versions;
  const { version, statement, settings, startedAt, startedBy = 'unknown' } = record;
  const first = { version, statement, settings, deployedAt: startedAt, by: startedBy };
  return [{ ...first, strategy: 'start', state: 'active' }];
}

export function findVersion(record: JobRecord, version: string): VersionRecord | undefined {
  return versionsOf(record).find((known) => known.version === version);
}

export function versionNames(record: JobRecord): string[] {
  return versionsOf(record).map(({ version }) => version);
}

/** The one that ran before the present one; undefined when there is none to go back to. */
export function previousVersion(record: JobRecord): VersionRecord | undefined {
  return versionsOf(record)
    .filter(({ state }) => state === 'previous')
    .sort((a, b) => a.deployedAt - b.deployedAt)
    .at(-1);
}

/** Remembers a version, of which the oldest leave when there are too many; those that run stay. */
export function withVersion(record: JobRecord, added: VersionRecord, kept: number): VersionRecord[] {
  const all = [...versionsOf(record), added];
  const leaving = all
    .filter(({ version }) => version !== record.version && version !== record.canary?.version)
    .slice(0, Math.max(0, all.length - kept));
  return all.filter((known) => !leaving.includes(known));
}

/** The list with one version changed. */
export function changed(
  versions: readonly VersionRecord[],
  version: string,
  change: Partial<VersionRecord>,
): VersionRecord[] {
  return versions.map((known) => (known.version === version ? { ...known, ...change } : known));
}

/** The list when `made` runs: as a canary beside the present version, or in its place, which ends a canary. */
export function whenRunning(before: JobRecord, made: VersionRecord, asCanary: boolean): VersionRecord[] {
  const all = versionsOf(before);
  if (asCanary) return changed(all, made.version, { ...made, state: 'canary' });
  const { version, canary } = before;
  const left = changed(all, version, { state: made.strategy === 'rollback' ? 'rolled back' : 'previous' });
  const ended =
    canary === undefined
      ? left
      : changed(left, canary.version, {
          state: 'rolled back',
          note: `It had ${canary.percent} % of the keys.`,
        });
  // What was noted of it when it last ran is of then.
  return ended.map((known) => (known.version === made.version ? { ...made, state: 'active' } : known));
}

/** A job as it is when it runs this version on this database; the one it ran on is spare then. */
export function asVersion(
  record: JobRecord,
  { version, statement, settings, canary }: Running,
  database: number,
): JobRecord {
  const spareDatabases = databasesOf(record).filter((number) => number !== database);
  return { ...record, version, statement, settings, canary, database, spareDatabases };
}

/** What of a record says which version the job runs, on what, where that stands, and whether it is to run. */
export function versionFields(record: JobRecord) {
  const { version, statement, settings, canary, database = 0, spareDatabases = [] } = record;
  const { desired, ended, checkpoint } = record;
  const runs = { version, statement, settings, canary, database, spareDatabases };
  return { ...runs, versions: versionsOf(record), desired, ended, checkpoint };
}

/** Numbers of databases that are there or may be; never empty. */
export function databasesOf({ database = 0, spareDatabases = [] }: JobRecord): number[] {
  return [...new Set([...spareDatabases, database])];
}

/** The version that is being deployed; undefined when none is. */
export function onItsWay({ versions = [] }: JobRecord): VersionRecord | undefined {
  return versions.find(({ state }) => state === 'deploying');
}

/** What a record says after a deployment that ended before the new version took over; nothing when none did. */
export function cutShort(record: JobRecord, why: string): Pick<JobRecord, 'versions'> {
  const { versions = [] } = record;
  const cut = onItsWay(record);
  if (cut === undefined) return {};
  const note = `${why} Version '${runningName(record)}' stayed.`;
  return { versions: changed(versions, cut.version, { state: 'failed', note }) };
}
