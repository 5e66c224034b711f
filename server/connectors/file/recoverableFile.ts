// A file that rows are appended to, and that can be cut back to what was durable when something crashed.
import { mkdir, open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { StreamJobsError } from '../../protocol/errors';

export class RecoverableFile {
  /** A write failed half way: the file may be longer than `length`. */
  private torn = false;

  private constructor(
    readonly file: string,
    private readonly handle: FileHandle,
    /** Bytes of whole writes. */
    private lengthNow: number,
  ) {}

  /**
   * Opens or creates the file and its folders, cut back to `length` where it is longer; undefined: as long as it is.
   * A file that is created gets `mode`, whatever the process allows its files otherwise.
   * Throws SINK_FAILED, or SINK_UNAVAILABLE where trying again may help.
   */
  static async open(file: string, length: number | undefined, mode?: number): Promise<RecoverableFile> {
    let handle: FileHandle | undefined;
    try {
      await mkdir(path.dirname(file), { recursive: true });
      handle = await openForWriting(file, mode);
      const found = (await handle.stat()).size;
      const kept = Math.min(found, length ?? found);
      if (kept < found) await handle.truncate(kept);
      return new RecoverableFile(file, handle, kept);
    } catch (error) {
      await handle?.close().catch(() => undefined);
      throw fileFailure(file, error);
    }
  }

  get length(): number {
    return this.lengthNow;
  }

  /** Throws SINK_FAILED or SINK_UNAVAILABLE; the file then ends as before. */
  async append(bytes: Uint8Array): Promise<void> {
    try {
      if (this.torn) await this.handle.truncate(this.lengthNow);
      this.torn = true;
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await this.handle.write(
          bytes,
          done,
          bytes.length - done,
          this.lengthNow + done,
        );
        done += bytesWritten;
      }
      this.torn = false;
      this.lengthNow += bytes.length;
    } catch (error) {
      throw fileFailure(this.file, error);
    }
  }

  /** Everything appended is on the disk when this resolves. */
  async sync(): Promise<void> {
    try {
      if (this.torn) await this.handle.truncate(this.lengthNow);
      this.torn = false;
      await this.handle.sync();
    } catch (error) {
      throw fileFailure(this.file, error);
    }
  }

  async close(): Promise<void> {
    await this.handle.close();
  }
}

/** Not in append mode, which ignores positions: after a crash we write where the last whole row ends. */
async function openForWriting(file: string, mode: number | undefined): Promise<FileHandle> {
  try {
    return await open(file, 'r+');
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    const created = await open(file, 'wx+');
    if (mode !== undefined) await created.chmod(mode).catch(() => undefined);
    return created;
  }
}

const reasons: Record<string, string> = {
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is no folder',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  EBUSY: 'another program holds it',
  EIO: 'the disk reports an error',
};
const passing = new Set(['ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE', 'EBUSY', 'EAGAIN', 'EIO']);

function fileFailure(file: string, error: unknown): StreamJobsError {
  const code = codeOf(error) ?? '';
  const reason = reasons[code] ?? String(error);
  const kind = passing.has(code) ? 'SINK_UNAVAILABLE' : 'SINK_FAILED';
  return new StreamJobsError(kind, `The file ${file} cannot be written: ${reason}.`, { cause: error });
}

/** The system's code of an error: ENOENT, EACCES ... */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
