import { describe, expect, it } from 'vitest';
import { BatchSize } from '../../../server/engine/batchSize';
import { limits } from '../../../server/engine/limits';

const recordsMax = 20_000;

/** The size batches come to, when one of n records takes so many ms to compute and so many until its rows are outside. */
function settled(computedMs: (records: number) => number, rowsMs: (records: number) => number): number {
  const size = new BatchSize(recordsMax);
  for (let batch = 0; batch < 100; batch++)
    size.observe(size.records, computedMs(size.records), rowsMs(size.records));
  return size.records;
}

const nothing = (): number => 0;
const each =
  (perSecond: number, fixedMs = 0) =>
  (records: number): number =>
    fixedMs + (records * 1000) / perSecond;

describe('the size of batches', () => {
  it('is as much as the job allows where all goes quickly', () => {
    expect(settled(each(1_000_000), nothing)).toBe(recordsMax);
  });

  it('keeps the rows of a slow sink under way for a moment only: a pause waits for them', () => {
    const records = settled(nothing, each(50_000));
    expect(records).toBeGreaterThanOrEqual(0.7 * 50 * limits.batchRowsMs);
    expect(records).toBeLessThanOrEqual(1.5 * 50 * limits.batchRowsMs);
  });

  it('bounds how long it computes', () => {
    const records = settled(each(50_000), nothing);
    expect(records).toBeGreaterThanOrEqual(0.7 * 50 * limits.batchComputeMs);
    expect(records).toBeLessThanOrEqual(1.5 * 50 * limits.batchComputeMs);
  });

  it.each([30, 100, 500])(
    'stays large where many jobs share the processor: beginning takes %i ms, however few the records',
    (fixedMs) => {
      expect(settled(each(100_000, fixedMs), nothing)).toBeGreaterThanOrEqual(limits.batchRecordsComputed);
    },
  );

  it('grows again when a slow sink became quick, also beside many jobs', () => {
    const size = new BatchSize(recordsMax);
    for (let batch = 0; batch < 100; batch++) size.observe(size.records, 100, 100);
    expect(size.records).toBe(limits.batchRecordsMin);
    for (let batch = 0; batch < 100; batch++) size.observe(size.records, 100, 1);
    expect(size.records).toBeGreaterThanOrEqual(limits.batchRecordsComputed);
  });

  it('never falls below the least', () => {
    expect(settled(each(100), each(100))).toBe(limits.batchRecordsMin);
  });
});
