// Where what is installed on demand is kept between runs.
import os from 'node:os';
import path from 'node:path';

/** The project's cache folder: `$STREAM_JOBS_CACHE`, else one in the system's place for caches. Safe to delete. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.STREAM_JOBS_CACHE) return path.resolve(env.STREAM_JOBS_CACHE);
  return path.join(systemCacheFolder(env), 'stream-jobs');
}

function systemCacheFolder(env: NodeJS.ProcessEnv): string {
  switch (process.platform) {
    case 'win32':
      return env.LOCALAPPDATA ?? path.join(os.homedir(), 'AppData/Local');
    case 'darwin':
      return path.join(os.homedir(), 'Library/Caches');
    default:
      return env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache');
  }
}
