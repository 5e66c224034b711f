// Loaded into a server process before the product's own code: stands around everything that writes to a disk (DuckDB
// and the file system), so that each durable write is a crash point. The product has no hooks, and a write that is
// new has a point from its first day; points.ts must then name it.
import { promises, type PathLike } from 'node:fs';
import path from 'node:path';
import { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { Point } from './points';
import { journalEntries, journalPoint } from './journalSql';
import { lastEntries, passing, passingSync, tell } from './striker';

/** Open transactions, each with what is in it; `undefined` for nothing that has a name of its own. */
const transactions = new WeakMap<DuckDBConnection, { holds: Point | undefined }>();

/** What a transaction is about that holds such a statement. */
const contents: [RegExp, Point][] = [
  [/^CREATE TABLE job_checkpoint\b/, 'job database made'],
  [/^CREATE OR REPLACE TABLE outbox_/, 'outbox stored'],
  [/^UPDATE job_checkpoint SET plan\b/, 'state carried over'],
  [/^INSERT INTO dead_letters\b/, 'dead letters stored'],
  [/^(DELETE FROM dead_letters WHERE seq IN|UPDATE dead_letters)\b/, 'dead letters settled'],
];

/** The point that a statement outside this process's memory is, if it makes something durable. */
function pointOf(sql: string, connection: DuckDBConnection): Point | undefined {
  const statement = sql.trim();
  if (/^BEGIN;[^]*COMMIT$/.test(statement)) return journalPoint(statement, lastEntries);
  if (statement.includes('CREATE TABLE IF NOT EXISTS meta')) return 'server database made';
  if (statement.startsWith('CREATE TABLE IF NOT EXISTS outbox_')) return 'outbox made';
  if (statement === 'CHECKPOINT') return 'state written back';
  const commits = /(^|;\s*)COMMIT$/.test(statement);
  if (statement.startsWith('BEGIN')) transactions.set(connection, { holds: undefined });
  const transaction = transactions.get(connection);
  if (transaction !== undefined)
    transaction.holds ??= contents.find(([pattern]) => pattern.test(statement))?.[1];
  if (/^ROLLBACK$/.test(statement) || commits) transactions.delete(connection);
  if (commits && transaction?.holds !== undefined) return transaction.holds;
  if (statement.includes('UPDATE job_checkpoint') && (commits || transaction === undefined))
    return 'checkpoint committed';
  const changes = /^(INSERT|UPDATE|DELETE|CREATE (OR REPLACE )?TABLE|ALTER|DROP)\b/.test(statement);
  const isTemporary = /\bmem\.|\bTEMP\b|^DELETE FROM (in|decoded|raw)_/.test(statement);
  if (commits || (changes && !isTemporary && transaction === undefined))
    tell({ unknown: statement.slice(0, 200) });
  return undefined;
}

type Run = DuckDBConnection['run'];
const run = Reflect.get(DuckDBConnection.prototype, 'run');
DuckDBConnection.prototype.run = async function (
  this: DuckDBConnection,
  ...args: Parameters<Run>
): ReturnType<Run> {
  const [sql] = args;
  const point = pointOf(sql, this);
  if (point === undefined) return run.apply(this, args);
  const entries = journalEntries(sql);
  for (const entry of entries) tell({ journal: 'writing', entry });
  return passing(point, async () => {
    const result = await run.apply(this, args);
    for (const entry of entries) tell({ journal: 'durable', entry });
    return result;
  });
};

// Closing writes a database's log back into its file.
const closeSync = Reflect.get(DuckDBInstance.prototype, 'closeSync');
DuckDBInstance.prototype.closeSync = function (this: DuckDBInstance): void {
  passingSync('database closed', () => closeSync.call(this));
};

const writePoints: [RegExp, Point][] = [
  [/server\.pid$/, 'process id noted'],
  [/server\.json\.new$/, 'address written'],
  [/\bdatagen\/.*\.new$/, 'log begin written'],
  [/\bfile\/.*\.new$/, 'file length written'],
];
const renamePoints: [RegExp, Point][] = [
  [/server\.json$/, 'address told'],
  [/\bdatagen\//, 'log begin kept'],
  [/\bfile\//, 'file length kept'],
];
const removePoints: [RegExp, Point][] = [
  [/server\.pid$/, 'process id removed'],
  [/server\.json$/, 'address taken back'],
  [/\bfile\//, 'file length removed'],
  [/\bjobs\/[^/]+\/\d+\.db\b/, 'version database deleted'],
  [/\bjobs\//, 'job file deleted'],
];

/** The point of a file, or nothing: then what happens there is no durable write, or one without a name. */
function pointAt(table: [RegExp, Point][], file: PathLike): Point | undefined {
  const slashed = String(file).split(path.sep).join('/');
  const found = table.find(([pattern]) => pattern.test(slashed));
  if (found === undefined && !slashed.endsWith('.sock')) tell({ unknown: slashed });
  return found?.[1];
}

const { copyFile, open, readFile, rename, rm, writeFile } = promises;
Object.assign(promises, {
  async writeFile(...args: Parameters<typeof writeFile>): Promise<void> {
    const [file, data] = args;
    const point = typeof file === 'string' ? pointAt(writePoints, file) : undefined;
    const text = typeof data === 'string' ? data : '';
    const half = () => writeFile(file, text.slice(0, text.length / 2));
    return point === undefined ? writeFile(...args) : passing(point, () => writeFile(...args), half);
  },
  async rename(from: PathLike, to: PathLike): Promise<void> {
    const point = pointAt(renamePoints, to);
    return point === undefined ? rename(from, to) : passing(point, () => rename(from, to));
  },
  async rm(...args: Parameters<typeof rm>): Promise<void> {
    const point = pointAt(removePoints, args[0]);
    return point === undefined ? rm(...args) : passing(point, () => rm(...args));
  },
  async copyFile(...args: Parameters<typeof copyFile>): Promise<void> {
    const [from, to] = args;
    if (!/\.db(\.wal)?$/.test(String(to))) tell({ unknown: String(to) });
    const half = async () => {
      const bytes = await readFile(String(from));
      await writeFile(String(to), bytes.subarray(0, bytes.length / 2));
    };
    await passing('state copied', () => copyFile(...args), half);
  },
  async open(...args: Parameters<typeof open>): ReturnType<typeof open> {
    const handle = await open(...args);
    const [file, flags] = [String(args[0]), String(args[1])];
    if (/\.(json|log)$/.test(file) && /[+w]/.test(flags)) return watched(handle);
    return /\.db(\.wal)?$/.test(file) && flags === 'r+' ? watchedCopy(handle) : handle;
  },
});

type Handle = Awaited<ReturnType<typeof open>>;

/** A copied database. */
function watchedCopy(handle: Handle): Handle {
  const sync = handle.sync.bind(handle);
  return Object.assign(handle, { sync: () => passing('state copy synced', sync) });
}

/** A file that rows are written to. */
function watched(handle: Handle): Handle {
  const write = handle.write.bind(handle) as (...args: unknown[]) => Promise<{ bytesWritten: number }>;
  const sync = handle.sync.bind(handle);
  const truncate = handle.truncate.bind(handle);
  return Object.assign(handle, {
    write(bytes: Uint8Array, offset: number, length: number, position: number) {
      const half = () => write(bytes, offset, Math.floor(length / 2), position);
      return passing('rows written', () => write(bytes, offset, length, position), half);
    },
    sync: () => passing('rows synced', sync),
    truncate: (length: number) => passing('rows cut back', () => truncate(length)),
  });
}
