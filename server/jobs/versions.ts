// The versions in a job's record: which there are, and how the list changes as they come and go. Pure.
import type { JobRecord, VersionRecord } from './store';

/** Of the version a job runs or ran last. */
export type VersionSource = Pick<VersionRecord, 'version' | 'statement' | 'settings'>;

/** Never empty: a job that was never deployed anew has the version it was started with. */
export function versionsOf(record: JobRecord): VersionRecord[] {
  if (record.versions !== undefined) return record.versions;
  const { version, statement, settings, startedAt } = record;
  const first = { version, statement, settings, deployedAt: startedAt, by: 'unknown' };
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

/** Remembers a version, of which the oldest leave when there are too many; the present one stays. */
export function withVersion(record: JobRecord, added: VersionRecord, kept: number): VersionRecord[] {
  const all = [...versionsOf(record), added];
  const leaving = all
    .filter(({ version }) => version !== record.version)
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

/** A job as it is when it runs this version on this database; the one it ran on is spare then. */
export function asVersion(
  record: JobRecord,
  { version, statement, settings }: VersionSource,
  database: number,
): JobRecord {
  const spareDatabases = databasesOf(record).filter((number) => number !== database);
  return { ...record, version, statement, settings, database, spareDatabases };
}

/** What of a record says which version the job runs, on what, and whether it is to run. */
export function versionFields(record: JobRecord) {
  const { version, statement, settings, database = 0, spareDatabases = [], desired, ended } = record;
  const runs = { version, statement, settings, database, spareDatabases, versions: versionsOf(record) };
  // What was noted of the checkpoint is of another database.
  return { ...runs, desired, ended, checkpoint: undefined };
}

/** Numbers of databases that are there or may be; never empty. */
export function databasesOf({ database = 0, spareDatabases = [] }: JobRecord): number[] {
  return [...new Set([...spareDatabases, database])];
}

/** What a record says after a deployment that ended before the new version took over; nothing when none did. */
export function cutShort(record: JobRecord, why: string): Pick<JobRecord, 'versions'> {
  const { versions = [], version: present } = record;
  const cut = versions.find(({ state }) => state === 'deploying');
  if (cut === undefined) return {};
  const note = `${why} Version '${present}' stayed.`;
  return { versions: changed(versions, cut.version, { state: 'failed', note }) };
}
