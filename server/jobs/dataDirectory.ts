// Where things are in the server's data directory: its own database, and one file for each job.
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { DuckDBStore } from './duckdbStore';
import { messages } from './messages';
import type { Store } from './store';

const jobsFolder = 'jobs';

/**
 * Makes the directory, for its owner only, and takes hold of it.
 * @throws StreamJobsError SERVER_RUNNING when another server holds it, STATE_CORRUPT, STORAGE
 */
export async function openDataDirectory(dataDir: string): Promise<Store> {
  try {
    await mkdir(path.join(dataDir, jobsFolder), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw messages.storage(dataDir, error);
  }
  return DuckDBStore.open(dataDir);
}

/** Where the connectors of a job may keep files, beside its database. */
export function jobDirectory(dataDir: string, job: string): string {
  return jobDatabase(dataDir, job).replace(/\.db$/, '');
}

/** The database of a job with this number: a version that replaces another one brings its own. */
export function numberedDatabase(dataDir: string, job: string, number: number): string {
  return number === 0 ? jobDatabase(dataDir, job) : path.join(jobDirectory(dataDir, job), `${number}.db`);
}

/** The first database of a job: distinct for names that differ in case only, and no name that Windows reserves. */
export function jobDatabase(dataDir: string, job: string): string {
  const hash = createHash('sha256').update(job).digest('hex').slice(0, 8);
  const readable = job.replace(/[^A-Za-z0-9_.-]/g, '_').slice(0, 60);
  return path.join(dataDir, jobsFolder, `${readable}-${hash}.db`);
}
