// The log of a datagen table: how many records each partition holds at a moment. Pure; it holds no records.

export interface LogShape {
  /** When its first record appeared, epoch milliseconds. */
  epoch: number;
  /** Records appear at this rate, over all partitions; Infinity: the log is always as long as it may get. */
  rowsPerSecond: number;
  /** Most records, over all partitions; Infinity: no end. */
  rows: number;
  partitions: number;
}

/** Records appear in steps of this length, so that a fast log is read in batches and not one by one. */
export const tickMs = 10;
/** An unlimited log has no pace; its event time goes on as if it had this one. */
const unlimitedRowsPerSecond = 1_000_000;

/** How many records there are at `now`, over all partitions. */
export function recordsAt(log: LogShape, now: number): number {
  if (log.rowsPerSecond === Infinity) return log.rows;
  const elapsed = Math.floor(Math.max(0, now - log.epoch) / tickMs) * tickMs;
  return Math.min(log.rows, Math.floor((elapsed / 1000) * log.rowsPerSecond));
}

/** How many of the first `records` are in a partition: they go to the partitions in turn. */
export function recordsIn(log: LogShape, partition: number, records: number): number {
  return records === Infinity ? Infinity : Math.max(0, Math.ceil((records - partition) / log.partitions));
}

/** Number of a record in the whole log, from 0. */
export function recordNumber(log: LogShape, partition: number, offset: number): number {
  return offset * log.partitions + partition;
}

/** When a record appeared, epoch milliseconds. */
export function appearedAt(log: LogShape, record: number): number {
  const rate = log.rowsPerSecond === Infinity ? unlimitedRowsPerSecond : log.rowsPerSecond;
  return log.epoch + Math.floor((record * 1000) / rate);
}

/** How many records appeared before a moment, epoch milliseconds. */
export function recordsBefore(log: LogShape, at: number): number {
  const rate = log.rowsPerSecond === Infinity ? unlimitedRowsPerSecond : log.rowsPerSecond;
  return Number.isFinite(log.epoch) ? Math.max(0, Math.ceil(((at - log.epoch) * rate) / 1000)) : 0;
}

/** The latest epoch with which `records` records are there at `now`: for positions whose epoch was lost. */
export function epochFor(rowsPerSecond: number, records: number, now: number): number {
  if (rowsPerSecond === Infinity) return now;
  return now - Math.ceil((records * 1000) / rowsPerSecond / tickMs) * tickMs;
}

/** Milliseconds from `now` until the log holds more than `records` records; Infinity when it never will. */
export function msUntilMore(log: LogShape, records: number, now: number): number {
  if (records >= log.rows) return Infinity;
  const due = log.epoch + Math.ceil(((records + 1) * 1000) / log.rowsPerSecond / tickMs) * tickMs;
  return Math.max(1, due - now);
}
