// A consumer group that somebody else is still a member of: a server with another data folder that was killed.
import { afterEach, describe, expect, inject, it } from 'vitest';
import type { TestCluster } from './cluster';
import { JobServerProcess, LocalJobServer } from './jobServers';
import { clusterAndServer } from './jobSuite';
import { fileTableSql, idsInFile, kafkaTableSql } from './jobTables';
import { range } from './tables';

const address = inject('kafka');
const killedSessionMs = 13_000;

describe.skipIf(address === undefined)('a job whose group counts a killed one as a member', () => {
  const at = address ?? '';
  let cluster: TestCluster;
  let server: LocalJobServer;
  let killed: JobServerProcess | undefined;
  clusterAndServer(
    at,
    () => LocalJobServer.open(),
    (...given) => ([cluster, server] = given),
  );
  afterEach(() => killed?.dispose());

  it('is told who it is that the group waits for, and starts once its session has timed out', async () => {
    const topic = await cluster.createTopic('held');
    await cluster.produceIds(topic, 0, 100);
    const group = `group-${topic}`;
    const script = (sessionMs: number) => {
      const source = { 'properties.group.id': group, 'properties.session.timeout.ms': String(sessionMs) };
      return `${kafkaTableSql('src', 'id BIGINT', topic, at, source)}${fileTableSql('out', 'id BIGINT', 'out.ndjson')}
        START JOB job AS INSERT INTO out SELECT id FROM src;`;
    };
    killed = await JobServerProcess.start();
    await killed.run(script(killedSessionMs));
    await killed.untilJob(({ recordsIn }) => recordsIn === 100);
    await killed.kill();
    await expect(server.run(script(1000))).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message: expect.stringMatching(
        `^The consumer group ${group} on Kafka at ${at} lets nobody in before it hears from stream-jobs-[0-9a-f]{12} on 127.0.0.1`,
      ) as unknown,
      hint: expect.stringContaining('session times out') as unknown,
    });
    await server.run('START JOB job AS INSERT INTO out SELECT id FROM src');
    await server.drain(100);
    expect(await idsInFile(server.file('out.ndjson'))).toEqual(range(0, 99));
  });
});
