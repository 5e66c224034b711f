// Zstandard: Node's own where it has one (22.15 and later), else fzstd, which only reads.
import * as zlib from 'node:zlib';
import { decompress } from 'fzstd';
import type { Compression } from './codecs';

/** Functions that the oldest Node served lacks. */
const native = zlib as {
  zstdCompressSync?: (data: Buffer) => Buffer;
  zstdDecompressSync?: (data: Buffer) => Buffer;
};

/** Whether this Node can write Zstandard. */
export const canWriteZstd = native.zstdCompressSync !== undefined;

export const zstd: Compression = {
  compress(data) {
    if (!native.zstdCompressSync) throw new Error('writing zstd needs Node 22.15 or later');
    return native.zstdCompressSync(data);
  },
  decompress: (data) => native.zstdDecompressSync?.(data) ?? Buffer.from(decompress(data)),
};
