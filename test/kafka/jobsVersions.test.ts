// Versions of a job over a real Kafka, while records come: what is in the sink's topic is what went in, once.
import { beforeEach, describe, expect, inject, it } from 'vitest';
import type { TestCluster } from './cluster';
import { JobServerProcess, LocalJobServer } from './jobServers';
import { clusterAndServer } from './jobSuite';
import { differences, kafkaTableSql, none, parsed } from './jobTables';
import { range } from './tables';

const address = inject('kafka');
const partitions = 2;

describe.skipIf(address === undefined)('another version of a job from Kafka to Kafka', () => {
  const at = address ?? '';
  let cluster: TestCluster;
  let server: LocalJobServer;
  let topic: string;
  let out: string;
  let produced: number;

  clusterAndServer(
    at,
    () => LocalJobServer.open({ probationMs: 2000 }),
    (...given) => ([cluster, server] = given),
  );
  beforeEach(async () => {
    [topic, out] = [await cluster.createTopic('in', partitions), await cluster.createTopic('out')];
    produced = 0;
    const columns = 'id BIGINT, ts AS TO_TIMESTAMP_LTZ(id, 3), WATERMARK FOR ts AS ts';
    await server.run(
      kafkaTableSql('src', columns, topic, at) + kafkaTableSql('sink', 'id BIGINT, v STRING', out, at),
    );
  });

  async function produce(records: number): Promise<void> {
    const first = produced;
    for (const partition of range(0, partitions - 1))
      await cluster.produce(
        topic,
        range(first, first + records - 1)
          .filter((id) => id % partitions === partition)
          .map((id) => ({ value: JSON.stringify({ id }), partition })),
      );
    produced += records;
  }
  /** Records come for as long as the statement runs. */
  async function runWhileTheyCome(sql: string): Promise<void> {
    const ended = new AbortController();
    const running = server.run(sql).finally(() => ended.abort());
    // Awaited below; it may fail while records still come.
    running.catch(() => undefined);
    while (!ended.signal.aborted) await produce(200);
    await running;
  }
  const passing = (version: string): string => `INSERT INTO sink SELECT id, '${version}' FROM src`;
  const counting = (version: string, ms: number): string =>
    `INSERT INTO sink SELECT COUNT(*), '${version}' FROM TABLE(TUMBLE(TABLE src, DESCRIPTOR(ts), INTERVAL '${ms / 1000}' SECOND))
     GROUP BY window_start, window_end`;
  async function rows(): Promise<{ id: number; v: string }[]> {
    return parsed<{ id: number; v: string }>(await cluster.readAll(out));
  }

  it.each(['REPLACE', 'BLUE_GREEN'])('%s and ROLLBACK lose and repeat nothing', async (strategy) => {
    await produce(2000);
    await server.run(`START JOB job AS ${passing('1')}`);
    await runWhileTheyCome(`DEPLOY JOB job VERSION '2' AS ${passing('2')} STRATEGY ${strategy}`);
    await produce(200);
    await server.untilJob(({ recordsIn }) => recordsIn >= produced);
    await runWhileTheyCome('ROLLBACK JOB job');
    await server.drain(produced);
    const seen = await rows();
    expect(
      differences(
        seen.map(({ id }) => id),
        range(0, produced - 1),
      ),
    ).toEqual(none);
    expect(new Set(seen.map(({ v }) => v))).toEqual(new Set(['1', '2']));
    expect(await server.job()).toMatchObject({ version: '1', recordsIn: produced });
  });

  it('that takes not one record gives way to the old one, which takes them, exactly once', async () => {
    await produce(2000);
    await server.run(`START JOB job AS ${passing('1')}`);
    await server.untilJob(({ recordsIn }) => recordsIn >= produced);
    const failing = `INSERT INTO sink SELECT id + 0 / (id - id), '2' FROM src`;
    await expect(runWhileTheyCome(`DEPLOY JOB job VERSION '2' AS ${failing}`)).rejects.toThrow(
      /Each of the \d+ records it read failed.*Version '1' runs again; nothing was lost or repeated/,
    );
    await produce(200);
    await server.drain(produced);
    const seen = await rows();
    const ids = seen.map(({ id }) => id);
    expect(differences(ids, range(0, produced - 1))).toEqual(none);
    expect(seen.every(({ v }) => v === '1')).toBe(true);
    expect(await server.job()).toMatchObject({ version: '1', recordsIn: produced, recordsFailed: 0 });
    await server.run('RESUME JOB job');
    expect(await server.job()).toMatchObject({ warnings: [] });
  });

  it('CANARY shares the keys, exactly once, from ten percent over half to all of them', async () => {
    await produce(2000);
    await server.run(`START JOB job AS ${passing('1')}`);
    await server.untilJob(({ recordsIn }) => recordsIn >= produced);
    for (const strategy of ['CANARY(10)', 'CANARY(50)', 'REPLACE']) {
      await runWhileTheyCome(`DEPLOY JOB job VERSION '2' AS ${passing('2')} STRATEGY ${strategy}`);
      await produce(200);
      await server.untilJob(({ recordsIn }) => recordsIn >= produced);
    }
    await produce(200);
    await server.drain(produced);
    const seen = await rows();
    const ids = seen.map(({ id }) => id);
    expect(differences(ids, range(0, produced - 1))).toEqual(none);
    expect(seen.filter(({ id }) => id < 2000).every(({ v }) => v === '1')).toBe(true);
    expect(seen.filter(({ id }) => id >= produced - 200).every(({ v }) => v === '2')).toBe(true);
    expect(await server.job()).toMatchObject({ version: '2', recordsIn: produced });
  });

  it('CANARY is still there after kill -9, and what comes out is exactly once', async () => {
    const killed = await JobServerProcess.start();
    try {
      const columns = 'id BIGINT';
      await killed.run(
        kafkaTableSql('src', columns, topic, at) +
          kafkaTableSql('sink', 'id BIGINT, v STRING', out, at) +
          `START JOB job AS ${passing('1')} WITH ('batch.records' = '100');
           DEPLOY JOB job VERSION '2' AS ${passing('2')} STRATEGY CANARY(50);`,
      );
      for (let life = 0; life < 3; life++) {
        await produce(2000);
        await killed.untilJob(({ recordsIn }) => recordsIn > produced - 1500);
        await killed.kill();
        await killed.start();
      }
      await killed.drain(produced);
      expect((await killed.job()).version).toBe('1 + 2 (50 %)');
    } finally {
      await killed.dispose();
    }
    const seen = await rows();
    const ids = seen.map(({ id }) => id);
    expect(differences(ids, range(0, produced - 1))).toEqual(none);
    const share = seen.filter(({ v }) => v === '2').length / seen.length;
    expect(share).toBeGreaterThan(0.45);
    expect(share).toBeLessThan(0.55);
  });

  it('BLUE_GREEN fills other windows from the log: each is whole, and begins where those of the old version end', async () => {
    await produce(5000);
    await server.run(`START JOB job AS ${counting('1', 100)}`);
    await server.untilJob(({ recordsIn }) => recordsIn >= 5000);
    await runWhileTheyCome(`DEPLOY JOB job VERSION '2' AS ${counting('2', 1000)} STRATEGY BLUE_GREEN`);
    await produce(5000);
    await server.drain(produced);
    const seen = await rows();
    const old = seen.filter(({ v }) => v === '1').map(({ id }) => id);
    const next = seen.filter(({ v }) => v === '2').map(({ id }) => id);
    expect(new Set(old)).toEqual(new Set([100]));
    expect(new Set(next)).toEqual(new Set([1000]));
    // The new version's first window is the one that was open when it took over, the last one is open still.
    const [taken, ended] = [Math.floor((old.length * 100) / 1000), Math.floor((produced - 1) / 1000)];
    expect(next.length).toBe(ended - taken);
  });
});
