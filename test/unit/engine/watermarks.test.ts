// Event time of a source, when records were observed and then given back.
import { expect, it } from 'vitest';
import { Watermark } from '../../../server/engine/watermarks';

it('is not ahead of records that were given back', () => {
  const mark = new Watermark(undefined);
  for (const partition of [0, 1]) mark.add(partition, 0);
  for (const partition of [0, 1]) mark.observe(partition, 100, 0);
  expect(mark.current(0)).toBe(100);
  mark.commit();
  for (const partition of [0, 1]) mark.observe(partition, 500, 0);
  mark.end();
  expect(mark.current(0)).toBeGreaterThan(500);
  mark.restore();
  // Only the records of one partition come again with the next batch.
  mark.observe(0, 500, 0);
  expect(mark.current(0)).toBe(100);
});
