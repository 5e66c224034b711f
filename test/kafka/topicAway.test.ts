// Jobs one of whose topics is deleted while they run, and made again later.
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, inject, it } from 'vitest';
import { TestCluster } from './cluster';
import { JobServerProcess, LocalJobServer } from './jobServers';
import { clusterAndServer } from './jobSuite';
import { fileTableSql, kafkaTableSql, parsed } from './jobTables';
import { range } from './tables';

const address = inject('kafka');
/** After this long a client of Kafka has given up. */
const clientMsMax = 3000;

describe.skipIf(address === undefined)('a topic that is away longer than Kafka clients wait', () => {
  const at = address ?? '';
  let cluster: TestCluster;
  let server: LocalJobServer;
  clusterAndServer(
    at,
    () => LocalJobServer.open(),
    (...given) => ([cluster, server] = given),
  );

  /** A job that has read ids 0 to 99 of the topic. */
  async function started(topic: string, sink: string, options = ''): Promise<void> {
    await cluster.produceIds(topic, 0, 100);
    await server.run(`${kafkaTableSql('src', 'id BIGINT', topic, at)}${sink}
      START JOB job AS INSERT INTO out SELECT id FROM src ${options};`);
    await server.untilJob(({ recordsIn, unpublished }) => recordsIn === 100 && unpublished === undefined);
  }
  /** The job says that it waits for the topic, and does so. */
  async function waitedFor(topic: string): Promise<void> {
    const said = `Topic ${topic} is not on Kafka at ${at} any more`;
    await server.untilJob(({ warnings, state }) => warnings.join().includes(said) || state !== 'running');
    await sleep(clientMsMax);
    expect(await server.job()).toMatchObject({ state: 'running' });
  }
  /** With clients of their own: those of the cluster remember topics that are not there. */
  async function withOthers(act: (others: TestCluster) => Promise<void>): Promise<void> {
    const others = new TestCluster(at);
    try {
      await act(others);
    } finally {
      await others.dispose();
    }
  }

  it('row 14: of a source: waited for, said; made again it is another one, and the job pauses', async () => {
    const topic = await cluster.createTopic('away');
    await started(topic, fileTableSql('out', 'id BIGINT', 'out.ndjson'));
    await withOthers(async (others) => {
      await others.deleteTopic(topic);
      await waitedFor(topic);
      await others.makeTopic(topic);
    });
    const paused = await server.untilJob(({ state }) => state !== 'running' && state !== 'pausing');
    expect(paused).toMatchObject({ state: 'paused', recordsIn: 100, pause: { by: 'data loss' } });
  });

  it('row 14: while the server is away too: waited for when it is back, said; made again it is another one', async () => {
    const topic = await cluster.createTopic('away');
    const killed = await JobServerProcess.start();
    try {
      await cluster.produceIds(topic, 0, 100);
      await killed.run(`${kafkaTableSql('src', 'id BIGINT', topic, at)}${fileTableSql('out', 'id BIGINT', 'out.ndjson')}
        START JOB job AS INSERT INTO out SELECT id FROM src;`);
      await killed.untilJob(({ recordsIn }) => recordsIn === 100);
      await killed.kill();
      await withOthers(async (others) => {
        await others.deleteTopic(topic);
        await killed.start();
        const said = `There is no topic ${topic} on Kafka at ${at}. The job waits 120 s for it and then fails.`;
        await killed.untilJob(({ state, warnings }) => state === 'failed' || warnings.includes(said));
        expect(await killed.job()).toMatchObject({ state: 'starting' });
        await others.makeTopic(topic);
      });
      const paused = await killed.untilJob(({ state }) => state !== 'starting' && state !== 'pausing');
      expect(paused).toMatchObject({ state: 'paused', recordsIn: 100, pause: { by: 'data loss' } });
    } finally {
      await killed.dispose();
    }
  });

  it('of a sink, exactly-once, while the server is away too: rows go into the one that is made again', async () => {
    const [topic, out] = [await cluster.createTopic('from'), await cluster.createTopic('away')];
    const killed = await JobServerProcess.start();
    try {
      await cluster.produceIds(topic, 0, 100);
      await killed.run(`${kafkaTableSql('src', 'id BIGINT', topic, at)}${kafkaTableSql('out', 'id BIGINT', out, at)}
        START JOB job AS INSERT INTO out SELECT id FROM src;`);
      await killed.untilJob(({ recordsIn, unpublished }) => recordsIn === 100 && unpublished === undefined);
      await killed.kill();
      await withOthers(async (others) => {
        await others.deleteTopic(out);
        await cluster.produceIds(topic, 100, 150);
        await killed.start();
        await killed.untilJob(
          ({ state, warnings }) => state === 'failed' || warnings.join().includes('120 s'),
        );
        expect(await killed.job()).toMatchObject({ state: 'starting' });
        await others.makeTopic(out);
      });
      await killed.drain(150);
    } finally {
      await killed.dispose();
    }
    const ids = parsed<{ id: number }>(await cluster.readAll(out)).map(({ id }) => id);
    expect(ids.slice(-50)).toEqual(range(100, 149));
  });

  it('of source and sink, exactly-once: rows of the old source are published, and nothing of the new one is read', async () => {
    const [topic, out] = [await cluster.createTopic('away'), await cluster.createTopic('away')];
    await started(topic, kafkaTableSql('out', 'id BIGINT', out, at));
    await withOthers(async (others) => {
      await others.deleteTopic(out);
      await cluster.produceIds(topic, 100, 150);
      await waitedFor(out);
      await others.deleteTopic(topic);
      await others.makeTopic(out);
      await waitedFor(topic);
      await others.makeTopic(topic);
    });
    await server.untilJob(({ state, warnings }) => state === 'paused' && warnings.length === 0);
    const ids = parsed<{ id: number }>(await cluster.readAll(out)).map(({ id }) => id);
    expect(ids).toEqual(range(100, 149));
  });

  it('of a sink, at-least-once, and of dead letters: rows and letters wait and go into those made again', async () => {
    const [topic, out] = [await cluster.createTopic('from'), await cluster.createTopic('away')];
    const bad = await cluster.createTopic('letters');
    const options = `WITH ('delivery' = 'at-least-once', 'dead-letter.topic' = '${bad}')`;
    await started(topic, kafkaTableSql('out', 'id BIGINT', out, at), options);
    await withOthers(async (others) => {
      await others.deleteTopic(out);
      await others.deleteTopic(bad);
      await cluster.produceIds(topic, 100, 150);
      await waitedFor(out);
      await cluster.produce(topic, [{ value: 'no JSON' }]);
      await others.makeTopic(out);
      await waitedFor(bad);
      await others.makeTopic(bad);
    });
    await server.untilJob(({ recordsIn, warnings }) => recordsIn === 151 && warnings.length === 0);
    const ids = parsed<{ id: number }>(await cluster.readAll(out)).map(({ id }) => id);
    expect([...new Set(ids)]).toEqual(range(100, 149));
    expect((await cluster.readAll(bad)).map(({ value }) => String(value))).toContain('no JSON');
  });
});
