// A job's DuckDB database: one file, or memory for a preview. Sandboxed: SQL reaches no files and no settings.
// Invariant: a file is open at most once in this process, and closing waits for the query that runs.
import { DuckDBInstance } from '@duckdb/node-api';
import type { DuckDBConnection, DuckDBMaterializedResult, DuckDBValue } from '@duckdb/node-api';
import { mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StreamJobsError } from '../protocol/errors';
import { limits } from './limits';
import { memoryBudget, type MemoryShare } from './memoryBudget';
import { macros } from './macros';

const openPaths = new Set<string>();

/** Runs statements, one after the other. Rejects with DuckDB's error. */
export interface Statements {
  run(sql: string, values?: DuckDBValue[]): Promise<DuckDBMaterializedResult>;
  /** Adds rows to a table of the job's database; bytes go in without a copy as text. */
  append(table: string, rows: readonly AppendedCell[][]): Promise<void>;
}
/** bigint: BIGINT, number: INTEGER, boolean: BOOLEAN, bytes: BLOB. */
export type AppendedCell = bigint | number | boolean | Uint8Array;

/** The attached database in memory that holds a batch's raw records. */
export const memory = 'mem';

export class Database implements Statements {
  readonly #running = new Set<Promise<unknown>>();
  /** Each stops what one reading connection does. */
  readonly #readers = new Set<() => void>();
  #closed: Promise<void> | undefined;
  #interrupted = false;

  private constructor(
    readonly path: string | undefined,
    readonly instance: DuckDBInstance,
    /** State, transactions and temporary tables. */
    readonly main: DuckDBConnection,
    /** Fills input tables while the main connection computes. */
    readonly input: DuckDBConnection,
    private readonly second: DuckDBConnection,
    private readonly share: MemoryShare,
  ) {}

  /** A connection beside the main one, which is never interrupted: it commits while the main one computes. */
  readonly beside: Statements = {
    run: (sql, values) => this.track(() => (values ? this.second.run(sql, values) : this.second.run(sql))),
    append: (table, rows) => this.track(() => append(this.second, table, rows)),
  };

  /** Opens or creates a database file, or one in memory; takes over its share. Throws STATE_CORRUPT or STORAGE. */
  static async open(path: string | undefined, share = memoryBudget.glimpse()): Promise<Database> {
    if (path !== undefined) {
      if (openPaths.has(path)) {
        share.release();
        throw new StreamJobsError('STORAGE', `${path} is already open.`);
      }
      openPaths.add(path);
    }
    try {
      return await openDatabase(path);
    } catch (error) {
      share.release();
      if (path !== undefined) openPaths.delete(path);
      throw openError(error, path ?? 'memory');
    }
    async function openDatabase(file: string | undefined): Promise<Database> {
      if (file !== undefined) await mkdir(dirname(file), { recursive: true });
      const options = {
        threads: '1',
        memory_limit: `${Math.floor(share.bytes / 1024)}KiB`,
        checkpoint_threshold: limits.checkpointThreshold,
        temp_directory: file === undefined ? '' : `${file}.tmp`,
        enable_external_access: 'false',
        lock_configuration: 'true',
      };
      const instance =
        file === undefined
          ? await DuckDBInstance.create(':memory:', options)
          : await DuckDBInstance.fromCache(file, options);
      const main = await instance.connect();
      const database = new Database(
        file,
        instance,
        main,
        await instance.connect(),
        await instance.connect(),
        share,
      );
      await database.run(`ATTACH ':memory:' AS ${memory}`);
      for (const macro of macros) await database.run(macro);
      return database;
    }
  }

