// LZ4 frames. Those of lz4js have no independent blocks, and Kafka's Java client takes no others; it also expects
// checksums in the wrong place, so that only its block decoder is used. Source: https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md.
import { decompressBlock } from 'lz4js';
import type { Compression } from './codecs';
import { blockBytesMax, compressBlock } from './lz4Block';

const magic = 0x184d2204;
/** Version 1, independent blocks, no checksums, blocks of up to 64 KiB; the last byte is the header's checksum. */
const header = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82]);
const blockBytes = 64 * 1024;
const uncompressedBit = 0x8000_0000;
const blockBytesByCode: Record<number, number> = { 4: 64 << 10, 5: 256 << 10, 6: 1 << 20, 7: 4 << 20 };
/** A compressed byte stands for at most this many. */
const expansionMax = 255;

export const lz4: Compression = { compress: compressFrame, decompress: decompressFrame };

function compressFrame(data: Buffer): Buffer {
  const blocks = Math.ceil(data.length / blockBytes);
  const frame = Buffer.allocUnsafe(header.length + blocks * (4 + blockBytes) + 4);
  const block = Buffer.allocUnsafe(blockBytesMax(blockBytes));
  let at = header.copy(frame);
  for (let from = 0; from < data.length; from += blockBytes) {
    const plain = data.subarray(from, from + blockBytes);
    const length = compressBlock(plain, block);
    const smaller = length < plain.length;
    at = frame.writeUInt32LE(smaller ? length : (plain.length | uncompressedBit) >>> 0, at);
    at += smaller ? block.copy(frame, at, 0, length) : plain.copy(frame, at);
  }
  at = frame.writeUInt32LE(0, at);
  return frame.subarray(0, at);
}

function decompressFrame(data: Buffer): Buffer {
  if (data.readUInt32LE(0) !== magic) throw new Error('not an LZ4 frame');
  const flags = data.readUInt8(4);
  if (flags >>> 6 !== 1) throw new Error(`LZ4 frame version ${flags >>> 6}`);
  const blockMax = blockBytesByCode[(data.readUInt8(5) >>> 4) & 7];
  if (blockMax === undefined) throw new Error('an unknown LZ4 block size');
  const contentSizeBytes = flags & 8 ? 8 : 0;
  const dictionaryBytes = flags & 1 ? 4 : 0;
  const blocks = listBlocks(data, 7 + contentSizeBytes + dictionaryBytes, (flags & 16) !== 0);
  const bound = blocks.reduce(
    (sum, { length, plain }) => sum + (plain ? length : Math.min(blockMax, length * expansionMax)),
    0,
  );
  const content = Buffer.allocUnsafe(bound);
  let at = 0;
  for (const { from, length, plain } of blocks)
    at = plain
      ? at + data.copy(content, at, from, from + length)
      : decompressBlock(data, content, from, length, at);
  return content.subarray(0, at);
}

function listBlocks(
  data: Buffer,
  first: number,
  checksums: boolean,
): { from: number; length: number; plain: boolean }[] {
  const blocks = [];
  for (let at = first; ;) {
    const word = data.readUInt32LE(at);
    if (word === 0) return blocks;
    const length = word & ~uncompressedBit;
    const from = at + 4;
    at = from + length + (checksums ? 4 : 0);
    if (at > data.length) throw new Error('an LZ4 block is cut off');
    blocks.push({ from, length, plain: (word & uncompressedBit) !== 0 });
  }
}
