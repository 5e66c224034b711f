// Source and sink while their broker is killed, cut off or asks for a login: each test has a broker of its own.
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, inject, it } from 'vitest';
import type { Connection, Sink, Source } from '../../server/connectors/connector';
import { kafka } from '../../server/connectors/kafka/kafka';
import { testUser } from './broker';
import type { Broker } from './broker';
import { until } from './cluster';
import type { TestCluster } from './cluster';
import { ownProxiedCluster } from './jobSuite';
import type { Proxy } from './proxy';
import { idsOf, kafkaTable, never, range, readRecords, rowBatch, testContext } from './tables';

describe.skipIf(!inject('ownBrokers'))('kafka failures', () => {
  let broker: Broker;
  let proxy: Proxy;
  let cluster: TestCluster;

  ownProxiedCluster((own) => ({ broker, proxy, cluster } = own), { tls: true });

  function sourceOf(
    topic: string,
    address: string,
    options: Record<string, string> = {},
    connection?: Connection,
  ): Source {
    const context = testContext(connection ? { prod: connection } : {}, `job-${topic}`);
    const source = kafka.source?.(kafkaTable(topic, address, options), context);
    if (!source) throw new Error('kafka has no source');
    return source;
  }
  function sinkOf(topic: string, address: string): Sink {
    const sink = kafka.sink?.(kafkaTable(topic, address), testContext());
    if (!sink) throw new Error('kafka has no sink');
    return sink;
  }

  /** Reads `count` records, whatever trouble there is in between; returns them and the codes of the trouble. */
  async function readThrough(source: Source, count: number): Promise<{ ids: number[]; codes: Set<string> }> {
    const ids: number[] = [];
    const codes = new Set<string>();
    await until(async () => {
      try {
        const batch = await source.read(1000, 100, never);
        if (batch) ids.push(...idsOf(Array.from({ length: batch.count }, (_, i) => ({ value: batch.values.buffer.toString('utf8', batch.values.starts[i], batch.values.ends[i]) })))); // prettier-ignore
      } catch (error) {
        codes.add((error as { code: string }).code);
      }
      return ids.length >= count;
    }, 45_000);
    return { ids, codes };
  }

  it('a source goes on where it was after its broker was killed and came back', async () => {
    const topic = await cluster.createTopic();
    await cluster.produceIds(topic, 0, 5000);
    const source = sourceOf(topic, broker.address);
    await source.open(new Map());
    const before = idsOf(await readRecords(source, 1000));
    await broker.kill();
    await expect(source.ranges()).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
    const { ids: meanwhile } = await readThrough(source, 4000);
    await until(async () => {
      const failure = await source.read(10, 100, never).catch((error: unknown) => error);
      return failure instanceof Error && 'code' in failure && failure.code === 'SOURCE_UNAVAILABLE';
    });
    await broker.start();
    const started = Date.now();
    await cluster.produceIds(topic, 5000, 6000);
    const { ids: after } = await readThrough(source, 1000);
    console.log(`records again ${Date.now() - started} ms after the broker was back`);
    expect([...before, ...meanwhile, ...after]).toEqual(range(0, 5999));
    expect(await source.ranges()).toEqual([{ partition: 0, start: 0n, end: 6000n }]);
    await source.close();
  });

  it('a source survives cut connections without losing or repeating a record', async () => {
    const topic = await cluster.createTopic();
    const source = sourceOf(topic, proxy.address);
    await source.open(new Map());
    const ids: number[] = [];
    for (let round = 0; round < 3; round++) {
      await cluster.produceIds(topic, round * 1000, round * 1000 + 1000);
      proxy.cut();
      ids.push(...(await readThrough(source, 1000)).ids);
    }
    expect(ids).toEqual(range(0, 2999));
    await source.close();
  });

  it('a source that is closed leaves no connection behind, however often they were cut', async () => {
    const topic = await cluster.createTopic();
    const open = proxy.connections;
    for (let round = 0; round < 4; round++) {
      const source = sourceOf(topic, proxy.address);
      await source.open(new Map());
      for (let cut = 0; cut < 3; cut++) {
        proxy.cut();
        await sleep(300 * cut);
      }
      await source.close();
    }
    await until(() => proxy.connections <= open, 5000);
  });

  it('a sink loses no row and keeps the order over cut connections', async () => {
    const topic = await cluster.createTopic();
    const sink = sinkOf(topic, proxy.address);
    await sink.open(undefined);
    for (let first = 0; first < 20_000; first += 2000) {
      await sink.write(rowBatch(range(first, first + 1999).map((id) => `{"id":${id}}`)), never);
      if (first % 6000 === 0) proxy.cut();
    }
    await sink.flush(never);
    await sink.close();
    const ids = idsOf(await cluster.readAll(topic));
    // A row may be there twice; without the repetitions every row is there, in order.
    const firsts = ids.filter((id, i) => ids.indexOf(id) === i);
    expect(firsts).toEqual(range(0, 19_999));
  });

  it('a sink says that its broker is gone, and goes on when it is back', async () => {
    const topic = await cluster.createTopic();
    const sink = sinkOf(topic, proxy.address);
    await sink.open(undefined);
    proxy.refuse();
    await sink.write(rowBatch(['{"id":1}', '{"id":2}']), never);
    await expect(sink.flush(never)).rejects.toMatchObject({ code: 'SINK_UNAVAILABLE' });
    proxy.allow();
    await until(async () => {
      await sink.flush(never).catch(() => undefined);
      return (await cluster.ends(topic)).get(0)?.end === 2n;
    });
    await sink.close();
  });

  it('a job that comes back after a kill does not wait for the session of its old self to end', async () => {
    const topic = await cluster.createTopic();
    await cluster.produceIds(topic, 0, 10);
    const options = { 'properties.session.timeout.ms': '45000' };
    const killed = sourceOf(topic, proxy.address, options);
    await killed.open(new Map());
    proxy.refuse();
    const successor = sourceOf(topic, broker.address, options);
    await successor.open(new Map());
    expect(idsOf(await readRecords(successor, 10))).toEqual(range(0, 9));
    await Promise.all([killed.close(), successor.close()]);
    proxy.allow();
  }, 20_000);

  it('closes in a bounded time while the broker is gone', async () => {
    const topic = await cluster.createTopic();
    const source = sourceOf(topic, proxy.address);
    const sink = sinkOf(topic, proxy.address);
    await Promise.all([source.open(new Map()), sink.open(undefined)]);
    proxy.refuse();
    await Promise.all([source.close(), sink.close()]);
    proxy.allow();
  });

  it.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)(
    'logs in with %s from a named connection',
    async (mechanism) => {
      const topic = await cluster.createTopic();
      await cluster.produceIds(topic, 0, 10);
      const options = { connection: 'prod' };
      const good = { brokers: [broker.saslAddress], sasl: { mechanism, ...testUser } };
      const source = sourceOf(topic, '', options, good);
      await source.open(new Map());
      expect(idsOf(await readRecords(source, 10))).toEqual(range(0, 9));
      await source.close();
      const bad = { ...good, sasl: { ...good.sasl, password: 'wrong' } };
      await expect(sourceOf(topic, '', options, bad).open(new Map())).rejects.toMatchObject({
        code: 'SOURCE_FAILED',
        message: expect.stringContaining('refuses the login') as unknown,
      });
    },
  );

  it('encrypts, and trusts only the given certificate', async () => {
    const topic = await cluster.createTopic();
    await cluster.produceIds(topic, 0, 10);
    const ca = broker.certificate ?? '';
    const source = sourceOf(topic, '', { connection: 'prod' }, { brokers: [broker.tlsAddress], tls: { ca } });
    await source.open(new Map());
    expect(idsOf(await readRecords(source, 10))).toEqual(range(0, 9));
    await source.close();
    const untrusted = sourceOf(
      topic,
      '',
      { connection: 'prod' },
      { brokers: [broker.tlsAddress], tls: true },
    );
    await expect(untrusted.open(new Map())).rejects.toMatchObject({
      message: expect.stringMatching(/certificate/) as unknown,
    });
  });
});
