// The order of records over partitions, and running exactly up to a position.
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { JobPositions, NextRecord } from '../../../server/engine/engine';
import { positionsBehind } from '../../../server/engine/peek';
import { inStableOrder } from '../../../server/engine/stableOrder';
import type { Head } from '../../../server/engine/stableOrder';
import { FakeWorld, marker, packRecords } from './fakes';
import type { FakeRecord } from './fakes';
import { never, TestJob } from './harness';
import { planScript } from './planScript';

const options = `WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:1', 'format' = 'json')`;
const script = `CREATE TABLE src (id BIGINT) ${options}; CREATE TABLE other (id BIGINT) ${options};
  CREATE TABLE dst (id BIGINT) ${options};
  INSERT INTO dst SELECT id FROM src UNION ALL SELECT id FROM other;`;

const jobs: TestJob[] = [];
afterEach(async () => {
  for (const job of jobs.splice(0)) await job.dispose();
});

function newJob(batchRecordsMax = 1000): TestJob {
  const job = new TestJob(new FakeWorld(), planScript(script), { batchRecordsMax });
  jobs.push(job);
  return job;
}
const id = (value: number): string => `{"id":${value}}`;

function head(stream: number, partition: number, timestamps: number[], more = false): Head {
  const count = timestamps.length;
  const batch = {
    partition,
    count,
    values: packRecords(timestamps.map(() => '')),
    baseOffset: 0n,
    nextOffset: BigInt(count),
    timestamps: Float64Array.from(timestamps),
  };
  return { stream, batch, more };
}
const shown = (heads: Head[], limit: number): string[] =>
  inStableOrder(heads, limit).map(
    ({ head: at, index }) => `${heads[at]?.stream}/${heads[at]?.batch.partition}:${index}`,
  );

describe('the stable order', () => {
  it('goes by time, then stream, then partition, and within a partition by offset alone', () => {
    const heads = [head(1, 0, [5, 1]), head(0, 1, [5, 5]), head(0, 0, [5, 9])];
    expect(shown(heads, 9)).toEqual(['0/0:0', '0/1:0', '0/1:1', '1/0:0', '1/0:1', '0/0:1']);
  });

  it('ends where the next record of some partition is not known', () => {
    expect(shown([head(0, 0, [1, 2], true), head(0, 1, [3, 4])], 9)).toEqual(['0/0:0', '0/0:1']);
    expect(shown([head(0, 0, [], true), head(0, 1, [3])], 9)).toEqual([]);
  });

  it('is the same in one piece and in many', () => {
    const partitions = fc.array(fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 8 }), { maxLength: 4 });
    fc.assert(
      fc.property(
        partitions,
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 40, maxLength: 40 }),
        (all, sizes) => {
          const whole = shown(
            all.map((times, partition) => head(0, partition, times)),
            100,
          );
          const at = all.map(() => 0);
          const pieces: string[] = [];
          for (const size of sizes) {
            const heads = all.map((times, partition) => head(0, partition, times.slice(at[partition])));
            for (const { head: partition, index } of inStableOrder(heads, size))
              pieces.push(`0/${partition}:${(at[partition] ?? 0) + index}`);
            for (const partition of all.keys())
              at[partition] = pieces.filter((piece) => piece.startsWith(`0/${partition}:`)).length;
          }
          expect(pieces).toEqual(whole);
        },
      ),
    );
  });
});

const placeOf = ({ stream, partition, offset }: NextRecord): string => `${stream}/${partition}:${offset}`;
const total = (positions: JobPositions): bigint =>
  [...positions.values()].flatMap((of) => [...of.values()]).reduce((sum, position) => sum + position, 0n);

/** Steps over so many records, which are there. Returns what `peek` showed of them before. */
async function step(job: TestJob, records: number): Promise<NextRecord[]> {
  const { pipeline } = job;
  if (!pipeline) throw new Error('The job is not open.');
  const next = await pipeline.peek({ records, bytesMax: 100 });
  const reached = job.reached();
  await pipeline.runTo(positionsBehind(next), never);
  await reached;
  return next;
}

