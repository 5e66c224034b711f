// Pauses that come at the worst moment: in the middle of a batch, before a sink that hangs, during a rebalance.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, inject, it } from 'vitest';
import type { Broker } from './broker';
import { until } from './cluster';
import type { TestCluster } from './cluster';
import { LocalJobServer } from './jobServers';
import { ownProxiedCluster } from './jobSuite';
import { differences, fileTableSql, idsInFile, kafkaTableSql, none, parsed, positionOf } from './jobTables';
import type { Proxy } from './proxy';
import { range } from './tables';

/** `npm run soak -- --matrix`: rows of the failure matrix at their full length. */
const isLong = process.env.STREAM_JOBS_LONG !== undefined;
const columns = 'id BIGINT';

describe.skipIf(!inject('ownBrokers'))('a pause', () => {
  let broker: Broker;
  let proxy: Proxy;
  let cluster: TestCluster;
  let server: LocalJobServer;

  ownProxiedCluster((own) => ({ broker, proxy, cluster } = own));
  afterEach(() => server.dispose());

  it('row 1: batch in flight at pause: at random moments, what was written and committed is what was counted, and no more', async () => {
    const cycles = isLong ? 200 : 30;
    const each = cycles * 1500;
    const [topic, out] = [await cluster.createTopic('flight', 2), await cluster.createTopic('flight-out')];
    await Promise.all([0, 1].map((p) => cluster.produceIds(topic, p * each, (p + 1) * each, p)));
    server = await LocalJobServer.open();
    await server.run(
      `${kafkaTableSql('src', columns, topic, broker.address, { 'properties.group.id': `g-${topic}` })}
       ${kafkaTableSql('sink', columns, out, broker.address)}
       START JOB job AS INSERT INTO sink SELECT id FROM src WITH ('batch.records' = '1000')`,
    );
    let cutShort = 0;
    for (let cycle = 0; cycle < cycles; cycle++) {
      await sleep(Math.random() * 40);
      await server.run('PAUSE JOB job');
      const { recordsIn, recordsOut, state, ...paused } = await server.job();
      const positions = [0, 1].map((partition) =>
        positionOf({ ...paused, recordsIn, recordsOut, state }, partition),
      );
      expect([state, recordsOut]).toEqual(['paused', recordsIn]);
      expect(positions[0] ?? 0).toBe(recordsIn - (positions[1] ?? 0));
      if (recordsIn < 2 * each) cutShort += 1;
      if (cycle % 10 === 0) {
        for (const [partition, position] of positions.entries())
          await until(
            async () =>
              Number(await cluster.committed(`g-${topic}`, topic, partition)) === position || position === 0,
          );
        const written = parsed<{ id: number }>(await cluster.readAll(out)).map(({ id }) => id);
        const processed = positions.flatMap((position, p) => range(p * each, p * each + position - 1));
        expect(differences(written, processed)).toEqual(none);
      }
      await server.run('RESUME JOB job');
    }
    expect(cutShort).toBeGreaterThan(cycles / 3);
    await server.drain(2 * each);
    const all = parsed<{ id: number }>(await cluster.readAll(out)).map(({ id }) => id);
    expect(differences(all, range(0, 2 * each - 1))).toEqual(none);
  }, 300_000);

  it('row 2: sink stuck: PAUSE_TIMEOUT at the deadline, the job as before, and a pause is possible later', async () => {
    const [topic, out] = [await cluster.createTopic('stuck'), await cluster.createTopic('stuck-out')];
    await cluster.produceIds(topic, 0, 40_000);
    server = await LocalJobServer.open();
    await server.run(
      `${kafkaTableSql('src', columns, topic, broker.address)}${kafkaTableSql('sink', columns, out, broker.address)}
       START JOB job AS INSERT INTO sink SELECT id FROM src
       WITH ('delivery' = 'at-least-once', 'batch.records' = '1000', 'pause.timeout' = '2 s')`,
    );
    await server.untilJob(({ recordsIn }) => recordsIn > 0);
    broker.freeze();
    try {
      // By then the batch in hand waits for its acknowledgement.
      await sleep(500);
      await expect(server.run('PAUSE JOB job')).rejects.toMatchObject({ code: 'PAUSE_TIMEOUT' });
      expect(await server.job()).toMatchObject({ state: 'running', desired: 'running', pauseHistory: [] });
    } finally {
      broker.thaw();
    }
    await until(() =>
      server.run('PAUSE JOB job').then(
        () => true,
        () => false,
      ),
    );
    const { recordsIn } = await server.job();
    expect((await server.job()).state).toBe('paused');
    await server.run('RESUME JOB job');
    const { metrics } = await server.drain(40_000);
    expect(metrics.pauses).toBe(2);
    expect(recordsIn).toBeLessThanOrEqual(40_000);
    const written = parsed<{ id: number }>(await cluster.readAll(out)).map(({ id }) => id);
    expect({ ...differences(written, range(0, 39_999)), repeated: [] }).toEqual(none);
  }, 120_000);

  it('row 6: rebalance between drain and commit: the rejected commit is made up for, the checkpoint wins', async () => {
    const topic = await cluster.createTopic('between', 2);
    const group = `g-${topic}`;
    await Promise.all([0, 1].map((p) => cluster.produceIds(topic, p * 500, (p + 1) * 500, p)));
    server = await LocalJobServer.open();
    await server.run(
      `${kafkaTableSql('src', columns, topic, proxy.address, { 'properties.group.id': group })}${fileTableSql('sink', columns, 'out.ndjson')}
       START JOB job AS INSERT INTO sink SELECT id FROM src`,
    );
    await server.untilJob(({ recordsIn }) => recordsIn === 1000);
    let produced = 1000;
    const rounds = isLong ? 20 : 4;
    for (let round = 0; round < rounds; round++) {
      await cluster.produceIds(topic, produced, (produced += 100), round % 2);
      // The commit of this pause is on its way when another member makes the group rebalance.
      await server.untilJob(({ recordsIn }) => recordsIn === produced);
      proxy.delay(800);
      const joining = cluster.joinGroup(group, topic);
      await server.run('PAUSE JOB job');
      const leave = await joining;
      expect(await server.job()).toMatchObject({ state: 'paused', recordsIn: produced });
      await leave();
      proxy.delay(0);
      await server.run('RESUME JOB job');
    }
    await server.drain(produced);
    expect(differences(await idsInFile(server.file('out.ndjson')), range(0, produced - 1))).toEqual(none);
    const ends = await cluster.ends(topic);
    for (const partition of [0, 1])
      await until(
        async () => (await cluster.committed(group, topic, partition)) === ends.get(partition)?.end,
      );
  }, 180_000);
});
