// Looks at the records a job would process next, in the order a step takes them. Consumes nothing.
import { absent, offsetAt, positionAfter } from '../connectors/connector';
import type { PackedValues, Source } from '../connectors/connector';
import { copyPositions } from './checkpoint';
import type { JobPositions, NextRecord, PeekRequest } from './engine';
import { inStableOrder } from './stableOrder';
import type { Head } from './stableOrder';

/** Fewer than asked for only when there are no more. `streams` in the plan's order. Throws what the sources throw. */
export async function nextRecords(
  streams: readonly { name: string; source: Source }[],
  positions: JobPositions,
  { records, bytesMax }: PeekRequest,
): Promise<NextRecord[]> {
  const at = copyPositions(positions);
  const found: NextRecord[] = [];
  for (let blocked = true; blocked && found.length < records;) {
    const looked = streams.map(async ({ name, source }, stream): Promise<Head[]> => {
      const next = await source.peek(
        at.get(name) ?? new Map<number, bigint>(),
        records - found.length,
        bytesMax,
      );
      return next.map((one) => ({ ...one, stream }));
    });
    const heads = (await Promise.all(looked)).flat();
    const picked = inStableOrder(heads, records - found.length);
    const taken = heads.map(() => 0);
    for (const { head, index } of picked) {
      const one = heads[head];
      taken[head] = index + 1;
      if (one) found.push(recordOf(one, index, streams[one.stream]?.name ?? ''));
    }
    blocked = false;
    for (const [head, { batch, stream, more }] of heads.entries()) {
      const partitions = at.get(streams[stream]?.name ?? '') ?? new Map<number, bigint>();
      at.set(streams[stream]?.name ?? '', partitions);
      const count = taken[head] ?? 0;
      const position = positionAfter(batch, count);
      if (count === batch.count && more && position !== partitions.get(batch.partition)) blocked = true;
      if (count > 0 || batch.count === 0) partitions.set(batch.partition, position);
    }
  }
  return found;
}

/** Where each partition of these records stands behind the last of them. */
export function positionsBehind(records: readonly NextRecord[]): JobPositions {
  const positions: JobPositions = new Map();
  for (const { stream, partition, offset } of records) {
    const partitions = positions.get(stream) ?? new Map<number, bigint>();
    positions.set(stream, partitions.set(partition, offset + 1n));
  }
  return positions;
}

function recordOf({ batch }: Head, index: number, stream: string): NextRecord {
  return {
    stream,
    partition: batch.partition,
    offset: offsetAt(batch, index),
    timestamp: batch.timestamps?.[index] ?? null,
    key: batch.keys ? bytesAt(batch.keys, index) : null,
    value: bytesAt(batch.values, index),
  };
}

function bytesAt({ buffer, starts, ends }: PackedValues, index: number): Buffer | null {
  const start = starts[index] ?? absent;
  return start === absent ? null : buffer.subarray(start, ends[index]);
}
