// Event time of a source: when records were observed and then given back, and when a crash left it half known.
import { expect, it } from 'vitest';
import { emptyCheckpoint } from '../../../server/engine/checkpoint';
import { EventTimes } from '../../../server/engine/eventTimes';
import { unknownTime } from '../../../server/engine/operators/operator';
import { Watermark } from '../../../server/engine/watermarks';
import { systemClock } from '../../../server/jobs/systemClock';
import { planScript } from './planScript';

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

it('waits after a crash for a partition of which nothing was read before it', () => {
  const checkpoint = {
    ...emptyCheckpoint(),
    watermarks: new Map([['src', new Map([[0, 700]])]]),
  };
  const [scan] = planScript(`
    CREATE TABLE src (id BIGINT, ts AS TO_TIMESTAMP_LTZ(id, 3), WATERMARK FOR ts AS ts)
      WITH ('connector' = 'datagen', 'partitions' = '2');
    CREATE TABLE snk (id BIGINT) WITH ('connector' = 'blackhole');
    INSERT INTO snk SELECT id FROM src;`).scans;
  if (!scan) throw new Error('no scan');
  const times = new EventTimes([scan], checkpoint, systemClock);
  times.addPartitions(0, [0, 1]);
  expect(times.before(0)).toBe(unknownTime);
  expect(times.after(0)).toBe(unknownTime);
});
