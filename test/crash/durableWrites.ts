// Loaded into a server process before the product's own code: stands around everything that writes to a disk (DuckDB
// and the file system), so that each durable write is a crash point. The product has no hooks, and a write that is
// new has a point from its first day; points.ts must then name it.
import { promises, type PathLike } from 'node:fs';
import path from 'node:path';
import { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { Point } from './points';
import { journalEntries, journalPoint } from './journalSql';
import { lastEntries, passing, passingSync, tell } from './striker';

const inTransaction = new WeakSet<DuckDBConnection>();

/** The point that a statement outside this process's memory is, if it makes something durable. */
function pointOf(sql: string, connection: DuckDBConnection): Point | undefined {
  const statement = sql.trim();
  if (/^BEGIN;[^]*COMMIT$/.test(statement)) return journalPoint(statement, lastEntries);
  if (statement.includes('CREATE TABLE IF NOT EXISTS meta')) return 'server database made';
  const commits = /(^|;\s*)COMMIT$/.test(statement);
  if (statement.startsWith('BEGIN')) inTransaction.add(connection);
  if (/^ROLLBACK$/.test(statement) || commits) inTransaction.delete(connection);
  if (statement === 'COMMIT') return 'job database made';
  if (statement.includes('UPDATE job_checkpoint') && (commits || !inTransaction.has(connection)))
    return 'checkpoint committed';
  const changes = /^(INSERT|UPDATE|DELETE|CREATE (OR REPLACE )?TABLE|ALTER|DROP)\b/.test(statement);
  const isTemporary = /\bmem\.|\bTEMP\b|^DELETE FROM (decoded|raw)_/.test(statement);
  if (commits || (changes && !isTemporary && !inTransaction.has(connection)))
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
  [/\bjobs\//, 'job file deleted'],
];

/** The point of a file, or nothing: then what happens there is no durable write, or one without a name. */
function pointAt(table: [RegExp, Point][], file: PathLike): Point | undefined {
  const slashed = String(file).split(path.sep).join('/');
  const found = table.find(([pattern]) => pattern.test(slashed));
  if (found === undefined && !slashed.endsWith('.sock')) tell({ unknown: slashed });
  return found?.[1];
}

const { open, rename, rm, writeFile } = promises;
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
  async open(...args: Parameters<typeof open>): ReturnType<typeof open> {
    const handle = await open(...args);
    return /\.(json|log)$/.test(String(args[0])) && /[+w]/.test(String(args[1])) ? watched(handle) : handle;
  },
});

type Handle = Awaited<ReturnType<typeof open>>;

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
