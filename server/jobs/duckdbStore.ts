// The store in a small DuckDB file, `server.db`: a transaction for each write, and the file's lock keeps a second
// server out. Writes that come together share one transaction's cost. A pause waits for two of them: the tables of jobs
// and pauses have no index, which would make a write three times as long, so what is there already is kept in mind.
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { messages } from './messages';
import type { JobRecord, PauseRecord, RelationRecord, Store, StoreChange, StoreContents } from './store';

/** Raised when the meaning of what is stored changes. */
const schemaVersion = 1;
const databaseFile = 'server.db';
const pidFile = 'server.pid';

const schema = `
  CREATE TABLE IF NOT EXISTS meta (version INTEGER);
  INSERT INTO meta SELECT ${schemaVersion} WHERE NOT EXISTS (FROM meta);
  CREATE TABLE IF NOT EXISTS job (name VARCHAR, record VARCHAR);
  CREATE TABLE IF NOT EXISTS pause (job VARCHAR, number INTEGER, event VARCHAR);
  CREATE TABLE IF NOT EXISTS relation (name VARCHAR PRIMARY KEY, made INTEGER, record VARCHAR);
  CREATE SEQUENCE IF NOT EXISTS made;
`;

/** How many pauses beyond those that are kept may be there, so that they are not deleted one by one. */
const pausesForgottenTogether = 16;

/** Job -> the number of its last pause, 0 without one. */
type Known = Map<string, number>;

interface OpenDatabase {
  instance: DuckDBInstance;
  connection: DuckDBConnection;
  /** What is in the tables; undefined after a failure, until it is read again. */
  known: Known | undefined;
}
interface PendingWrite {
  changes: StoreChange[];
  resolve: () => void;
  reject: (error: Error) => void;
}

/** Data directories this process holds: DuckDB's file lock only keeps other processes out. */
const heldHere = new Set<string>();

export class DuckDBStore implements Store {
  private readonly pending: PendingWrite[] = [];
  private writing: Promise<void> | undefined;
  private closed = false;

  private constructor(
    private readonly dataDir: string,
    /** Undefined after an error that made it unusable, as a full disk can: opened again by the next write. */
    private database: OpenDatabase | undefined,
  ) {}

  /** Of a directory that is there. @throws StreamJobsError SERVER_RUNNING, STATE_CORRUPT, STORAGE */
  static async open(dataDir: string): Promise<DuckDBStore> {
    const directory = path.resolve(dataDir);
    if (heldHere.has(directory)) throw messages.serverRunning(directory, process.pid);
    heldHere.add(directory);
    try {
      return new DuckDBStore(directory, await openDatabase(directory));
    } catch (error) {
      heldHere.delete(directory);
      throw error;
    }
  }

  async load(): Promise<StoreContents> {
    try {
      const jobs = await this.rows('SELECT name, record FROM job ORDER BY name');
      const pauses = await this.rows('SELECT job, event, number FROM pause ORDER BY job, number');
      const relations = await this.rows('SELECT name, record FROM relation ORDER BY made');
      const pausesOf = new Map<string, PauseRecord[]>(jobs.map(([name]) => [name, []]));
      for (const [job, event] of pauses) pausesOf.get(job)?.push(JSON.parse(event) as PauseRecord);
      return {
        jobs: jobs.map(([name, record]) => ({
          record: JSON.parse(record) as JobRecord,
          pauses: pausesOf.get(name) ?? [],
        })),
        relations: relations.map(([, record]) => JSON.parse(record) as RelationRecord),
      };
    } catch (error) {
      throw messages.catalogCorrupt(path.join(this.dataDir, databaseFile), error);
    }
  }

  write(changes: StoreChange[]): Promise<void> {
    if (this.closed) return Promise.reject(messages.serverClosing());
    return new Promise((resolve, reject) => {
      this.pending.push({ changes, resolve, reject });
      this.writing ??= this.writeAll();
    });
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.writing;
    // Before the lock: afterwards it may be the next server's.
    await rm(path.join(this.dataDir, pidFile), { force: true });
    this.closeDatabase();
    heldHere.delete(this.dataDir);
  }

  private async rows(sql: string): Promise<[string, string][]> {
    const { connection } = await this.opened();
    const reader = await connection.runAndReadAll(sql);
    return reader.getRowsJson().map((row) => [row[0] as string, row[1] as string]);
  }

  private async writeAll(): Promise<void> {
    while (this.pending.length > 0) {
      const together = this.pending.splice(0);
      try {
        await this.transaction(together.flatMap((write) => write.changes));
        for (const write of together) write.resolve();
      } catch (error) {
        const failure = messages.storage(path.join(this.dataDir, databaseFile), error);
        for (const write of together) write.reject(failure);
      }
    }
    // In the same step as the last look at what is pending: what comes now starts anew.
    this.writing = undefined;
  }

  /** Each change may be made twice, so one that failed with the whole database is tried again in a new one. */
  private async transaction(changes: StoreChange[]): Promise<void> {
    try {
      await this.attempt(changes);
    } catch (error) {
      if (this.database !== undefined) throw error;
      await this.attempt(changes);
    }
  }

