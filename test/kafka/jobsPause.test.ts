// Jobs over a real Kafka that are paused and resumed: what is processed, committed and told meanwhile.
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, inject, it } from 'vitest';
import { until } from './cluster';
import type { TestCluster } from './cluster';
import { LocalJobServer } from './jobServers';
import { clusterAndServer } from './jobSuite';
import { differences, fileTableSql, idsInFile, kafkaTableSql, none, parsed, positionOf } from './jobTables';
import { range } from './tables';

const address = inject('kafka');
const group = (topic: string): string => `group-${topic}`;
/** `npm run soak -- --matrix`: rows of the failure matrix at their full length. */
const isLong = process.env.STREAM_JOBS_LONG !== undefined;

describe.skipIf(address === undefined)('a paused job', () => {
  const at = address ?? '';
  let cluster: TestCluster;
  let server: LocalJobServer;
  clusterAndServer(
    at,
    () => LocalJobServer.open(),
    (...given) => ([cluster, server] = given),
  );

  /** A topic, and a job that copies its even ids to a file; `sink` is another table to write to. */
  async function startJob(
    topic: string,
    { options = {}, sink = fileTableSql('sink', 'id BIGINT', 'out.ndjson'), settings = '' } = {},
  ): Promise<void> {
    const source = { 'properties.group.id': group(topic), ...options };
    await server.run(
      `${kafkaTableSql('src', 'id BIGINT', topic, at, source)}${sink}
       START JOB job AS INSERT INTO sink SELECT id FROM src WHERE id % 2 = 0 ${settings};`,
    );
  }
  const outputIds = (): Promise<number[]> => idsInFile(server.file('out.ndjson'));
  const isEven = (id: number): boolean => id % 2 === 0;

  it('row 1: batch in flight at pause: what it has not processed is neither written nor committed, and comes after RESUME', async () => {
    const each = 50_000;
    const [topic, out] = [await cluster.createTopic('mid', 2), await cluster.createTopic('mid-out')];
    await Promise.all([0, 1].map((p) => cluster.produceIds(topic, p * each, (p + 1) * each, p)));
    const sink = kafkaTableSql('sink', 'id BIGINT', out, at);
    await startJob(topic, { sink, settings: "WITH ('batch.records' = '5000')" });
    await server.untilJob(({ recordsIn }) => recordsIn > 0);
    await server.run("PAUSE JOB job WITH REASON 'test'");

    const paused = await server.job();
    const positions = [0, 1].map((partition) => positionOf(paused, partition));
    const processed = positions.flatMap((position, p) => range(p * each, p * each + position - 1));
    expect(processed.length).toBeLessThan(2 * each);
    expect(paused.recordsIn).toBe(processed.length);
    const written = parsed<{ id: number }>(await cluster.readAll(out)).map(({ id }) => id);
    expect(differences(written, processed.filter(isEven))).toEqual(none);
    for (const [partition, position] of positions.entries()) {
      await until(async () => Number(await cluster.committed(group(topic), topic, partition)) === position);
      const last = paused.lastProcessedOffset.find((found) => found.partition === partition);
      expect(Number(last?.offset ?? -1)).toBe(position - 1);
    }

    await server.run('RESUME JOB job');
    await server.drain(2 * each);
    const all = parsed<{ id: number }>(await cluster.readAll(out)).map(({ id }) => id);
    expect(differences(all, range(0, 2 * each - 1).filter(isEven))).toEqual(none);
    for (const partition of [0, 1])
      await until(async () => (await cluster.committed(group(topic), topic, partition)) === BigInt(each));
  });

  it('row 32: lag while paused: the truth, growing with every record', async () => {
    const topic = await cluster.createTopic('lag', 2);
    await cluster.produceIds(topic, 0, 1000, 0);
    await startJob(topic);
    await server.untilJob(({ recordsIn }) => recordsIn === 1000);
    await server.run('PAUSE JOB job');
    const lags: (number | null)[] = [];
    for (let round = 0; round < 4; round++) {
      await cluster.produceIds(topic, 1000 + round * 300, 1300 + round * 300, round % 2);
      const ends = await cluster.ends(topic);
      const { partitions } = await server.job();
      const truth = partitions.reduce(
        (sum, { partition, position }) => sum + Number(ends.get(partition)?.end ?? 0n) - Number(position),
        0,
      );
      expect(truth).toBe((round + 1) * 300);
      const { lag, kafkaLag } = await server.untilJob((job) => {
        lags.push(job.lag);
        return job.lag === truth;
      });
      expect(kafkaLag).toBe(lag);
    }
    expect(lags).toEqual([...lags].sort((a, b) => Number(a) - Number(b)));
    expect(Math.min(...lags.map(Number))).toBeGreaterThanOrEqual(0);
    const grown = await server.job();
    expect(grown.lagPerSecond).toBeGreaterThan(0);
    expect(grown.recordsIn).toBe(1000);
    await server.run('RESUME JOB job');
    await server.untilJob(({ recordsIn, lag }) => recordsIn === 2200 && lag === 0);
  });

  it('row 4: pause longer than the session timeout: it stays in its group and processes nothing', async () => {
    const topic = await cluster.createTopic('session');
    await cluster.produceIds(topic, 0, 100);
    await startJob(topic, { options: { 'properties.session.timeout.ms': isLong ? '6000' : '1500' } });
    await server.untilJob(({ recordsIn }) => recordsIn === 100);
    await server.run('PAUSE JOB job');
    const members = await cluster.members(group(topic));
    // More than is fetched ahead, so that the consumer really has to wait with records in its hands.
    const filler = 'x'.repeat(500_000);
    for (let id = 100; id < 140; id++)
      await cluster.produce(topic, [{ value: JSON.stringify({ id, filler }), partition: 0 }]);
    const seen = new Set<string>();
    const pauseMs = isLong ? 60_000 : 6000;
    const end = Date.now() + pauseMs;
    await until(async () => {
      for (const member of await cluster.members(group(topic))) seen.add(member);
      return Date.now() > end;
    }, 2 * pauseMs);
    expect([...seen]).toEqual(members);
    expect(await server.job()).toMatchObject({ state: 'paused', depth: 'warm', recordsIn: 100 });
    await server.run('RESUME JOB job');
    await server.drain(140);
    expect(await outputIds()).toEqual(range(0, 139).filter(isEven));
    expect(await cluster.members(group(topic))).toEqual(members);
  }, 180_000);

  it('row 5: rebalance while paused: it stays paused while others join and leave its group', async () => {
    const topic = await cluster.createTopic('rebalance', 2);
    await cluster.produceIds(topic, 0, 1000, 0);
    await cluster.produceIds(topic, 1000, 2000, 1);
    await startJob(topic, { options: { 'properties.session.timeout.ms': '2000' } });
    await server.untilJob(({ recordsIn }) => recordsIn === 2000);
    await server.run('PAUSE JOB job');
    const rounds = isLong ? 20 : 3;
    for (let round = 0; round < rounds; round++) {
      const leave = await cluster.joinGroup(group(topic), topic);
      await until(async () => (await cluster.members(group(topic))).length === 2);
      await cluster.produceIds(topic, 2000 + round * 100, 2100 + round * 100, round % 2);
      await leave();
      await until(async () => (await cluster.members(group(topic))).length === 1);
      expect(await server.job()).toMatchObject({ state: 'paused', recordsIn: 2000 });
    }
    expect(differences(await outputIds(), range(0, 1999).filter(isEven))).toEqual(none);
    await server.run('RESUME JOB job');
    const records = 2000 + rounds * 100;
    await server.drain(records);
    expect(differences(await outputIds(), range(0, records - 1).filter(isEven))).toEqual(none);
  }, 180_000);

  it('row 29: many cycles: nothing lost or repeated over 100 pauses and resumes under load', async () => {
    const topic = await cluster.createTopic('cycles', 2);
    let produced = 0;
    const produceSome = async (): Promise<void> => {
      await cluster.produceIds(topic, produced, produced + 1000, (produced / 1000) % 2);
      produced += 1000;
    };
    while (produced < 50_000) await produceSome();
    await startJob(topic);
    const enough = new AbortController();
    const producing = (async () => {
      while (!enough.signal.aborted) {
        await produceSome();
        await sleep(50);
      }
    })();
    try {
      for (let cycle = 0; cycle < 100; cycle++) {
        await server.run('PAUSE JOB job');
        const { recordsIn, recordsOut, state, partitions } = await server.job();
        expect(state).toBe('paused');
        expect(partitions.reduce((sum, { position }) => sum + Number(position), 0)).toBe(recordsIn);
        if (cycle % 10 === 0) expect(await outputIds()).toHaveLength(recordsOut);
        await server.run('RESUME JOB job');
        await sleep(Math.random() * 30);
      }
    } finally {
      enough.abort();
      await producing;
    }
    const { recordsIn, recordsOut, recordsFailed, metrics, pauseHistory } = await server.drain(produced);
    const output = await outputIds();
    expect(differences(output, range(0, produced - 1).filter(isEven))).toEqual(none);
    expect([recordsIn, recordsOut, recordsFailed]).toEqual([produced, output.length, 0]);
    expect([metrics.pauses, metrics.resumes]).toEqual([101, 100]);
    const closed = pauseHistory.filter(({ resumedAt }) => resumedAt !== undefined);
    expect([pauseHistory.length, closed.length]).toEqual([100, 99]);
    const stands = pauseHistory.map(({ offsets }) =>
      offsets.reduce((sum, { position }) => sum + Number(position), 0),
    );
    expect(stands).toEqual([...stands].sort((a, b) => a - b));
  });
});
