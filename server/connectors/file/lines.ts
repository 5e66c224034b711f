// The rows of a sink as lines of a file.
import { absent } from '../connector';
import type { RowBatch } from '../connector';

const newline = 0x0a;
const nullLine = Buffer.from('null');

/** The rows with a newline after each. Copies only where the rows are not already laid out so. */
export function linesOf(rows: RowBatch): Uint8Array {
  const { buffer, starts, ends } = rows.values;
  if (rows.count === 0) return new Uint8Array();
  const first = starts[0] ?? 0;
  const end = ends[rows.count - 1] ?? 0;
  if (isBlob(rows) && buffer[end] === newline && end < buffer.length) return buffer.subarray(first, end + 1);
  let bytes = rows.count;
  for (let i = 0; i < rows.count; i++)
    bytes += starts[i] === absent ? nullLine.length : (ends[i] ?? 0) - (starts[i] ?? 0);
  const lines = Buffer.allocUnsafe(bytes);
  let at = 0;
  for (let i = 0; i < rows.count; i++) {
    at += starts[i] === absent ? nullLine.copy(lines, at) : buffer.copy(lines, at, starts[i], ends[i]);
    lines[at++] = newline;
  }
  return lines;
}

/** Whether the rows follow each other, one newline between. */
function isBlob({ count, values: { buffer, starts, ends } }: RowBatch): boolean {
  for (let i = 1; i < count; i++) {
    const end = ends[i - 1] ?? 0;
    if (starts[i] !== end + 1 || buffer[end] !== newline) return false;
  }
  return starts[0] !== absent;
}
