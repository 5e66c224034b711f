import { describe, expect, it } from 'vitest';
import { BatchSize } from '../../../server/engine/batchSize';
import { limits } from '../../../server/engine/limits';

const recordsMax = 20_000;

type Cost = (records: number) => number;

/** The size batches come to, when one of n records takes so many ms. */
function settled(
  cost: { computed?: Cost; waited?: Cost; rows?: Cost },
  size = new BatchSize(recordsMax),
): number {
  const { computed = nothing, waited = nothing, rows = nothing } = cost;
  for (let batch = 0; batch < 100; batch++) {
    const { records } = size;
    const times = { computedMs: computed(records), waitedMs: waited(records), rowsMs: rows(records) };
    size.observe(records, times);
  }
  return size.records;
}

const nothing: Cost = () => 0;
const each =
  (perSecond: number, fixedMs = 0): Cost =>
  (records) =>
    fixedMs + (records * 1000) / perSecond;

describe('the size of batches', () => {
  it('is as much as the job allows where all goes quickly', () => {
    expect(settled({ computed: each(1_000_000) })).toBe(recordsMax);
  });

  it('keeps the rows of a slow sink under way for a moment only: a pause waits for them', () => {
    const records = settled({ rows: each(50_000) });
    expect(records).toBeGreaterThanOrEqual(0.7 * 50 * limits.batchRowsMs);
    expect(records).toBeLessThanOrEqual(1.5 * 50 * limits.batchRowsMs);
  });

  it('is not made smaller by transactions that take their time, only by those that take long', () => {
    expect(settled({ waited: each(1_000_000, 50) })).toBe(recordsMax);
    const records = settled({ waited: each(10_000, 50) });
    expect(records).toBeGreaterThanOrEqual(0.7 * 10 * (limits.batchWaitMs - 50));
    expect(records).toBeLessThanOrEqual(1.5 * 10 * limits.batchWaitMs);
  });

  it('bounds how long it computes', () => {
    const records = settled({ computed: each(200_000) });
    expect(records).toBeGreaterThanOrEqual(0.7 * 200 * limits.batchComputeMs);
    expect(records).toBeLessThanOrEqual(1.5 * 200 * limits.batchComputeMs);
  });

  it.each([30, 100, 500])(
    'stays large where many jobs share the processor: beginning takes %i ms, however few the records',
    (fixedMs) => {
      expect(settled({ computed: each(100_000, fixedMs) })).toBeGreaterThanOrEqual(
        limits.batchRecordsComputed,
      );
    },
  );

  it('grows again when a slow sink became quick, also beside many jobs', () => {
    const size = new BatchSize(recordsMax);
    expect(settled({ computed: () => 100, rows: () => 100 }, size)).toBe(limits.batchRecordsMin);
    expect(settled({ computed: () => 100, rows: () => 1 }, size)).toBeGreaterThanOrEqual(
      limits.batchRecordsComputed,
    );
  });

  it('never falls below the least', () => {
    expect(settled({ computed: each(100), rows: each(100) })).toBe(limits.batchRecordsMin);
  });
});
