// Jobs over a real Kafka whose place in the log is gone, was moved, or is to be another one.
import { describe, expect, inject, it } from 'vitest';
import { until } from './cluster';
import type { TestCluster } from './cluster';
import { JobServerProcess, LocalJobServer } from './jobServers';
import { clusterAndServer } from './jobSuite';
import type { TestJobServer } from './jobServers';
import { differences, fileTableSql, idsInFile, kafkaTableSql, none } from './jobTables';
import { range } from './tables';

const address = inject('kafka');
const group = (topic: string): string => `group-${topic}`;

/** A job that copies the ids of a topic to a file. */
async function startCopy(on: TestJobServer, at: string, topic: string, options: Record<string, string> = {}) {
  const source = { 'properties.group.id': group(topic), ...options };
  await on.run(
    `${kafkaTableSql('src', 'id BIGINT', topic, at, source)}${fileTableSql('out', 'id BIGINT', 'out.ndjson')}
     START JOB job AS INSERT INTO out SELECT id FROM src;`,
  );
}

describe.skipIf(address === undefined)('a paused job', () => {
  const at = address ?? '';
  let cluster: TestCluster;
  let server: LocalJobServer;
  clusterAndServer(
    at,
    () => LocalJobServer.open(),
    (...given) => ([cluster, server] = given),
  );

  const outputIds = (): Promise<number[]> => idsInFile(server.file('out.ndjson'));
  /** One that has read ids 0 to 99. */
  async function pausedAt100(topic: string, options: Record<string, string> = {}): Promise<void> {
    await cluster.produceIds(topic, 0, 100);
    await startCopy(server, at, topic, options);
    await server.untilJob(({ recordsIn }) => recordsIn === 100);
    await server.run('PAUSE JOB job');
    await until(async () => (await cluster.committed(group(topic), topic)) === 100n);
  }

  it.each(['at-least-once', 'exactly-once'])(
    '%s: its group is where it began, also where it has read nothing yet',
    async (delivery) => {
      const topic = await cluster.createTopic('left');
      const out = await cluster.createTopic('left-out');
      await cluster.produceIds(topic, 0, 10);
      await cluster.commit(group(topic), topic, 7n);
      const source = { 'properties.group.id': group(topic), 'scan.startup.mode': 'latest-offset' };
      await server.run(
        `${kafkaTableSql('src', 'id BIGINT', topic, at, source)}${kafkaTableSql('copy', 'id BIGINT', out, at)}
       START JOB job AS INSERT INTO copy SELECT id FROM src WITH ('delivery' = '${delivery}');
       PAUSE JOB job;`,
      );
      await until(async () => (await cluster.committed(group(topic), topic)) === 10n);
      await server.run('RESUME JOB job');
      expect(await server.job()).toMatchObject({ state: 'running', warnings: [] });
    },
  );

  it('row 10: retention deleted the position: refused with numbers, the loss accepted is in the history', async () => {
    const topic = await cluster.createTopic('loss', 2);
    await pausedAt100(topic);
    await cluster.produceIds(topic, 100, 500);
    await cluster.produceIds(topic, 1000, 1010, 1);
    await cluster.deleteRecords(topic, 380n);
    await server.untilJob(({ lag, lost }) => lag === 130 && lost === 280);
    await expect(server.run('RESUME JOB job')).rejects.toMatchObject({
      code: 'DATA_LOSS',
      message: expect.stringMatching(
        /stands at 100, the first record kept is 380: 280 lost\. The oldest record it could go on with was written at 20/,
      ) as unknown,
      hint: expect.stringContaining('RESUME JOB job ACCEPT DATA LOSS') as unknown,
    });
    expect(await server.job()).toMatchObject({ state: 'paused', desired: 'paused', recordsIn: 100 });
    expect(await cluster.committed(group(topic), topic)).toBe(100n);
    expect(await server.said('RESUME JOB job ACCEPT DATA LOSS')).toBe(
      'job is resumed: 280 unread records are lost.',
    );
    const { pauseHistory, lost } = await server.drain(230);
    expect(pauseHistory[0]?.moved).toMatchObject([{ partition: 0, from: '100', to: '380', lost: 280 }]);
    expect(lost).toBe(0);
    const kept = [...range(0, 99), ...range(380, 499), ...range(1000, 1009)];
    expect(differences(await outputIds(), kept)).toEqual(none);
  });

  it.each(['warm', 'cold'])(
    'row 11: retention about to delete it: said before the loss (%s)',
    async (depth) => {
      await server.dispose();
      server = await LocalJobServer.open({ horizonMs: 200 });
      const topic = await cluster.createTopic('horizon', 2, { 'retention.ms': '3600000' });
      await pausedAt100(topic);
      if (depth === 'cold') await server.run('RESUME JOB job; PAUSE JOB job COLD');
      expect(await server.job()).not.toHaveProperty('retentionHorizon');
      const before = Date.now();
      await cluster.produceIds(topic, 100, 110, 1);
      const { retentionHorizon = '', warnings } = await server.untilJob(
        (job) => job.depth === depth && job.retentionHorizon !== undefined && job.warnings.length > 0,
      );
      const writtenAt = Date.parse(retentionHorizon) - 3_600_000;
      expect(writtenAt).toBeGreaterThanOrEqual(before - 1000);
      expect(writtenAt).toBeLessThanOrEqual(Date.now());
      expect(warnings.join()).toMatch(/Retention deletes unread records from .* RESUME JOB job/);
      await server.run('RESUME JOB job');
      expect(await server.job()).not.toHaveProperty('retentionHorizon');
    },
  );

  it('row 11: retention by size: the horizon comes from how fast the log grows', async () => {
    await server.dispose();
    server = await LocalJobServer.open({ horizonMs: 200 });
    const topic = await cluster.createTopic('size', 1, { 'retention.bytes': '10000000' });
    await pausedAt100(topic);
    let next = 100;
    await until(async () => {
      await cluster.produceIds(topic, next, (next += 1000));
      return (await server.job()).retentionHorizon !== undefined;
    });
  });

  it('goes on FROM LATEST, EARLIEST and TIMESTAMP, and says what that means', async () => {
    const topic = await cluster.createTopic('from');
    await pausedAt100(topic);
    await cluster.produceIds(topic, 100, 150);
    expect(await server.said('RESUME JOB job FROM LATEST')).toBe(
      'job is resumed: 50 unread records are skipped.',
    );
    await cluster.produceIds(topic, 150, 160);
    await server.drain(110);
    expect(differences(await outputIds(), [...range(0, 99), ...range(150, 159)])).toEqual(none);
    expect(await server.said('RESUME JOB job FROM EARLIEST')).toBe(
      'job is resumed: 160 read records are read again.',
    );
    await server.drain(270);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const moment = new Date().toISOString();
    await cluster.produceIds(topic, 160, 200);
    expect(await server.said(`RESUME JOB job FROM TIMESTAMP '${moment}'`)).toBe('job is resumed.');
    await server.drain(310);
    expect((await outputIds()).slice(-40)).toEqual(range(160, 199));
    await until(async () => (await cluster.committed(group(topic), topic)) === 200n);
  });

  it.each([
    ['shorter', 10],
    ['longer', 300],
  ])('row 14: topic deleted and recreated, now %s: refused, said, lag never negative', async (_, ids) => {
    const topic = await cluster.createTopic('again');
    await pausedAt100(topic);
    await cluster.recreateTopic(topic);
    await cluster.produceIds(topic, 5000, 5000 + ids);
    await server.untilJob(({ partitions }) => partitions[0]?.end === String(ids));
    expect((await server.job()).lag).toBe(Math.max(0, ids - 100));
    await expect(server.run('RESUME JOB job')).rejects.toMatchObject({
      code: 'DATA_LOSS',
      message: expect.stringMatching(/stands at 100 of a log that was deleted and made again/) as unknown,
    });
    expect(await server.job()).toMatchObject({ state: 'paused', recordsIn: 100 });
    expect(await server.said('RESUME JOB job ACCEPT DATA LOSS')).toBe(
      'job is resumed. The log of src was deleted and made again: what was unread in the old one is lost.',
    );
    await server.drain(100 + ids);
    expect(differences(await outputIds(), [...range(0, 99), ...range(5000, 5000 + ids - 1)])).toEqual(none);
    await server.run('RESUME JOB job');
  });

  it.each([
    ['empty', 0],
    ['shorter', 10],
    ['longer', 300],
  ])(
    'row 14: topic deleted and recreated while the job runs, now %s: said, nothing of it is read',
    async (_, ids) => {
      const topic = await cluster.createTopic('under');
      await cluster.produceIds(topic, 0, 100);
      await startCopy(server, at, topic);
      await server.untilJob(({ recordsIn }) => recordsIn === 100);
      await cluster.recreateTopic(topic);
      await cluster.produceIds(topic, 5000, 5000 + ids);
      const paused = await server.untilJob(({ state }) => state !== 'running' && state !== 'pausing');
      expect(paused).toMatchObject({
        ...{ state: 'paused', desired: 'paused', recordsIn: 100 },
        pause: {
          by: 'data loss',
          reason: expect.stringContaining('deleted and made again') as unknown,
        },
      });
      await server.untilJob(({ partitions }) => partitions[0]?.end === String(ids));
      expect(await server.said('RESUME JOB job ACCEPT DATA LOSS')).toMatch(
        /The log of src was deleted and made again: what was unread in the old one is lost\./,
      );
      await cluster.produceIds(topic, 6000, 6010);
      await server.drain(110 + ids);
      const expected = [...range(0, 99), ...range(5000, 5000 + ids - 1), ...range(6000, 6009)];
      expect(differences(await outputIds(), expected)).toEqual(none);
    },
  );

  it.each(['warm', 'cold'])(
    'row 15: partitions added while paused (%s): counted at once, read from their beginning',
    async (depth) => {
      const topic = await cluster.createTopic('added');
      if (depth === 'cold') {
        await server.dispose();
        server = await LocalJobServer.open({ warmMs: 5100 });
      }
      await pausedAt100(topic, { 'scan.topic-partition-discovery.interval': '500 ms' });
      await server.untilJob((job) => job.depth === depth);
      await cluster.addPartitions(topic, 2);
      await cluster.produceIds(topic, 100, 150, 1);
      await server.untilJob(({ lag }) => lag === 50);
      expect((await server.job()).recordsIn).toBe(100);
      await server.run('RESUME JOB job');
      await server.drain(150);
      expect(differences(await outputIds(), range(0, 149))).toEqual(none);
    },
  );

  it('row 13: someone moved the group offset, warm: said, checkpoint followed', async () => {
    const topic = await cluster.createTopic('moved');
    await pausedAt100(topic);
    await cluster.commit(group(topic), topic, 7n);
    await cluster.produceIds(topic, 100, 120);
    expect(await server.said('RESUME JOB job')).toMatch(/partition 0 has 7 \(100\)\. Someone moved/);
    const { pauseHistory } = await server.drain(120);
    expect(pauseHistory[0]?.notes).toHaveLength(1);
    expect(differences(await outputIds(), range(0, 119))).toEqual(none);
    await until(async () => (await cluster.committed(group(topic), topic)) === 120n);
    expect(await server.said('RESUME JOB job')).toBe('job is resumed.');
  });
});

