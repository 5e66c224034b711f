// Finds the records in a piece of a file. Pure: bytes in, byte ranges out.

/** What a scan found: records in `starts` and `ends`, and how far the piece has been used up. */
export interface Found {
  count: number;
  /** Byte after the last whole record and its line end. */
  consumed: number;
}

/** Finds whole records in `buffer[from, to)`, as many as `starts` has room for. With `last`, what has no line end
 *  counts as a record too. Blank lines are no records. */
export type FindRecords = (
  buffer: Buffer,
  from: number,
  to: number,
  last: boolean,
  starts: Uint32Array,
  ends: Uint32Array,
) => Found;

const newline = 0x0a;
const carriageReturn = 0x0d;

/** A record is a line. */
export const findLines: FindRecords = (buffer, from, to, last, starts, ends) => {
  let count = 0;
  let start = from;
  while (count < starts.length) {
    let end = buffer.indexOf(newline, start);
    if (end < 0 || end >= to) {
      if (!last || start >= to) break;
      end = to;
    }
    const content = trimmedEnd(buffer, start, end);
    if (!isBlank(buffer, start, content)) {
      starts[count] = start;
      ends[count++] = content;
    }
    start = Math.min(to, end + 1);
  }
  return { count, consumed: start };
};

/** A record is a line, but a line end between quotes belongs to its field (RFC 4180). */
export function findCsvRecords(delimiter: string, quote: string): FindRecords {
  const delimiterByte = delimiter.charCodeAt(0);
  const quoteByte = quote.charCodeAt(0);
  return (buffer, from, to, last, starts, ends) => {
    let count = 0;
    let start = from;
    while (count < starts.length && start < to) {
      const end = csvRecordEnd(buffer, start, to, delimiterByte, quoteByte);
      if (end === to && !last) break;
      const content = trimmedEnd(buffer, start, end);
      if (content > start) {
        starts[count] = start;
        ends[count++] = content;
      }
      start = Math.min(to, end + 1);
    }
    return { count, consumed: start };
  };
}

/** The index of the line end that ends the record, or `to`. A quote opens only at the beginning of a field. */
function csvRecordEnd(buffer: Buffer, start: number, to: number, delimiter: number, quote: number): number {
  const lineEnd = buffer.indexOf(newline, start);
  const firstQuote = buffer.indexOf(quote, start);
  if (firstQuote < 0 || (lineEnd >= 0 && lineEnd < firstQuote))
    return lineEnd < 0 || lineEnd > to ? to : lineEnd;
  let quoted = false;
  let fieldStart = true;
  for (let at = start; at < to; at++) {
    const byte = buffer[at];
    if (quoted) {
      if (byte !== quote) continue;
      if (buffer[at + 1] === quote && at + 1 < to) at++;
      else quoted = false;
    } else if (byte === newline) return at;
    else if (byte === quote && fieldStart) quoted = true;
    fieldStart = byte === delimiter;
  }
  return to;
}

function trimmedEnd(buffer: Buffer, start: number, end: number): number {
  return end > start && buffer[end - 1] === carriageReturn ? end - 1 : end;
}

function isBlank(buffer: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (buffer[at] !== 0x20 && buffer[at] !== 0x09) return false;
  return true;
}
