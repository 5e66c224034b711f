// Exactly once, as a reader of committed records sees it, whatever is killed.
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, inject, it } from 'vitest';
import type { JobSpec } from '../../server/engine/engine';
import { folderEngine, unheard } from '../folderEngine';
import { planScript } from '../unit/engine/planScript';
import type { Broker } from './broker';
import { until } from './cluster';
import type { TestCluster } from './cluster';
import { JobServerProcess, LocalJobServer } from './jobServers';
import type { TestJobServer } from './jobServers';
import { ownCluster } from './jobSuite';
import { differences, kafkaTableSql, none, parsed } from './jobTables';
import { range } from './tables';

const group = (topic: string): string => `group-${topic}`;

describe.skipIf(!inject('ownBrokers'))('a job that writes to Kafka', () => {
  let broker: Broker;
  let cluster: TestCluster;
  let server: TestJobServer | undefined;

  ownCluster((own) => ({ broker, cluster } = own));
  afterEach(async () => {
    await server?.dispose();
    server = undefined;
  });

  async function topics(name: string, partitions = 1): Promise<{ topic: string; out: string }> {
    return {
      topic: await cluster.createTopic(name, partitions),
      out: await cluster.createTopic(`${name}-out`, partitions),
    };
  }
  /** A job that copies a topic, a few records at a time. */
  async function startCopy(
    on: TestJobServer,
    { topic, out }: { topic: string; out: string },
    delivery = 'exactly-once',
  ): Promise<void> {
    await on.run(
      `${kafkaTableSql('src', 'id BIGINT', topic, broker.address, { 'properties.group.id': group(topic) })}
       ${kafkaTableSql('copy', 'id BIGINT', out, broker.address)}
       START JOB job AS INSERT INTO copy SELECT id FROM src WITH ('batch.records' = '500', 'delivery' = '${delivery}', 'pause.timeout' = '3 s');`,
    );
  }
  const idsOf = async (out: string): Promise<number[]> =>
    parsed<{ id: number }>(await cluster.readAll(out)).map(({ id }) => id);
  async function expectOnce(out: string, count: number): Promise<void> {
    expect(differences(await idsOf(out), range(0, count - 1))).toEqual(none);
  }

  it('row 28: open sink transaction: killed at any moment, its rows and its positions are there together or not at all', async () => {
    const names = await topics('killed', 2);
    const process = await JobServerProcess.start();
    server = process;
    let produced = 0;
    const produce = async (count: number): Promise<void> => {
      await cluster.produceIds(names.topic, produced, produced + count / 2, 0);
      await cluster.produceIds(names.topic, produced + count / 2, produced + count, 1);
      produced += count;
    };
    const committed = async (): Promise<number> => {
      const offsets = [0, 1].map((partition) =>
        cluster.committed(group(names.topic), names.topic, partition),
      );
      return (await Promise.all(offsets)).reduce((sum, offset) => sum + Math.max(0, Number(offset)), 0);
    };
    await produce(10_000);
    await startCopy(process, names);
    let before = 0;
    for (let round = 0; round < 6; round++) {
      await produce(4000);
      await process.untilJob(({ state, recordsIn }) => state === 'running' && recordsIn > before);
      await sleep(Math.random() * 150);
      before = (await process.job()).recordsIn;
      await process.kill();
      // A transaction that was being committed may be seen in one place some milliseconds before the other.
      await until(async () => (await committed()) === (await idsOf(names.out)).length, 5000);
      await process.start();
    }
    await process.drain(produced);
    await expectOnce(names.out, produced);
    expect(await committed()).toBe(produced);
  });

  it('whose broker is killed under load publishes each row once', async () => {
    const names = await topics('gone');
    server = await LocalJobServer.open();
    await cluster.produceIds(names.topic, 0, 30_000);
    await startCopy(server, names);
    for (const records of [1, 10_000]) {
      await server.untilJob(({ recordsIn }) => recordsIn >= records);
      await broker.kill();
      await broker.start();
    }
    await server.drain(30_000);
    await expectOnce(names.out, 30_000);
  });

  it('row 2: sink stuck, row 8: broker down at PAUSE, at least once: refused while it does not answer, done when it is gone', async () => {
    const names = await topics('once-or-more');
    server = await LocalJobServer.open();
    await cluster.produceIds(names.topic, 0, 60_000);
    await startCopy(server, names, 'at-least-once');
    await server.untilJob(({ recordsIn }) => recordsIn > 0);
    broker.freeze();
    try {
      await sleep(200);
      await expect(server.run('PAUSE JOB job')).rejects.toMatchObject({ code: 'PAUSE_TIMEOUT' });
      expect((await server.job()).state).toBe('running');
    } finally {
      broker.thaw();
    }
    await broker.kill();
    await server.run('PAUSE JOB job');
    expect((await server.job()).state).toBe('paused');
    await broker.start();
    await server.run('RESUME JOB job');
    await server.drain(60_000);
    expect({ ...differences(await idsOf(names.out), range(0, 59_999)), repeated: [] }).toEqual(none);
  }, 120_000);

  it('row 29: many cycles of pause and resume under load: nothing lost, nothing repeated', async () => {
    const names = await topics('cycles');
    server = await LocalJobServer.open();
    await cluster.produceIds(names.topic, 0, 60_000);
    await startCopy(server, names);
    for (let cycle = 0; cycle < 30; cycle++) {
      await sleep(Math.random() * 20);
      await server.run('PAUSE JOB job');
      const { recordsIn, unpublished = 0 } = await server.job();
      if (cycle % 10 === 0) await expectOnce(names.out, recordsIn - unpublished);
      await server.run('RESUME JOB job');
    }
    await server.drain(60_000);
    await expectOnce(names.out, 60_000);
  });

  it('a server that was taken for dead and goes on is shut out, and the job fails there', async () => {
    const { out } = await topics('zombie');
    const folder = await mkdtemp(path.join(os.tmpdir(), 'stream-jobs-zombie-'));
    const plan = planScript(
      `CREATE TABLE src (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '20000', 'number-of-rows' = '60000',
         'fields.id.kind' = 'sequence', 'fields.id.start' = '0', 'fields.id.end' = '59999');
       ${kafkaTableSql('copy', 'id BIGINT', out, broker.address)}
       INSERT INTO copy SELECT id FROM src;`,
    );
    const engine = folderEngine(folder);
    const never = new AbortController().signal;
    const open = async (file: string) => {
      let end: (error: unknown) => void = () => undefined;
      const ended = new Promise<unknown>((resolve) => (end = resolve));
      const spec: JobSpec = {
        name: 'job',
        plan,
        options: { onError: 'fail', delivery: 'exactly-once', batchRecordsMax: 500 },
        databasePath: path.join(folder, file),
      };
      const events = {
        ...unheard,
        finished: () => end('finished'),
        failed: end,
      };
      const pipeline = await engine.open(spec, events, never);
      await pipeline.run(never);
      return { pipeline, ended };
    };
    const first = await open('first.db');
    await until(() => first.pipeline.counters().recordsIn > 5000);
    await first.pipeline.quiesce(never);
    for (const end of ['', '.wal'])
      await copyFile(path.join(folder, `first.db${end}`), path.join(folder, `second.db${end}`));
    const second = await open('second.db');
    await first.pipeline.run(never);
    expect(await first.ended).toMatchObject({
      code: 'SINK_FAILED',
      message: expect.stringContaining('Another server runs the job') as string,
    });
    expect(await second.ended).toBe('finished');
    await Promise.all([first.pipeline.close(), second.pipeline.close()]);
    await expectOnce(out, 60_000);
    await rm(folder, { recursive: true, force: true });
  });

  it('row 27: transactional source: aborted records and markers are passed, lag ends at the last stable offset', async () => {
    const names = await topics('source');
    server = await LocalJobServer.open();
    await startCopy(server, names);
    const producer = async (id: string) => {
      const made = cluster.kafka.producer({ transactionalId: id, idempotent: true, maxInFlightRequests: 1 });
      await made.connect();
      return made;
    };
    const [one, other] = [await producer(`${names.topic}-1`), await producer(`${names.topic}-2`)];
    const messages = (from: number, to: number) =>
      range(from, to - 1).map((id) => ({ key: Buffer.alloc(4), value: `{"id":${id}}` }));
    const begin = async (of: typeof one, from: number, to: number) => {
      const transaction = await of.transaction();
      await transaction.send({ topic: names.topic, messages: messages(from, to) });
      return transaction;
    };
    await (await begin(one, 0, 100)).commit();
    // Both taken back, each with records between those of the other; a key of four zeros looks like a marker.
    const [left, right] = [await begin(one, 1000, 1010), await begin(other, 2000, 2010)];
    await left.send({ topic: names.topic, messages: messages(1010, 1020) });
    await right.abort();
    await left.send({ topic: names.topic, messages: messages(1020, 1030) });
    await left.abort();
    await cluster.produceIds(names.topic, 100, 200);
    await server.untilJob(({ recordsIn, lag }) => recordsIn === 200 && lag === 0);
    const open = await begin(one, 3000, 3100);
    await cluster.produceIds(names.topic, 200, 300);
    // Nobody may read behind an open transaction.
    await sleep(500);
    expect(await server.job()).toMatchObject({ recordsIn: 200, lag: 0 });
    await open.abort();
    await server.untilJob(({ recordsIn, lag }) => recordsIn === 300 && lag === 0);
    await server.drain(300);
    await Promise.all([one.disconnect(), other.disconnect()]);
    await expectOnce(names.out, 300);
  });

  it('a row larger than the topic takes fails the job and says so; smaller ones go in requests that fit', async () => {
    const topic = await cluster.createTopic('large');
    const out = await cluster.createTopic('large-out', 1, { 'max.message.bytes': '20000' });
    server = await LocalJobServer.open();
    await cluster.produceIds(topic, 0, 5000);
    await startCopy(server, { topic, out });
    await server.untilJob(({ recordsIn }) => recordsIn === 5000);
    await until(async () => (await cluster.committed(group(topic), topic)) === 5000n);
    await expectOnce(out, 5000);
    await cluster.deleteTopic(out);
    await server.run('STOP JOB job');
    const narrow = await cluster.createTopic('narrow', 1, { 'max.message.bytes': '100' });
    await server.run(
      `${kafkaTableSql('narrow', 'text STRING', narrow, broker.address)}
       START JOB other AS INSERT INTO narrow SELECT REPEAT('x', 200) FROM src;`,
    );
    await until(async () => (await server?.job('other'))?.state === 'failed');
    expect((await server.job('other')).error?.message).toMatch(
      /A row of \d+ bytes is too large for topic narrow/,
    );
  });
});