describe('running to a position', () => {
  /** Two streams with three and two partitions, their times mixed. */
  function mixedJob(): TestJob {
    const job = newJob();
    const records = (from: number, count: number): string[] =>
      Array.from({ length: count }, (_, i) => id(from + i));
    const src = job.world.log('src', records(0, 90), records(1000, 50), records(2000, 70));
    const other = job.world.log('other', records(3000, 40), records(4000, 60));
    src.timestamps = (partition, offset) => (offset * (partition + 3) * 7) % 101;
    other.timestamps = (partition, offset) => offset * (partition + 1);
    for (const log of [src, other]) log.bounded = false;
    return job;
  }

  it('processes exactly the records that peek shows, over partitions, pauses and crashes', async () => {
    const job = mixedJob();
    let pipeline = await job.open();
    const whole = (await pipeline.peek({ records: 1000, bytesMax: 100 })).map(placeOf);
    expect(whole).toHaveLength(310);
    const seen: string[] = [];
    for (const [round, records] of [1, 7, 100, 2, 150, 30, 20].entries()) {
      const before = pipeline.counters().recordsIn;
      const next = await step(job, records);
      seen.push(...next.map(placeOf));
      expect(pipeline.counters().recordsIn - before).toBe(records);
      expect(total(pipeline.positions())).toBe(BigInt(seen.length));
      if (round % 2 === 0) await pipeline.quiesce(never);
      if (round % 3 === 2) {
        await pipeline.close();
        pipeline = await job.open();
      }
      const rows = job.world.table('dst').rows.slice(before);
      expect([...rows].sort()).toEqual(next.map(({ value }) => value?.toString()).sort());
    }
    expect(seen).toEqual(whole);
    expect(await pipeline.peek({ records: 10, bytesMax: 100 })).toEqual([]);
  });

  it('after a run that was ahead, with records taken and given back, stays exact', async () => {
    const job = mixedJob();
    const pipeline = await job.start();
    await job.world.table('dst').committedRows(20);
    await pipeline.quiesce(never);
    const before = pipeline.counters().recordsIn;
    if (before < 300) await step(job, 10);
    expect(pipeline.counters().recordsIn).toBe(before < 300 ? before + 10 : before);
    await pipeline.run(never);
    await job.world.table('dst').committedRows(310);
    expect(new Set(job.world.table('dst').rows).size).toBe(310);
  });

  it('can be paused on the way, and goes on to the same place', async () => {
    const job = mixedJob();
    const pipeline = await job.open();
    const next = await pipeline.peek({ records: 200, bytesMax: 0 });
    const targets = positionsBehind(next);
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const writing = new Promise<void>((resolve) => {
      job.world.table('dst').beforeWrite = async () => {
        resolve();
        await held;
      };
    });
    await pipeline.runTo(targets, never);
    await writing;
    release();
    await pipeline.quiesce(never);
    const reached = job.reached();
    await pipeline.runTo(targets, never);
    await reached;
    expect(pipeline.counters().recordsIn).toBe(200);
  });

  it('leaves the end of its sources, and what only the end brings, to a later run', async () => {
    const job = newJob();
    job.world.log('src', [id(1), marker, id(2)]);
    job.world.log('other', []);
    const pipeline = await job.open();
    await step(job, 1);
    expect(pipeline.ended).toBe(false);
    await step(job, 1);
    expect(pipeline.ended).toBe(true);
    await pipeline.run(never);
    await job.ended;
    expect(job.world.table('dst').rows).toEqual([id(1), id(2)]);
  });

  it('is not kept from its records by a buffer full of others', async () => {
    const job = newJob(10_000);
    const many = (from: number): FakeRecord[] => Array.from({ length: 30_000 }, (_, i) => id(from + i));
    const log = job.world.log('src', many(0), many(100_000));
    log.readMax = 4000;
    job.world.log('other', []);
    const pipeline = await job.open();
    const reached = job.reached();
    await pipeline.runTo(new Map([['src', new Map([[1, 25_000n]])]]), never);
    await reached;
    expect(pipeline.positions().get('src')).toEqual(
      new Map([
        [0, 0n],
        [1, 25_000n],
      ]),
    );
    await pipeline.run(never);
    await job.ended;
    expect(new Set(job.world.table('dst').rows).size).toBe(60_000);
    expect(job.world.table('dst').rows).toHaveLength(60_000);
  });
});
