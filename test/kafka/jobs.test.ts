// Jobs from Kafka to Kafka: what comes out, what happens to bad records, and how a start that cannot be is refused.
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { freePorts } from './broker';
import { until } from './cluster';
import type { TestCluster } from './cluster';
import { LocalJobServer } from './jobServers';
import { clusterAndServer } from './jobSuite';
import { fileTableSql, idsInFile, kafkaTableSql, parsed, positionOf } from './jobTables';
import { range } from './tables';

const address = inject('kafka');

describe.skipIf(address === undefined)('a job over Kafka', () => {
  const at = address ?? '';
  let cluster: TestCluster;
  let server: LocalJobServer;
  clusterAndServer(
    at,
    () => LocalJobServer.open(),
    (...given) => ([cluster, server] = given),
  );

  it('filters one topic into another, with keys and where each record stood', async () => {
    const [topic, out] = [await cluster.createTopic('orders', 3), await cluster.createTopic('big', 2)];
    for (const partition of [0, 1, 2])
      await cluster.produce(
        topic,
        range(0, 999).map((i) => ({
          key: `k${i % 7}`,
          value: JSON.stringify({ id: partition * 1000 + i, amount: `${i}.50` }),
          partition,
          timestamp: String(1_700_000_000_000 + i),
        })),
      );
    const source = `id BIGINT, amount DECIMAL(10, 2), customer STRING,
      p INT METADATA FROM 'partition' VIRTUAL, o BIGINT METADATA FROM 'offset' VIRTUAL,
      ts TIMESTAMP_LTZ(3) METADATA FROM 'timestamp' VIRTUAL`;
    const keyed = { 'key.format': 'raw', 'key.fields': 'customer', 'value.fields-include': 'EXCEPT_KEY' };
    const sink = 'id BIGINT, amount DECIMAL(10, 2), customer STRING, p INT, o BIGINT, ts TIMESTAMP_LTZ(3)';
    await server.run(
      `${kafkaTableSql('src', source, topic, at, keyed)}${kafkaTableSql('sink', sink, out, at, keyed)}
       START JOB job AS INSERT INTO sink SELECT id, amount * 2, customer, p, o, ts FROM src WHERE amount > 900;`,
    );
    await server.drain(3000);
    const seen = await cluster.readAll(out);
    const rows = seen.map(({ key, value }) => {
      const { ts, ...row } = JSON.parse(value ?? '') as { id: number; ts: string };
      return { key, ...row, at: Date.parse(ts.replace(' ', 'T')) };
    });
    const expected = [0, 1, 2].flatMap((p) =>
      range(900, 999).map((i) => ({
        key: `k${i % 7}`,
        id: p * 1000 + i,
        amount: i * 2 + 1,
        p,
        o: i,
        at: 1_700_000_000_000 + i,
      })),
    );
    expect(rows.sort((a, b) => a.id - b.id)).toEqual(expected);
    // Rows with one key are in one partition, as other clients would have placed them.
    const places = new Map(seen.map(({ key, partition }) => [`${key}`, partition]));
    expect(seen.every(({ key, partition }) => places.get(`${key}`) === partition)).toBe(true);
    expect(new Set(places.values()).size).toBe(2);
  });

  it('is at the end of a topic that was written in transactions: no lag is left by their markers', async () => {
    const topic = await cluster.createTopic('transactions');
    const producer = cluster.kafka.producer({
      transactionalId: `tx-${topic}`,
      maxInFlightRequests: 1,
      idempotent: true,
      retry: { initialRetryTime: 10 },
    });
    await producer.connect();
    const write = async (first: number, kept: boolean): Promise<void> => {
      const transaction = await producer.transaction();
      const messages = range(first, first + 9).map((id) => ({ value: `{"id":${id}}` }));
      await transaction.send({ topic, messages });
      await (kept ? transaction.commit() : transaction.abort());
    };
    await write(0, true);
    await write(10, false);
    await write(20, true);
    await server.run(
      `${kafkaTableSql('src', 'id BIGINT', topic, at)}${fileTableSql('sink', 'id BIGINT', 'out.ndjson')}
       START JOB job AS INSERT INTO sink SELECT id FROM src;`,
    );
    await server.untilJob(({ recordsIn, lag }) => recordsIn === 20 && lag === 0);
    await write(30, false);
    await producer.disconnect();
    const end = Number((await cluster.ends(topic)).get(0)?.end);
    await server.untilJob((job) => positionOf(job) === end && job.lag === 0);
    await until(async () => Number(await cluster.committed('stream-jobs-job', topic)) === end);
    await server.run('PAUSE JOB job');
    expect(await idsInFile(server.file('out.ndjson'))).toEqual([...range(0, 9), ...range(20, 29)]);
  });

  describe('meets a record that cannot be read', () => {
    const poisonAt = 500;
    let topic: string;

    beforeEach(async () => {
      topic = await cluster.createTopic('poison');
      await cluster.produceIds(topic, 0, poisonAt);
      await cluster.produce(topic, [{ value: '{"id": 12', partition: 0 }]);
      await cluster.produceIds(topic, poisonAt, 1000);
      await server.run(
        kafkaTableSql('src', 'id BIGINT', topic, at) + fileTableSql('sink', 'id BIGINT', 'out.ndjson'),
      );
    });
    const start = (onError: string): Promise<void> =>
      server.run(`START JOB job AS INSERT INTO sink SELECT id FROM src WITH ('on.error' = '${onError}')`);
    const outputIds = (): Promise<number[]> => idsInFile(server.file('out.ndjson'));

    it.each(['dead-letter', 'skip'])('and goes on behind it, counting it: %s', async (onError) => {
      await start(onError);
      const { recordsIn, recordsOut, recordsFailed } = await server.drain(1001);
      expect({ recordsIn, recordsOut, recordsFailed }).toEqual({
        recordsIn: 1001,
        recordsOut: 1000,
        recordsFailed: 1,
      });
      expect(await outputIds()).toEqual(range(0, 999));
    });

    it('and pauses just before it, as often as it is resumed', async () => {
      await start('pause');
      for (let round = 0; round < 2; round++) {
        const paused = await server.untilJob(
          ({ state, metrics }) => state === 'paused' && metrics.pauses === round + 1,
        );
        expect(paused.pause).toMatchObject({
          by: 'on.error',
          reason: expect.stringContaining('offset 500') as unknown,
        });
        expect([positionOf(paused), paused.recordsIn, paused.recordsOut]).toEqual([
          poisonAt,
          poisonAt,
          poisonAt,
        ]);
        expect(await outputIds()).toEqual(range(0, poisonAt - 1));
        await server.run('RESUME JOB job');
      }
    });

    it('and fails just before it, naming it', async () => {
      await start('fail');
      const failed = await server.untilJob(({ state }) => state === 'failed');
      expect(failed.error).toMatchObject({
        code: 'BAD_RECORD',
        message: expect.stringContaining('offset 500') as unknown,
      });
      expect([failed.recordsIn, failed.recordsOut]).toEqual([poisonAt, poisonAt]);
      expect(await outputIds()).toEqual(range(0, poisonAt - 1));
    });
  });

  it('row 23: windows across a pause: the same counts, however often it is paused', async () => {
    const [topic, out] = [await cluster.createTopic('events', 2), await cluster.createTopic('counts')];
    const base = 1_700_000_000_000;
    const event = (id: number): string => JSON.stringify({ id, k: `k${id % 3}`, ts: base + id * 10 });
    const source = `id BIGINT, k STRING, ts BIGINT, event_time AS TO_TIMESTAMP_LTZ(ts, 3),
      WATERMARK FOR event_time AS event_time - INTERVAL '1' SECOND`;
    await server.run(
      `${kafkaTableSql('src', source, topic, at)}${kafkaTableSql('sink', 'k STRING, s TIMESTAMP_LTZ(3), n BIGINT, total BIGINT', out, at)}
       START JOB job AS INSERT INTO sink
       SELECT k, window_start, COUNT(*), SUM(id)
       FROM TABLE(TUMBLE(TABLE src, DESCRIPTOR(event_time), INTERVAL '1' SECOND)) GROUP BY k, window_start, window_end;`,
    );
    const events = 6000;
    const rounds = 20;
    for (let round = 0; round < rounds; round++) {
      const ids = range((round * events) / rounds, ((round + 1) * events) / rounds - 1);
      await cluster.produce(
        topic,
        ids.map((id) => ({ value: event(id), partition: id % 2 })),
      );
      await server.untilJob(({ recordsIn }) => recordsIn > (round * events) / rounds);
      await server.run('PAUSE JOB job');
      await server.run('RESUME JOB job');
    }
    // One record in each partition, far behind all windows, closes them.
    await cluster.produce(
      topic,
      [0, 1].map((i) => ({ value: event(100_000 + i), partition: i })),
    );
    const expected = new Map<string, { n: number; total: number }>();
    for (const id of range(0, events - 1)) {
      const key = `${new Date(base + id * 10).toISOString().slice(0, 19).replace('T', ' ')} k${id % 3}`;
      const { n, total } = expected.get(key) ?? { n: 0, total: 0 };
      expected.set(key, { n: n + 1, total: total + id });
    }
    await server.untilJob(({ recordsOut }) => recordsOut >= expected.size);
    const { recordsLate } = await server.drain(events + 2);
    expect(recordsLate).toBe(0);
    const rows = parsed<{ k: string; s: string; n: number; total: number }>(await cluster.readAll(out));
    expect(rows).toHaveLength(expected.size);
    expect(new Map(rows.map(({ k, s, n, total }) => [`${s.slice(0, 19)} ${k}`, { n, total }]))).toEqual(
      expected,
    );
  });

  it.each([
    ['its source topic does not exist', 'missing', 'there', 'SOURCE_FAILED'],
    ['its sink topic does not exist', 'there', 'missing', 'SINK_FAILED'],
  ])('is refused when %s, and leaves nothing behind', async (_, from, to, code) => {
    const there = await cluster.createTopic('there');
    const topic = (name: string): string => (name === 'there' ? there : `${there}-missing`);
    await server.run(
      kafkaTableSql('src', 'id BIGINT', topic(from), at) + kafkaTableSql('sink', 'id BIGINT', topic(to), at),
    );
    await expect(server.run('START JOB job AS INSERT INTO sink SELECT id FROM src')).rejects.toMatchObject({
      code,
      message: `There is no topic ${there}-missing on Kafka at ${at}.`,
      hint: expect.stringContaining('Create the topic') as unknown,
    });
    expect(() => server.job()).toThrow(/no job/);
  });

  it.each(['source', 'sink'])('is refused when the broker of its %s is not there', async (side) => {
    const topic = await cluster.createTopic('there');
    const [port = 0] = await freePorts(1);
    const gone = `127.0.0.1:${port}`;
    await server.run(
      kafkaTableSql('src', 'id BIGINT', topic, side === 'source' ? gone : at) +
        kafkaTableSql('sink', 'id BIGINT', topic, side === 'sink' ? gone : at),
    );
    await expect(server.run('START JOB job AS INSERT INTO sink SELECT id FROM src')).rejects.toMatchObject({
      code: `${side.toUpperCase()}_UNAVAILABLE`,
      message: expect.stringContaining(gone) as unknown,
    });
    expect(() => server.job()).toThrow(/no job/);
    await until(async () => (await cluster.members('stream-jobs-job')).length === 0);
  });
});
