// Snappy as Kafka has it: the block stream of snappy-java ("xerial"), or one bare block as some clients write.
// Source: https://github.com/xerial/snappy-java, SnappyOutputStream.
import { compress, uncompress } from 'snappyjs';
import type { Compression } from './codecs';

const magic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
/** Magic, version and lowest compatible version. */
const header = Buffer.concat([magic, Buffer.from([0, 0, 0, 1, 0, 0, 0, 1])]);
const blockBytes = 32 * 1024;

export const snappy: Compression = {
  compress(data) {
    const parts: Uint8Array[] = [header];
    for (let at = 0; at < data.length; at += blockBytes) {
      const block = compress(data.subarray(at, at + blockBytes));
      const length = Buffer.alloc(4);
      length.writeUInt32BE(block.length);
      parts.push(length, block);
    }
    return Buffer.concat(parts);
  },
  decompress(data) {
    if (!data.subarray(0, magic.length).equals(magic)) return Buffer.from(uncompress(data));
    const parts: Uint8Array[] = [];
    for (let at = header.length; at + 4 <= data.length;) {
      const length = data.readUInt32BE(at);
      at += 4;
      parts.push(uncompress(data.subarray(at, at + length)));
      at += length;
    }
    return Buffer.concat(parts);
  },
};
