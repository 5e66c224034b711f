// A job's database for another query: a copy of the file, with what both queries keep and without the rest. The file
// it was copied from stays as it is, so that going back is choosing the other file.
import { existsSync } from 'node:fs';
import { copyFile, mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import { StreamJobsError } from '../protocol/errors';
import { planFingerprint, readCheckpoint, serializeCheckpoint, type Checkpoint } from './checkpoint';
import { deleteDatabase, withDatabase, type Database } from './database';
import type { JobSpec } from './engine';
import { bucketCount } from '../analysis/planning/share';
import { bucketSql } from './functions/routing';
import type { OperatorState } from './operatorStates';
import { refuseForeign, refuseMissing } from './knownState';
import { isOutbox, Outbox } from './outbox';
import { statePrefix } from './operators/operator';
import { partialsTable } from './operators/windowAggregate';
import { changedCheckpoint, planChange } from './planChange';
import { quote } from './sqlText';

/**
 * Makes the database of `to` from that of `from`, which must not be open. Durable when it resolves; what was at the
 * path before is gone. Throws STATE_CORRUPT, STORAGE.
 */
export async function carryOver(from: JobSpec, to: JobSpec): Promise<void> {
  refuseMissing(from);
  await deleteDatabase(to.databasePath);
  if (!existsSync(from.databasePath)) return;
  await mkdir(path.dirname(to.databasePath), { recursive: true });
  await copyDurably(from.databasePath, to.databasePath);
  await copyDurably(`${from.databasePath}.wal`, `${to.databasePath}.wal`);
  await withDatabase(to.databasePath, async (database) => {
    await change(database, from, to);
    await database.checkpoint();
  });
}

async function change(database: Database, from: JobSpec, to: JobSpec): Promise<void> {
  const stored = await readCheckpoint(database, planFingerprint(from.plan));
  refuseForeign(from, stored);
  if (stored === undefined) return;
  await refuseUnpublished(database, stored, from.name);
  const { kept, lost, dealt } = planChange(from.plan, to.plan);
  const tables = (await database.rows('SELECT table_name FROM duckdb_tables() WHERE NOT temporary')).map(
    ([name]) => String(name),
  );
  const tablesOf = (id: number): string[] => tables.filter((name) => name.startsWith(statePrefix(id)));
  const moved = kept.flatMap(({ from: old, to: now }) =>
    tablesOf(old).map((name) => ({ name, next: statePrefix(now) + name.slice(statePrefix(old).length) })),
  );
  const statements = [
    'BEGIN',
    ...tables.filter(isOutbox).map((name) => `DROP TABLE ${name}`),
    ...lost.flatMap(({ id }) => tablesOf(id)).map((name) => `DROP TABLE ${name}`),
    ...dealt.flatMap(({ from: old }, i) => gathered(old, i)),
    // In two steps: a new name may be another table's old one.
    ...moved.map(({ name }) => `ALTER TABLE ${name} RENAME TO moved_${name}`),
    ...moved.map(({ name, next }) => `ALTER TABLE moved_${name} RENAME TO ${next}`),
    ...dealt.flatMap(({ to: now }, i) => dealtOut(now, i)),
    `UPDATE job_checkpoint SET plan = ${quote(planFingerprint(to.plan))},
       body = ${quote(serializeCheckpoint(changedCheckpoint(stored, from.plan, to.plan)))}`,
    'COMMIT',
  ];
  for (const statement of statements) await database.run(statement);
}

/** Partial aggregates of several windows in one table, in place of theirs. */
function gathered(windows: number[], deal: number): string[] {
  const all = windows.map((id) => `SELECT * FROM ${partialsTable(id)}`).join(' UNION ALL ');
  return [`CREATE TABLE dealt_${deal} AS ${all}`, ...windows.map((id) => `DROP TABLE ${partialsTable(id)}`)];
}

/** Each window gets those of its keys. */
function dealtOut(windows: OperatorState[], deal: number): string[] {
  const made = windows.map(({ id, shared }) => {
    const { from, to } = shared?.share ?? { from: 0, to: bucketCount };
    const bucket = bucketSql((shared?.places ?? []).map((place) => `k${place}`));
    const where = shared === undefined ? '' : ` WHERE ${bucket} >= ${from} AND ${bucket} < ${to}`;
    return `CREATE TABLE ${partialsTable(id)} AS SELECT * FROM dealt_${deal}${where}`;
  });
  return [...made, `DROP TABLE dealt_${deal}`];
}

/** Rows in the outbox are published under the name of the state they are in. Throws SINK_UNAVAILABLE. */
export async function refuseUnpublished(database: Database, stored: Checkpoint, job: string): Promise<void> {
  const waiting = [...(await Outbox.waiting(database, stored)).values()].reduce((sum, rows) => sum + rows, 0);
  if (waiting > 0)
    throw new StreamJobsError('SINK_UNAVAILABLE', `${waiting} rows of ${job} are not published yet.`, {
      hint: 'Resume it and try again when the cluster of its sink can be reached.',
    });
}

async function copyDurably(from: string, to: string): Promise<void> {
  if (!existsSync(from)) return;
  await copyFile(from, to);
  const file = await open(to, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