  /** Runs statements on the main connection. Rejects with DuckDB's error, or with an interrupt. */
  async run(sql: string, values?: DuckDBValue[]): Promise<DuckDBMaterializedResult> {
    if (this.#interrupted) throw new Error('INTERRUPT Error: Interrupted!');
    return this.track(() => (values ? this.main.run(sql, values) : this.main.run(sql)));
  }

  async append(table: string, rows: readonly AppendedCell[][]): Promise<void> {
    return this.track(() => append(this.main, table, rows));
  }

  /** The rows of a small result. */
  async rows(sql: string, values?: DuckDBValue[]): Promise<DuckDBValue[][]> {
    return (await this.run(sql, values)).getRows();
  }

  /** Reads what is committed, on a connection of its own: beside whatever transaction is open. `signal` stops it. */
  async reading<T>(read: (reader: Statements) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const connection = await this.track(() => this.instance.connect());
    const stop = (): void => connection.interrupt();
    this.#readers.add(stop);
    signal?.addEventListener('abort', stop);
    try {
      return await this.track(() =>
        read({
          run: (sql, values) => connection.run(sql, values),
          append: (table, rows) => append(connection, table, rows),
        }),
      );
    } finally {
      signal?.removeEventListener('abort', stop);
      this.#readers.delete(stop);
      connection.closeSync();
    }
  }

  /** Begins a query and counts it as running, so that closing waits for it. Throws CANCELLED once it closes. */
  async track<T>(begin: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new StreamJobsError('CANCELLED', 'The database is closed.');
    const query = begin();
    this.#running.add(query);
    try {
      return await query;
    } finally {
      this.#running.delete(query);
    }
  }

  /** Stops what runs on the main connection within milliseconds; until `allow`, everything rejects. */
  interrupt(): void {
    this.#interrupted = true;
    this.main.interrupt();
  }
  allow(): void {
    this.#interrupted = false;
  }

  /** Writes the log back into the file, when no transaction is open. */
  async checkpoint(): Promise<void> {
    await this.run('CHECKPOINT');
  }

  /** Stops what runs, and closes. Idempotent. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.main.interrupt();
    this.input.interrupt();
    for (const stop of this.#readers) stop();
    await Promise.allSettled(this.#running);
    this.main.closeSync();
    this.input.closeSync();
    this.second.closeSync();
    this.instance.closeSync();
    this.share.release();
    if (this.path !== undefined) openPaths.delete(this.path);
  }
}

async function append(
  connection: DuckDBConnection,
  table: string,
  rows: readonly AppendedCell[][],
): Promise<void> {
  const appender = await connection.createAppender(table);
  try {
    for (const row of rows) {
      for (const cell of row)
        if (typeof cell === 'bigint') appender.appendBigInt(cell);
        else if (typeof cell === 'number') appender.appendInteger(cell);
        else if (typeof cell === 'boolean') appender.appendBoolean(cell);
        else appender.appendBlob(cell);
      appender.endRow();
    }
  } finally {
    appender.closeSync();
  }
}

/** Opens a database file for a while. Throws STATE_CORRUPT also when that is found out by reading. */
export async function withDatabase<T>(path: string, use: (database: Database) => Promise<T>): Promise<T> {
  const database = await Database.open(path);
  try {
    return await use(database);
  } catch (error) {
    throw !(error instanceof StreamJobsError) && isCorrupt(error) ? corruptState(path, error) : error;
  } finally {
    await database.close();
  }
}

/** Deletes a database file and what belongs to it. */
export async function deleteDatabase(path: string): Promise<void> {
  for (const file of [path, `${path}.wal`]) await rm(file, { force: true });
  await rm(`${path}.tmp`, { force: true, recursive: true });
}

function openError(error: unknown, path: string): StreamJobsError {
  if (error instanceof StreamJobsError) return error;
  const text = messageOf(error);
  const lacksRoom = /no space left|not enough space|ENOSPC|^Out of Memory/i.test(text);
  const isUnreadable = /not a valid DuckDB|Serialization Error|WAL|newer version|Internal/i.test(text);
  if (!lacksRoom && (isUnreadable || isCorrupt(error))) return corruptState(path, error);
  return new StreamJobsError('STORAGE', `${path} cannot be opened: ${firstLine(text)}`, { cause: error });
}

/** Whether DuckDB has found that what it reads is not what it wrote. */
export function isCorrupt(error: unknown): boolean {
  return (
    kindOf(error) !== 'data' && /corrupt|checksum|could not read (enough|all) bytes/i.test(messageOf(error))
  );
}

export function corruptState(path: string, cause: unknown): StreamJobsError {
  return new StreamJobsError(
    'STATE_CORRUPT',
    `The state in ${path} cannot be read: ${firstLine(messageOf(cause))}`,
    { hint: 'DROP JOB and start it again, or restore the file from a copy.', cause },
  );
}

/**
 * What an error of DuckDB is about: the rows, an interrupt, or the storage under it. After `invalidated` nothing works
 * any more until the file is opened again; what was committed is safe.
 */
export function kindOf(
  error: unknown,
): 'data' | 'interrupt' | 'storage' | 'memory' | 'invalidated' | 'other' {
  const text = messageOf(error);
  if (/^INTERRUPT/i.test(text)) return 'interrupt';
  if (/^(Conversion|Out of Range|Invalid Input|Invalid type|Mismatch Type) Error/i.test(text)) return 'data';
  if (/^FATAL|has been invalidated/i.test(text)) return 'invalidated';
  if (/^Out of Memory Error/i.test(text)) return 'memory';
  if (/^(IO|TransactionContext|Transaction) Error/i.test(text)) return 'storage';
  return 'other';
}

/** The reason in an error of DuckDB, in one line and without its category. */
export function reasonOf(error: unknown): string {
  const text = firstLine(messageOf(error)).replace(/^[\w ]+ Error: /, '');
  // Deliberate failures: see macros.ts.
  const own =
    /^Could not convert string '(division by zero|the array[^']*|the event time[^']*|a nested value[^']*)' to/.exec(
      text,
    );
  return own?.[1] ?? text;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}
