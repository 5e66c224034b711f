// Where a data directory's server listens: a socket only its owner can reach.
import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { StreamJobsError } from '../protocol/errors';
import { messages } from './messages';

/** Longest path a Unix socket may have: 104 bytes with its end on macOS, 108 on Linux. */
const socketPathBytesMax = 100;

/**
 * The socket's path, its folder made and private: inside the data directory, or where that path is too long, in a
 * private folder of the system's temporary one. On Windows a named pipe.
 * @throws StreamJobsError STORAGE when the folder belongs to someone else
 */
export async function prepareSocketPath(dataDir: string): Promise<string> {
  const id = createHash('sha256').update(path.resolve(dataDir)).digest('hex').slice(0, 16);
  if (process.platform === 'win32') return `\\\\.\\pipe\\stream-jobs-${id}`;
  const inside = path.join(dataDir, 'server.sock');
  if (Buffer.byteLength(inside) <= socketPathBytesMax) return inside;
  const folder = path.join(tmpdir(), `stream-jobs-${process.getuid?.() ?? 0}`);
  await makePrivate(folder);
  return path.join(folder, `${id}.sock`);
}

/**
 * Makes a folder that only its owner can enter.
 * @throws StreamJobsError STORAGE when it cannot be made or is someone else's
 */
export async function makePrivate(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw messages.storage(folder, error);
  }
  if (process.platform === 'win32') return;
  const stat = await lstat(folder);
  if (!stat.isDirectory() || stat.uid !== process.getuid?.()) {
    throw new StreamJobsError('STORAGE', `${folder} belongs to someone else.`, {
      hint: 'Choose another data directory with --data-dir.',
    });
  }
  await chmod(folder, 0o700);
}
