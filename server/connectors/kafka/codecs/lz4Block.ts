// Compresses one LZ4 block. lz4js' own lets matches begin in a block's last 12 bytes, which the reference decoder, and
// with it Kafka's broker, refuses. Source: https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md.

const matchMin = 4;
/** A match must begin this far before the end of the block ... */
const matchStartLimit = 12;
/** ... and end this far before it. */
const lastLiterals = 5;
const offsetMax = 0xffff;
const hashBits = 14;
const table = new Int32Array(1 << hashBits);

/** Most bytes a block of `length` bytes takes when nothing in it repeats. */
export function blockBytesMax(length: number): number {
  return length + Math.ceil(length / 255) + 16;
}

/** Writes the compressed block to the beginning of `target` and returns its length. */
export function compressBlock(source: Buffer, target: Buffer): number {
  const matchStartEnd = source.length - matchStartLimit;
  const matchEnd = source.length - lastLiterals;
  table.fill(-1);
  let out = 0;
  let anchor = 0;
  for (let at = 0; at <= matchStartEnd;) {
    const word = wordAt(source, at);
    const slot = Math.imul(word, 0x9e37_79b1) >>> (32 - hashBits);
    const candidate = table[slot] ?? -1;
    table[slot] = at;
    if (candidate < 0 || at - candidate > offsetMax || wordAt(source, candidate) !== word) {
      // Where nothing repeats for long, look less closely.
      at += 1 + ((at - anchor) >> 6);
      continue;
    }
    let length = matchMin;
    while (at + length < matchEnd && source[candidate + length] === source[at + length]) length++;
    out = writeSequence(source, anchor, at, target, out, length - matchMin);
    target[out++] = (at - candidate) & 0xff;
    target[out++] = (at - candidate) >>> 8;
    if (length - matchMin >= 15) out = writeLength(target, out, length - matchMin - 15);
    at += length;
    anchor = at;
  }
  return writeSequence(source, anchor, source.length, target, out, 0);
}

/** The token and the literals `from` to `to`; the match's offset and further length follow. */
function writeSequence(
  source: Buffer,
  from: number,
  to: number,
  target: Buffer,
  start: number,
  matchLength: number,
): number {
  const literals = to - from;
  let out = start;
  target[out++] = (Math.min(literals, 15) << 4) | Math.min(matchLength, 15);
  if (literals >= 15) out = writeLength(target, out, literals - 15);
  return out + source.copy(target, out, from, to);
}

function writeLength(target: Buffer, start: number, length: number): number {
  let out = start;
  let rest = length;
  for (; rest >= 255; rest -= 255) target[out++] = 255;
  target[out++] = rest;
  return out;
}

function wordAt(bytes: Buffer, at: number): number {
  return (
    (bytes[at] ?? 0) |
    ((bytes[at + 1] ?? 0) << 8) |
    ((bytes[at + 2] ?? 0) << 16) |
    ((bytes[at + 3] ?? 0) << 24)
  );
}
