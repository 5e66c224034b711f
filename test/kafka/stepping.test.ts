// Looking at the next records of topics, and stepping over exactly so many, with a real broker.
import { describe, expect, inject, it } from 'vitest';
import { kafka } from '../../server/connectors/kafka/kafka';
import type { StatementResult } from '../../server/protocol/results';
import { until } from './cluster';
import type { TestCluster } from './cluster';
import { LocalJobServer } from './jobServers';
import { clusterAndServer } from './jobSuite';
import { differences, fileTableSql, idsInFile, kafkaTableSql, none } from './jobTables';
import { idsOf, kafkaTable, range, readRecords, testContext, textsOf } from './tables';

const address = inject('kafka');

describe.skipIf(address === undefined)('looking ahead', () => {
  const at = address ?? '';
  let cluster: TestCluster;
  let server: LocalJobServer;
  clusterAndServer(
    at,
    () => LocalJobServer.open(),
    (...given) => ([cluster, server] = given),
  );

  const rowsOf = async (sql: string): Promise<NonNullable<StatementResult['rows']>> =>
    (await server.results(sql)).at(-1)?.rows ?? [];
  const idIn = (value: unknown): number => (JSON.parse(String(value)) as { id: number }).id;

  /** Records with mixed times over three partitions: id n of partition p is p * 1000 + n. */
  async function mixedTopic(counts: number[]): Promise<string> {
    const topic = await cluster.createTopic('mixed', 3);
    for (const [partition, count] of counts.entries())
      await cluster.produce(
        topic,
        range(0, count - 1).map((n) => ({
          partition,
          key: `k${n}`,
          value: JSON.stringify({ id: partition * 1000 + n }),
          timestamp: String(1_700_000_000_000 + ((n * (partition + 3) * 37) % 101)),
        })),
      );
    return topic;
  }

  it('row 27: a source with aborted and open transactions shows only what is committed, and moves nothing', async () => {
    const topic = await cluster.createTopic('peek-transactions');
    const producer = cluster.kafka.producer({ transactionalId: `${topic}-writer`, idempotent: true, maxInFlightRequests: 1, retry: { initialRetryTime: 5 } }); // prettier-ignore
    await producer.connect();
    for (const [first, commit] of [
      [0, true],
      [10, false],
      [20, true],
      [30, false],
    ] as const) {
      // prettier-ignore
      const transaction = await producer.transaction();
      await transaction.send({
        topic,
        messages: range(first, first + 4).map((id) => ({ value: `{"id":${id}}` })),
      });
      await (commit ? transaction.commit() : transaction.abort());
    }
    const open = await producer.transaction();
    await open.send({ topic, messages: [{ value: '{"id":99}' }] });
    const source = kafka.source?.(kafkaTable(topic, at), testContext({}, topic));
    try {
      const looked = await source?.peek(new Map(), 100, 5);
      const texts = looked?.flatMap(({ batch }) => textsOf(batch));
      expect(texts).toEqual([...range(0, 4), ...range(20, 24)].map((id) => `{"id":${id}}`.slice(0, 5)));
      expect(looked?.map(({ more }) => more)).toEqual([false]);
      // From among the aborted ones on.
      const later = await source?.peek(new Map([[0, 8n]]), 2, 100);
      expect(later?.map(({ batch, more }) => [textsOf(batch), more])).toEqual([
        [['{"id":20}', '{"id":21}'], true],
      ]);
      expect(await source?.peek(new Map([[0, 19n]]), 100, 100)).toEqual([]);
    } finally {
      await source?.close();
      await open.abort();
      await producer.disconnect();
    }
  });

  it('a partition that is held is read from where it was, once it is released', async () => {
    const topic = await cluster.createTopic('held', 2);
    await cluster.produceIds(topic, 0, 3000, 0);
    await cluster.produceIds(topic, 10_000, 13_000, 1);
    const source = kafka.source?.(kafkaTable(topic, at), testContext({}, topic));
    if (!source) throw new Error('kafka has no source');
    try {
      await source.open(new Map());
      const before = (await readRecords(source, 6000)).filter(({ partition }) => partition === 0);
      expect(before).toHaveLength(3000);
      source.hold?.(new Map([[0, 1000n]]));
      await cluster.produceIds(topic, 3000, 3100, 0);
      await cluster.produceIds(topic, 13_000, 13_100, 1);
      expect(new Set((await readRecords(source, 100)).map(({ partition }) => partition))).toEqual(
        new Set([1]),
      );
      source.hold?.(new Map());
      expect(idsOf(await readRecords(source, 2100))).toEqual(range(1000, 3099));
    } finally {
      await source.close();
    }
  });

  it('PEEK shows what steps then process, exactly and in its order, over partitions and cold pauses', async () => {
    const topic = await mixedTopic([90, 40, 70]);
    const source = kafkaTableSql('src', 'id BIGINT', topic, at);
    const sink = fileTableSql('sink', 'id BIGINT', 'out.ndjson');
    await server.run(`${source}${sink} START JOB job PAUSED AS INSERT INTO sink SELECT id FROM src;`);
    const order = (await rowsOf('PEEK JOB job LIMIT 1000')).map((row) => idIn(row[5]));
    expect(order).toHaveLength(200);
    let done = 0;
    for (const records of [1, 7, 100]) {
      const shown = (await rowsOf(`PEEK JOB job LIMIT ${records}`)).map((row) => idIn(row[5]));
      expect(shown).toEqual(order.slice(done, done + records));
      await server.run(`RESUME JOB job FOR ${records} RECORDS`);
      done += records;
      expect(await server.job()).toMatchObject({
        state: 'paused',
        recordsIn: done,
        pause: { reason: 'step' },
      });
      const written = await idsInFile(server.file('out.ndjson'));
      expect(differences(written, order.slice(0, done))).toEqual(none);
      if (records === 7) await server.run('PAUSE JOB job COLD');
    }
    await server.run('RESUME JOB job');
    await server.drain(200);
    expect(differences(await idsInFile(server.file('out.ndjson')), order)).toEqual(none);
  });

  it('PEEK neither rejoins nor moves the group, and shows a running job at its position', async () => {
    const topic = await cluster.createTopic('peek-group');
    await cluster.produceIds(topic, 0, 50);
    const group = `group-${topic}`;
    const source = kafkaTableSql('src', 'id BIGINT', topic, at, { 'properties.group.id': group });
    const sink = fileTableSql('sink', 'id BIGINT', 'out.ndjson');
    await server.run(`${source}${sink} START JOB job AS INSERT INTO sink SELECT id FROM src;`);
    await server.untilJob(({ recordsIn }) => recordsIn === 50);
    expect(await rowsOf('PEEK JOB job')).toEqual([]);
    await server.run('PAUSE JOB job');
    await until(async () => (await cluster.committed(group, topic)) === 50n);
    await cluster.produceIds(topic, 50, 60);
    const members = await cluster.members(group);
    for (let look = 0; look < 5; look++)
      expect((await rowsOf('PEEK JOB job LIMIT 3')).map((row) => row[2])).toEqual(['50', '51', '52']);
    expect(await cluster.committed(group, topic)).toBe(50n);
    expect(await cluster.members(group)).toEqual(members);
    expect((await server.job()).recordsIn).toBe(50);
  });
});
