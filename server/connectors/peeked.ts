// What a look at the next records gives: copies of their beginnings, so that nothing large is kept alive.
import { absent, positionAfter } from './connector';
import type { PackedValues, Peeked, RecordBatch } from './connector';

/** The first `limit` records of a batch, keys and values cut to `bytesMax` bytes. `more`: of the log behind the batch. */
export function peeked(batch: RecordBatch, limit: number, bytesMax: number, more: boolean): Peeked {
  const count = Math.min(limit, batch.count);
  const { partition, baseOffset, offsetDeltas, timestamps, keys } = batch;
  return {
    batch: {
      partition,
      count,
      values: beginnings(batch.values, count, bytesMax),
      ...(keys && { keys: beginnings(keys, count, bytesMax) }),
      baseOffset,
      ...(offsetDeltas && { offsetDeltas: offsetDeltas.slice(0, count) }),
      ...(timestamps && { timestamps: timestamps.slice(0, count) }),
      nextOffset: positionAfter(batch, count),
    },
    more: more || count < batch.count,
  };
}

function beginnings({ buffer, starts, ends }: PackedValues, count: number, bytesMax: number): PackedValues {
  const parts: Buffer[] = [];
  const cut = { starts: new Uint32Array(count), ends: new Uint32Array(count) };
  let at = 0;
  for (let i = 0; i < count; i++) {
    const start = starts[i] ?? absent;
    if (start !== absent) parts.push(buffer.subarray(start, Math.min(ends[i] ?? start, start + bytesMax)));
    cut.starts[i] = start === absent ? absent : at;
    if (start !== absent) at += parts.at(-1)?.length ?? 0;
    cut.ends[i] = at;
  }
  return { buffer: Buffer.concat(parts), ...cut };
}
