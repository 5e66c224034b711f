// Bad records of a real topic: kept, sent on, seen and tried again.
import { beforeEach, describe, expect, inject, it } from 'vitest';
import type { TestCluster } from './cluster';
import { JobServerProcess } from './jobServers';
import { clusterAndServer } from './jobSuite';
import { fileTableSql, idsInFile, kafkaTableSql, positionOf } from './jobTables';
import { range } from './tables';

const address = inject('kafka');

describe.skipIf(address === undefined)('dead letters over Kafka', () => {
  const at = address ?? '';
  let cluster: TestCluster;
  let server: JobServerProcess;
  let topic: string;
  let letters: string;

  clusterAndServer(
    at,
    () => JobServerProcess.start({ environment: { LENIENT: 'false' } }),
    (...given) => ([cluster, server] = given),
  );
  beforeEach(async () => {
    [topic, letters] = [await cluster.createTopic('poison'), await cluster.createTopic('letters')];
    const lenient = { 'json.ignore-parse-errors': '${LENIENT}' };
    await server.run(
      `${kafkaTableSql('src', 'id BIGINT', topic, at, lenient)}${fileTableSql('sink', 'id BIGINT', 'out.ndjson')}
       START JOB job AS INSERT INTO sink SELECT id FROM src WITH ('dead-letter.topic' = '${letters}');`,
    );
  });

  it('row 24: poison record at the resume point: a dead letter, no loop, and it can be tried again', async () => {
    await cluster.produceIds(topic, 0, 500);
    expect(positionOf(await server.drain(500))).toBe(500);
    const torn = { key: 'k', value: '{"id": 12', partition: 0, headers: { trace: 'abc' } };
    await cluster.produce(topic, [torn, { value: '{"id":"twelve"}', partition: 0 }]);
    await cluster.produceIds(topic, 500, 1000);
    await server.run('RESUME JOB job');
    await server.untilJob(({ recordsIn }) => recordsIn === 1002);
    expect(await idsInFile(server.file('out.ndjson'))).toEqual(range(0, 999));

    await server.kill();
    Object.assign(process.env, { LENIENT: 'true' });
    await server.start();
    const job = await server.untilJob(({ state }) => state === 'running');
    expect(job).toMatchObject({ recordsFailed: 2, deadLetters: { kept: 2, dropped: 0 } });
    const [second, first] = await server.rows('SHOW DEAD LETTERS FOR job');
    expect(first).toMatchObject({
      number: 1,
      stream: 'src',
      partition: 0,
      offset: '500',
      key: 'k',
      value: torn.value,
    });
    expect(first?.error).toBe('The record is not valid JSON.');
    expect(second).toMatchObject({ number: 2, offset: '501', key: null, value: '{"id":"twelve"}' });
    const sent = await cluster.readAll(letters);
    expect(sent.map(({ key, value }) => ({ key, value }))).toEqual([
      { key: 'k', value: torn.value },
      { key: null, value: '{"id":"twelve"}' },
    ]);
    expect(sent[0]?.headers).toMatchObject({
      trace: 'abc',
      'dead-letter.stream': 'src',
      'dead-letter.topic': topic,
      'dead-letter.partition': '0',
      'dead-letter.offset': '500',
      'dead-letter.error': 'The record is not valid JSON.',
    });

    await server.run('RETRY DEAD LETTERS FOR job');
    expect(
      (await server.rows('SHOW DEAD LETTERS FOR job')).map(({ number, attempts }) => [number, attempts]),
    ).toEqual([[1, 2]]);
    const after = await server.job();
    expect(after).toMatchObject({
      recordsIn: 1002,
      recordsFailed: 2,
      recordsOut: 1001,
      deadLetters: { kept: 1 },
    });
    expect(positionOf(after)).toBe(1002);
    expect(await idsInFile(server.file('out.ndjson'))).toEqual([...range(0, 999), null]);
  });
});