describe.skipIf(address === undefined)('a job whose server ended meanwhile', () => {
  const at = address ?? '';
  let cluster: TestCluster;
  let server: JobServerProcess;
  clusterAndServer(
    at,
    () => JobServerProcess.start(),
    (...given) => ([cluster, server] = given),
  );

  it.each([
    ['row 13: someone moved the group offset, cold', 7n, /partition 0 has 7 \(100\)/],
    ['row 12: group offsets expired', null, /partition 0 has none \(100\)/],
  ])('%s: said, checkpoint followed, committed again', async (_, offset, said) => {
    const topic = await cluster.createTopic('group');
    await cluster.produceIds(topic, 0, 100);
    await startCopy(server, at, topic);
    await server.untilJob(({ recordsIn }) => recordsIn === 100);
    await server.run('PAUSE JOB job');
    await until(async () => (await cluster.committed(group(topic), topic)) === 100n);
    await server.end();
    expect(await cluster.members(group(topic))).toEqual([]);
    if (offset === null) await cluster.deleteGroup(group(topic));
    else await cluster.commit(group(topic), topic, offset);
    await server.start();
    await server.untilJob(({ lag }) => lag !== null);
    expect(await server.said('RESUME JOB job')).toMatch(said);
    await until(async () => (await cluster.committed(group(topic), topic)) === 100n);
    await cluster.produceIds(topic, 100, 110);
    await server.drain(110);
    expect(differences(await idsInFile(server.file('out.ndjson')), range(0, 109))).toEqual(none);
  });

  it('row 10: retention deleted the position while its server was down: it waits, paused, for the loss to be accepted', async () => {
    const topic = await cluster.createTopic('down');
    await cluster.produceIds(topic, 0, 100);
    await startCopy(server, at, topic);
    await server.untilJob(({ recordsIn }) => recordsIn === 100);
    await server.kill();
    await cluster.produceIds(topic, 100, 200);
    await cluster.deleteRecords(topic, 150n);
    await server.start();
    const waiting = await server.untilJob(({ state }) => state === 'paused');
    expect(waiting).toMatchObject({ desired: 'paused', error: { code: 'DATA_LOSS' } });
    expect(waiting.pause).toMatchObject({
      by: 'data loss',
      reason: expect.stringContaining('50 lost') as unknown,
    });
    expect(await server.said('RESUME JOB job ACCEPT DATA LOSS')).toContain('50 unread records are lost');
    await server.drain(150);
    expect(
      differences(await idsInFile(server.file('out.ndjson')), [...range(0, 99), ...range(150, 199)]),
    ).toEqual(none);
  });
});
