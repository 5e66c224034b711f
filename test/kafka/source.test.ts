// The kafka source against a real broker.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { offsetAt } from '../../server/connectors/connector';
import type { Connection, Source } from '../../server/connectors/connector';
import { kafka } from '../../server/connectors/kafka/kafka';
import { TestCluster, until } from './cluster';
import { idsOf, kafkaTable, metadataColumn, never, range, readRecords, testContext, textsOf } from './tables';

const address = inject('kafka');

describe.skipIf(address === undefined)('kafka source', () => {
  const at = address ?? '';
  let cluster: TestCluster;
  const open: Source[] = [];
  let jobs = 0;

  beforeAll(() => {
    cluster = new TestCluster(at);
  });
  afterAll(() => cluster.dispose());
  afterEach(async () => {
    await Promise.all(open.splice(0).map((source) => source.close()));
  });

  function sourceOf(
    topic: string,
    options: Record<string, string> = {},
    more: { job?: string; columns?: string[]; connections?: Record<string, Connection> } = {},
  ): Source {
    const context = testContext(more.connections, more.job ?? `job-${process.pid}-${++jobs}`);
    const source = kafka.source?.(kafkaTable(topic, at, options, more.columns?.map(metadataColumn)), context);
    if (!source) throw new Error('kafka has no source');
    open.push(source);
    return source;
  }

  it('reads everything in order, from the positions it is given', async () => {
    const topic = await cluster.createTopic('all', 2);
    await cluster.produceIds(topic, 0, 2500, 0);
    await cluster.produceIds(topic, 5000, 5700, 1);
    const first = sourceOf(topic);
    expect(await first.open(new Map())).toEqual(new Map([[0, 0n], [1, 0n]])); // prettier-ignore
    const records = await readRecords(first, 3200);
    expect(idsOf(records.filter(({ partition }) => partition === 0))).toEqual(range(0, 2499));
    expect(idsOf(records.filter(({ partition }) => partition === 1))).toEqual(range(5000, 5699));
    expect(await first.ranges()).toEqual([
      { partition: 0, start: 0n, end: 2500n },
      { partition: 1, start: 0n, end: 700n },
    ]);

    const second = sourceOf(topic);
    const positions = new Map([[0, 2490n], [1, 695n]]); // prettier-ignore
    expect(await second.open(positions)).toEqual(positions);
    const rest = await readRecords(second, 15);
    expect(rest.map(({ offset }) => offset).sort()).toEqual(
      [...range(2490, 2499), ...range(695, 699)].map(BigInt).sort(),
    );
  });

  it('hands out no more records at once than asked for', async () => {
    const topic = await cluster.createTopic();
    await cluster.produceIds(topic, 0, 1000);
    const source = sourceOf(topic);
    await source.open(new Map());
    const batch = await source.read(7, 5000, never);
    expect([batch?.count, batch?.baseOffset, batch?.nextOffset]).toEqual([7, 0n, 7n]);
    const next = await source.read(5, 5000, never);
    expect(next && [next.baseOffset, offsetAt(next, 4), next.nextOffset, textsOf(next)[0]]).toEqual([
      7n,
      11n,
      12n,
      '{"id":7}',
    ]);
  });

  it('fetches no further once reading ended, also when there is room again, and goes on where it was', async () => {
    const [topic, count] = [await cluster.createTopic(), 24_000];
    const filler = 'x'.repeat(1000);
    for (let from = 0; from < count; from += 500)
      await cluster.produce(
        topic,
        range(from, from + 499).map((id) => ({ value: `{"id":${id},"filler":"${filler}"}`, partition: 0 })),
      );
    const source = sourceOf(topic);
    await source.open(new Map());
    const reading = new AbortController();
    const ids: number[] = [];
    const read = async (signal: AbortSignal): Promise<boolean> => {
      const batch = await source.read(5000, 200, signal);
      if (batch) ids.push(...idsOf(textsOf(batch).map((value) => ({ value }))));
      return batch !== undefined;
    };
    await until(() => read(reading.signal));
    reading.abort();
    // Takes what is there, and makes room.
    while (await read(reading.signal));
    const taken = ids.length;
    await sleep(1500);
    expect(await read(reading.signal)).toBe(false);
    expect(taken).toBeLessThan(count);
    await until(async () => (await read(never)) && ids.length >= count);
    expect(ids).toEqual(range(0, count - 1));
  });

  it('gives keys, headers, timestamps and tombstones where the table asks for them', async () => {
    const topic = await cluster.createTopic();
    await cluster.produce(topic, [
      { key: 'k1', value: 'v1', timestamp: '1700000000123', headers: { trace: 'abc' } },
      { key: null, value: null, timestamp: '1700000000456' },
    ]);
    const source = sourceOf(topic, { format: 'raw' }, { columns: ['key', 'headers'] });
    await source.open(new Map());
    const batch = await source.read(10, 5000, never);
    if (!batch?.keys) throw new Error('no keys');
    expect(textsOf(batch)).toEqual(['v1', null]);
    expect(textsOf({ ...batch, values: batch.keys })).toEqual(['k1', null]);
    expect([...(batch.timestamps ?? [])]).toEqual([1700000000123, 1700000000456]);
    expect(batch.headers?.(0)).toEqual({ trace: Buffer.from('abc') });
    expect(batch.headers?.(1)).toEqual({});
  });

  it.each([
    ['earliest-offset', {}, 100],
    ['latest-offset', {}, 0],
    ['timestamp', { 'scan.startup.timestamp-millis': '1700000000060' }, 40],
    ['specific-offsets', { 'scan.startup.specific-offsets': 'partition:0,offset:90' }, 10],
    ['group-offsets', {}, 100],
  ])('starts at %s and ends at the end of the topic', async (mode, options, expected) => {
    const topic = await cluster.createTopic();
    await cluster.produce(
      topic,
      range(0, 99).map((i) => ({ value: `{"id":${i}}`, timestamp: String(1_700_000_000_000 + i) })),
    );
    const source = sourceOf(topic, {
      'scan.startup.mode': mode,
      'scan.bounded.mode': 'latest-offset',
      ...options,
    });
    await source.open(new Map());
    await cluster.produceIds(topic, 100, 110);
    expect(idsOf(await readRecords(source))).toEqual(range(100 - expected, 99));
    expect(source.finished).toBe(true);
  });

  it('goes on at the offsets it committed, when it is told to follow its group', async () => {
    const topic = await cluster.createTopic();
    await cluster.produceIds(topic, 0, 50);
    const options = { 'properties.group.id': `group-${topic}`, 'scan.startup.mode': 'group-offsets' };
    const first = sourceOf(topic, options);
    await first.open(new Map());
    await readRecords(first, 30);
    await first.commit?.(new Map([[0, 30n]]));
    expect(await cluster.committed(`group-${topic}`, topic)).toBe(30n);
    await first.close();
    const second = sourceOf(topic, options);
    expect(await second.open(new Map())).toEqual(new Map([[0, 30n]]));
    expect(idsOf(await readRecords(second, 20))).toEqual(range(30, 49));
  });

  it('keeps its own positions over rebalances while nobody reads', async () => {
    const topic = await cluster.createTopic('rebalance', 2);
    await cluster.produceIds(topic, 0, 3000, 0);
    await cluster.produceIds(topic, 10_000, 13_000, 1);
    const source = sourceOf(topic, {}, { job: topic });
    await source.open(new Map());
    const before = await readRecords(source, 1000);
    for (let round = 0; round < 2; round++) {
      const leave = await cluster.joinGroup(`stream-jobs-${topic}`, topic);
      await until(async () => (await cluster.members(`stream-jobs-${topic}`)).length === 2);
      await leave();
    }
    const after = await readRecords(source, 5000);
    const ids = idsOf([...before, ...after]).sort((a, b) => a - b);
    expect(ids).toEqual([...range(0, 2999), ...range(10_000, 12_999)]);
  });

  it('stays in its group when nobody reads for longer than the session timeout', async () => {
    const topic = await cluster.createTopic();
    const group = `stream-jobs-${topic}`;
    const source = sourceOf(topic, { 'properties.session.timeout.ms': '3000' }, { job: topic });
    await source.open(new Map());
    // More than the queue holds: the handler waits with records in its hands.
    const big = 'x'.repeat(900_000);
    for (let i = 0; i < 20; i++) await cluster.produce(topic, [{ value: `{"id":${i},"x":"${big}"}` }]);
    const members = await cluster.members(group);
    await new Promise((resolve) => setTimeout(resolve, 8000));
    expect(await cluster.members(group)).toEqual(members);
    expect(idsOf(await readRecords(source, 20))).toEqual(range(0, 19));
    expect(await cluster.members(group)).toEqual(members);
  });

  it('two jobs with one group id both read everything', async () => {
    const topic = await cluster.createTopic('shared', 2);
    await cluster.produceIds(topic, 0, 100, 0);
    await cluster.produceIds(topic, 100, 200, 1);
    const options = { 'properties.group.id': `group-${topic}` };
    const [one, two] = [sourceOf(topic, options), sourceOf(topic, options)];
    await Promise.all([one.open(new Map()), two.open(new Map())]);
    for (const source of [one, two])
      expect(idsOf(await readRecords(source, 200)).sort((a, b) => a - b)).toEqual(range(0, 199));
  });

  it('reads a partition that was added from its beginning', async () => {
    const topic = await cluster.createTopic();
    await cluster.produceIds(topic, 0, 10);
    const source = sourceOf(topic, { 'scan.topic-partition-discovery.interval': '500 ms' });
    await source.open(new Map());
    await readRecords(source, 10);
    await cluster.addPartitions(topic, 2);
    await cluster.produceIds(topic, 10, 20, 1);
    const added = await readRecords(source, 10);
    expect([idsOf(added), new Set(added.map(({ partition }) => partition))]).toEqual([
      range(10, 19),
      new Set([1]),
    ]);
    await until(async () => (await source.ranges()).length === 2);
  });

  it('refuses positions that retention has deleted, with numbers', async () => {
    const topic = await cluster.createTopic();
    await cluster.produceIds(topic, 0, 500);
    await cluster.deleteRecords(topic, 300n);
    await expect(sourceOf(topic).open(new Map([[0, 120n]]))).rejects.toMatchObject({
      code: 'DATA_LOSS',
      message: expect.stringMatching(
        /^180 unread records of topic .*offset 120, but the first one kept is 300/,
      ) as unknown,
    });
    expect(await sourceOf(topic).ranges()).toEqual([{ partition: 0, start: 300n, end: 500n }]);
  });

  it('says so when the records it would fetch next are deleted while it runs, and leaves the group what was committed', async () => {
    const topic = await cluster.createTopic();
    const group = `kept-${topic}`;
    const source = sourceOf(topic, { 'properties.group.id': group });
    await source.open(new Map());
    const big = 'x'.repeat(900_000);
    for (let i = 0; i < 30; i++) await cluster.produce(topic, [{ value: `{"id":${i},"x":"${big}"}` }]);
    const first = await readRecords(source, 1);
    await source.commit?.(new Map([[0, 1n]]));
    await cluster.deleteRecords(topic, 28n);
    const ids = idsOf(first);
    const reading = (async () => {
      for (;;) ids.push(...idsOf(await readRecords(source, 1)));
    })();
    await expect(reading).rejects.toMatchObject({ code: 'DATA_LOSS' });
    expect(ids).toEqual(range(0, ids.length - 1));
    expect(await cluster.committed(group, topic)).toBe(1n);
  });

  it('refuses a topic that was deleted and created again', async () => {
    const topic = await cluster.createTopic();
    await cluster.produceIds(topic, 0, 100);
    await cluster.recreateTopic(topic);
    await cluster.produceIds(topic, 0, 10);
    await expect(sourceOf(topic).open(new Map([[0, 100n]]))).rejects.toMatchObject({
      code: 'DATA_LOSS',
      message: expect.stringContaining('its log ends at 10') as unknown,
    });
  });

  it('names an unknown topic, and a broker that is not there', async () => {
    await expect(sourceOf('no-such-topic').open(new Map())).rejects.toMatchObject({
      code: 'SOURCE_FAILED',
      message: `There is no topic no-such-topic on Kafka at ${at}.`,
    });
    const nowhere = { 'properties.bootstrap.servers': '127.0.0.1:1' };
    await expect(sourceOf('orders', nowhere).open(new Map())).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message: expect.stringContaining('127.0.0.1:1') as unknown,
    });
  });

  it.each(['gzip', 'snappy', 'lz4', 'zstd'])('reads %s as the broker writes it', async (codec) => {
    const topic = await cluster.createTopic(codec, 1, { 'compression.type': codec });
    await cluster.produceIds(topic, 0, 3000);
    await cluster.produce(topic, [{ value: `{"id":3000,"x":"${'abc'.repeat(70_000)}"}` }]);
    const source = sourceOf(topic, { 'scan.bounded.mode': 'latest-offset' });
    await source.open(new Map([[0, 1234n]]));
    expect(idsOf(await readRecords(source))).toEqual(range(1234, 3000));
  });

  it('passes aborted transactions and their markers', async () => {
    const topic = await cluster.createTopic();
    const producer = cluster.kafka.producer({
      transactionalId: topic,
      idempotent: true,
      maxInFlightRequests: 1,
    });
    await producer.connect();
    for (const [id, end] of [
      [1, 'commit'],
      [2, 'abort'],
      [3, 'commit'],
      [4, 'abort'],
    ] as const) {
      // prettier-ignore
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: [{ value: `{"id":${id}}` }] });
      await transaction[end]();
    }
    await producer.disconnect();
    const source = sourceOf(topic);
    await source.open(new Map());
    const { end } = (await cluster.ends(topic)).get(0) ?? { end: -1n };
    const values: (string | null)[] = [];
    let position = 0n;
    await until(async () => {
      const batch = await source.read(10, 100, never);
      if (batch) values.push(...textsOf(batch));
      position = batch?.nextOffset ?? position;
      return position === end;
    });
    expect(values).toEqual(['{"id":1}', '{"id":3}']);
  });
});
