// Reads what an entry of the server's journal means out of the statements that write it.
import type { JobRecord } from '../../server/jobs/store';
import type { JournalEntry, Point } from './points';

const jobWritten = /INSERT INTO job VALUES \('((?:[^']|'')*)', '((?:[^']|'')*)'\)/g;
const jobForgotten = /DELETE FROM job WHERE name = '((?:[^']|'')*)'/g;

/** The jobs' records in a transaction of the journal. */
export function journalEntries(sql: string): JournalEntry[] {
  const written = recordsIn(sql).map(({ name, desired, ended, dropping, pauses, resumes }): JournalEntry => ({
    job: name,
    desired,
    ...(ended === undefined ? {} : { ended: ended.state }),
    ...(dropping === undefined ? {} : { dropping }),
    pauses,
    resumes,
  }));
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
  if (record.pauses > last.pauses) return 'pause journalled';
  if (record.resumes > last.resumes) return 'resume journalled';
  return record.desired === 'paused' ? 'pause wanted' : 'resume wanted';
}

function recordsIn(sql: string): JobRecord[] {
  return [...sql.matchAll(jobWritten)].map(
    ([, , json = '{}']) => JSON.parse(json.replaceAll("''", "'")) as JobRecord,
  );
}
