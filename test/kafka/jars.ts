// The broker's jars: fetched once with Maven into a cache folder.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const kafkaVersion = '4.2.0';

/** Where this project keeps what it fetches: `$STREAM_JOBS_CACHE`, else in the system's cache folder. */
export function cacheFolder(): string {
  const { STREAM_JOBS_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (STREAM_JOBS_CACHE !== undefined && STREAM_JOBS_CACHE !== '') return STREAM_JOBS_CACHE;
  const home = os.homedir();
  const base =
    process.platform === 'darwin'
      ? path.join(home, 'Library', 'Caches')
      : process.platform === 'win32'
        ? (LOCALAPPDATA ?? path.join(home, 'AppData', 'Local'))
        : (XDG_CACHE_HOME ?? path.join(home, '.cache'));
  return path.join(base, 'stream-jobs');
}

/** Why a broker cannot be started here, or undefined when it can. */
export async function missingForBroker(): Promise<string | undefined> {
  if (!(await works('java', ['-version']))) return 'there is no JDK (17 or newer) on the PATH';
  if (existsSync(jarFolder()) || (await works(maven(), ['-v']))) return undefined;
  return 'there is no Maven (mvn) on the PATH to fetch Apache Kafka with';
}

/** The folder of the jars, fetched now if they are not there. */
export async function fetchJars(): Promise<string> {
  const folder = jarFolder();
  if (existsSync(folder)) return folder;
  await mkdir(path.dirname(folder), { recursive: true });
  const fresh = await mkdtemp(`${folder}-`);
  try {
    const pom = path.join(import.meta.dirname, 'pom.xml');
    await run(
      maven(),
      ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${fresh}`],
      {
        shell: process.platform === 'win32',
        timeout: 300_000,
      },
    );
    await rename(fresh, folder);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    if (!existsSync(folder)) throw error; // Else another process was faster.
  }
  return folder;
}

function jarFolder(): string {
  return path.join(cacheFolder(), `kafka-${kafkaVersion}`);
}

function maven(): string {
  return process.platform === 'win32' ? 'mvn.cmd' : 'mvn';
}

async function works(command: string, args: string[]): Promise<boolean> {
  try {
    await run(command, args, { shell: process.platform === 'win32', timeout: 30_000 });
    return true;
  } catch {
    return false;
  }
}
