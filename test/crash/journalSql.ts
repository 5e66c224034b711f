// Reads what an entry of the server's journal means out of the statements that write it.
import type { JobRecord } from '../../server/jobs/store';
import type { JournalEntry, Point } from './points';

const jobWritten =
  /INSERT INTO job VALUES \('(?:[^']|'')*', '((?:[^']|'')*)'\)|UPDATE job SET record = '((?:[^']|'')*)' WHERE/g;
const jobForgotten = /DELETE FROM job WHERE name = '((?:[^']|'')*)'/g;

/** The jobs' records in a transaction of the journal. */
export function journalEntries(sql: string): JournalEntry[] {
  const written = recordsIn(sql).map(entryOf);
  const forgotten = [...sql.matchAll(jobForgotten)].map(([, name = '']): JournalEntry => ({
    job: name,
    desired: null,
    pauses: 0,
    resumes: 0,
  }));
  return [...written, ...forgotten];
}

/** What a transaction of the journal is about, seen against the jobs' last entries. */
export function journalPoint(sql: string, known: ReadonlyMap<string, JournalEntry>): Point {
  if (sql.includes('DELETE FROM job WHERE')) return 'job forgotten';
  const record = recordsIn(sql)[0];
  if (record === undefined) return 'table journalled';
  const last = known.get(record.name);
  if (last === undefined || last.desired === null) return 'start wanted';
  if (record.dropping === true) return 'drop wanted';
  if (record.ended !== undefined) return 'stop journalled';
  if (last.ended !== undefined) return 'restart wanted';
  const version = versionPoint(record, last);
  if (version !== undefined) return version;
  if (record.step !== undefined && last.step !== true) return 'step wanted';
  if (record.pauses > last.pauses) return 'pause journalled';
  if (record.resumes > last.resumes) return 'resume journalled';
  if (record.desired === 'paused') return 'pause wanted';
  return record.begun !== undefined && last.begun !== true ? 'database noted' : 'going on journalled';
}

/** Of an entry about the job's versions and their databases. */
function versionPoint(record: JobRecord, last: JournalEntry): Point | undefined {
  const now = entryOf(record);
  if (now.version !== last.version) {
    const strategy = record.versions?.find(({ version }) => version === record.version)?.strategy;
    if (strategy === 'rollback') return 'rollback journalled';
    return strategy === 'blue-green' ? 'swap journalled' : 'version journalled';
  }
  if (now.canary !== last.canary)
    return now.canary === undefined ? 'rollback journalled' : 'canary journalled';
  if (now.deploying !== last.deploying) return now.deploying ? 'version announced' : 'version given up';
  const [spares, before] = [now.spares ?? 0, last.spares ?? 0];
  if (spares > before) return 'database announced';
  return spares < before ? 'spare databases forgotten' : undefined;
}

function entryOf(record: JobRecord): JournalEntry {
  const { name, desired, ended, dropping, pauses, resumes, begun, step, version, canary } = record;
  return {
    job: name,
    desired,
    ...(ended === undefined ? {} : { ended: ended.state }),
    ...(dropping === undefined ? {} : { dropping }),
    pauses,
    resumes,
    begun: begun !== undefined,
    step: step !== undefined,
    version,
    // Another share is a canary anew.
    ...(canary === undefined ? {} : { canary: `${canary.version} ${canary.percent}` }),
    deploying: record.versions?.some(({ state }) => state === 'deploying') ?? false,
    spares: record.spareDatabases?.length ?? 0,
  };
}

function recordsIn(sql: string): JobRecord[] {
  return [...sql.matchAll(jobWritten)].map(
    ([, inserted, updated]) => JSON.parse((inserted ?? updated ?? '{}').replaceAll("''", "'")) as JobRecord,
  );
}
