// The kafka sink against a real broker.
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Sink } from '../../server/connectors/connector';
import { kafka } from '../../server/connectors/kafka/kafka';
import { TestCluster } from './cluster';
import { idsOf, kafkaTable, never, range, rowBatch, testContext } from './tables';

const address = inject('kafka');

describe.skipIf(address === undefined)('kafka sink', () => {
  const at = address ?? '';
  let cluster: TestCluster;
  const open: Sink[] = [];

  beforeAll(() => {
    cluster = new TestCluster(at);
  });
  afterAll(() => cluster.dispose());
  afterEach(async () => {
    await Promise.all(open.splice(0).map((sink) => sink.close()));
  });

  function sinkOf(topic: string, options: Record<string, string> = {}): Sink {
    const sink = kafka.sink?.(kafkaTable(topic, at, options), testContext());
    if (!sink) throw new Error('kafka has no sink');
    open.push(sink);
    return sink;
  }
  const rows = (first: number, last: number) => rowBatch(range(first, last).map((id) => `{"id":${id}}`));

  it.each(['none', 'gzip', 'snappy', 'lz4'])(
    'writes every row once and in order: %s',
    async (compression) => {
      const topic = await cluster.createTopic(compression);
      const sink = sinkOf(topic, { 'properties.compression.type': compression });
      await sink.open(undefined);
      for (let first = 0; first < 12_000; first += 3000) await sink.write(rows(first, first + 2999), never);
      await sink.flush(never);
      expect(idsOf(await cluster.readAll(topic))).toEqual(range(0, 11_999));
    },
  );

  it('spreads rows over partitions, each in order; rows of one key stay together', async () => {
    const topic = await cluster.createTopic('spread', 3);
    const sink = sinkOf(topic);
    await sink.open(undefined);
    await sink.write(rows(0, 8999), never);
    const keys = range(0, 2999).map((i) => `user-${i % 50}`);
    await sink.write(
      rowBatch(
        range(9000, 11_999).map((id) => `{"id":${id}}`),
        keys,
      ),
      never,
    );
    await sink.flush(never);
    const seen = await cluster.readAll(topic);
    expect(idsOf(seen).sort((a, b) => a - b)).toEqual(range(0, 11_999));
    for (const partition of [0, 1, 2]) {
      const ids = idsOf(seen.filter((record) => record.partition === partition));
      expect(ids.length).toBeGreaterThan(1000);
      expect(ids).toEqual([...ids].sort((a, b) => a - b));
    }
    const homes = new Map<string, Set<number>>();
    for (const { key, partition } of seen)
      if (key !== null) homes.set(key, (homes.get(key) ?? new Set()).add(partition));
    expect([...homes.values()].every((home) => home.size === 1)).toBe(true);
  });

  it('puts a key where other Kafka clients put it, and writes tombstones', async () => {
    const topic = await cluster.createTopic('keys', 7);
    const sink = sinkOf(topic);
    await sink.open(undefined);
    const keys = ['a', 'bb', 'ccc', 'dddd', 'eeeee', 'customer-4711', 'ünï', ''];
    await sink.write(rowBatch(keys.map(() => null), keys), never); // prettier-ignore
    await sink.flush(never);
    const byUs = new Map(
      (await cluster.readAll(topic)).map(({ key, partition, value }) => [key, [partition, value]]),
    );
    const other = await cluster.createTopic('keys', 7);
    const producer = cluster.kafka.producer();
    await producer.connect();
    await producer.send({ topic: other, messages: keys.map((key) => ({ key, value: null })) });
    await producer.disconnect();
    const byThem = new Map(
      (await cluster.readAll(other)).map(({ key, partition, value }) => [key, [partition, value]]),
    );
    expect(byUs).toEqual(byThem);
  });

  it('names an unknown topic before the first row', async () => {
    await expect(sinkOf('no-such-topic').open(undefined)).rejects.toMatchObject({
      code: 'SINK_FAILED',
      message: `There is no topic no-such-topic on Kafka at ${at}.`,
    });
  });

  it('says which row is too large, after writing the others', async () => {
    const topic = await cluster.createTopic('small', 1, { 'max.message.bytes': '20000' });
    const sink = sinkOf(topic);
    await sink.open(undefined);
    // Together too large for one request, each small enough.
    await sink.write(rowBatch(range(0, 99).map((id) => `{"id":${id},"x":"${'x'.repeat(1000)}"}`)), never);
    await sink.flush(never);
    await sink.write(rowBatch([`{"id":100,"x":"${'x'.repeat(30_000)}"}`]), never);
    await expect(sink.flush(never)).rejects.toMatchObject({
      code: 'SINK_FAILED',
      message: `A row of 30017 bytes is too large for topic ${topic}: more than the 20000 bytes it takes.`,
    });
    expect(idsOf(await cluster.readAll(topic))).toEqual(range(0, 99));
  });

  it('stops waiting when its signal fires', async () => {
    const topic = await cluster.createTopic();
    const sink = sinkOf(topic);
    await sink.open(undefined);
    await sink.write(rows(0, 999), never);
    await expect(sink.flush(AbortSignal.abort())).rejects.toMatchObject({ code: 'SINK_UNAVAILABLE' });
    await sink.flush(never);
    expect(idsOf(await cluster.readAll(topic))).toEqual(range(0, 999));
  });
});