  /** One call for all of it: each would wait for its turn behind jobs that run, and a pause waits for it. */
  private async attempt(changes: StoreChange[]): Promise<void> {
    const database = await this.opened();
    const { connection } = database;
    try {
      const known = database.known ?? (await readKnown(connection));
      // Until it is written nothing is known for certain.
      database.known = undefined;
      const written = changes.flatMap((change) => statements(change, known));
      await connection.run(['BEGIN', ...written, 'COMMIT'].join(';\n'));
      database.known = known;
    } catch (error) {
      // A failed commit has rolled back already; then there is nothing left to roll back.
      await connection.run('ROLLBACK').catch(() => undefined);
      if (isUnusable(error)) this.closeDatabase();
      throw error;
    }
  }

  private async opened(): Promise<OpenDatabase> {
    this.database ??= await openDatabase(this.dataDir);
    return this.database;
  }

  private closeDatabase(): void {
    this.database?.connection.closeSync();
    this.database?.instance.closeSync();
    this.database = undefined;
  }
}

async function readKnown(connection: DuckDBConnection): Promise<Known> {
  const reader = await connection.runAndReadAll(
    'SELECT name, coalesce(max(number), 0) FROM job LEFT JOIN pause ON job = name GROUP BY name',
  );
  return new Map(reader.getRowsJson().map(([name, number]) => [name as string, number as number]));
}

/** @param known is what it will be once they are executed */
function statements(change: StoreChange, known: Known): string[] {
  switch (change.kind) {
    case 'job': {
      const [name, record] = [literal(change.record.name), literal(JSON.stringify(change.record))];
      if (known.has(change.record.name)) return [`UPDATE job SET record = ${record} WHERE name = ${name}`];
      known.set(change.record.name, 0);
      return [`INSERT INTO job VALUES (${name}, ${record})`];
    }
    case 'pause': {
      const { number } = change.pause;
      const [job, event] = [literal(change.job), literal(JSON.stringify(change.pause))];
      if (number <= (known.get(change.job) ?? 0))
        return [`UPDATE pause SET event = ${event} WHERE job = ${job} AND number = ${number}`];
      known.set(change.job, number);
      const forgotten = `DELETE FROM pause WHERE job = ${job} AND number < ${change.keepFrom}`;
      return [
        `INSERT INTO pause VALUES (${job}, ${number}, ${event})`,
        ...(number % pausesForgottenTogether === 0 ? [forgotten] : []),
      ];
    }
    case 'dropJob':
      known.delete(change.name);
      return [
        `DELETE FROM job WHERE name = ${literal(change.name)}`,
        `DELETE FROM pause WHERE job = ${literal(change.name)}`,
      ];
    case 'relation': {
      const values = `${literal(change.record.name)}, nextval('made'), ${literal(JSON.stringify(change.record))}`;
      return [`INSERT INTO relation VALUES (${values}) ON CONFLICT DO UPDATE SET record = excluded.record`];
    }
    case 'dropRelation':
      return [`DELETE FROM relation WHERE name = ${literal(change.name)}`];
  }
}

/** Text in SQL, where nothing but the quote has a meaning. */
function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** DuckDB's words when nothing works any more until the file is opened again. */
function isUnusable(error: unknown): boolean {
  return /^FATAL|has been invalidated/i.test(error instanceof Error ? error.message : String(error));
}

async function openDatabase(directory: string): Promise<OpenDatabase> {
  const file = path.join(directory, databaseFile);
  let instance: DuckDBInstance | undefined;
  try {
    instance = await DuckDBInstance.create(file, {
      threads: '1',
      enable_external_access: 'false',
      lock_configuration: 'true',
    });
    const connection = await instance.connect();
    await connection.run(schema);
    const reader = await connection.runAndReadAll('SELECT max(version) FROM meta');
    const version = reader.getRowsJson()[0]?.[0] as number;
    if (version !== schemaVersion) {
      throw new Error(`It was written by another version of the server (${version}).`);
    }
    await writeFile(path.join(directory, pidFile), String(process.pid));
    return { instance, connection, known: undefined };
  } catch (error) {
    instance?.closeSync();
    if (isLocked(error))
      throw messages.serverRunning(directory, holderIn(error) ?? (await holder(directory)));
    if (isStorage(error)) throw messages.storage(file, error);
    throw messages.catalogCorrupt(file, error);
  }
}

/** DuckDB's words for a file another process has open, on POSIX and on Windows. */
function isLocked(error: unknown): boolean {
  return /could not set lock|conflicting lock|being used by another process/i.test(String(error));
}

function isStorage(error: unknown): boolean {
  return /no space|not enough space|permission denied|read-only|cannot open file|EACCES|ENOSPC|EROFS/i.test(
    String(error),
  );
}

/** The process DuckDB names where the system tells it: right also while that process has only just begun. */
function holderIn(error: unknown): number | undefined {
  const [, pid] = /\(PID (\d+)\)/.exec(String(error)) ?? [];
  return pid === undefined ? undefined : Number(pid);
}

/** The process in the file, unless a killed server left it there. */
async function holder(directory: string): Promise<number | undefined> {
  const text = await readFile(path.join(directory, pidFile), 'utf8').catch(() => '');
  return /^\d+$/.test(text) && isAlive(Number(text)) ? Number(text) : undefined;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
