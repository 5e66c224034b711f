// Jobs while their broker or their server is killed, and jobs that need a login.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { testUser } from './broker';
import type { Broker } from './broker';
import { until } from './cluster';
import type { TestCluster } from './cluster';
import { JobServerProcess, LocalJobServer } from './jobServers';
import type { TestJobServer } from './jobServers';
import { ownCluster } from './jobSuite';
import {
  connectedTableSql,
  differences,
  fileTableSql,
  idsInFile,
  kafkaTableSql,
  none,
  parsed,
} from './jobTables';
import { range } from './tables';

/** Not the job's own: a server that was killed for good holds its place in it for a while. */
const group = (topic: string): string => `group-${topic}`;

describe.skipIf(!inject('ownBrokers'))('a job', () => {
  let broker: Broker;
  let cluster: TestCluster;
  let server: TestJobServer | undefined;

  ownCluster((own) => ({ broker, cluster } = own), { tls: true });
  afterEach(() => server?.dispose());

  /** A job that copies a topic to a file and to another topic, a few records at a time. */
  async function startCopy(on: TestJobServer, topic: string, out: string): Promise<void> {
    const columns = 'id BIGINT';
    await on.run(
      `${kafkaTableSql('src', columns, topic, broker.address, { 'properties.group.id': group(topic) })}${fileTableSql('file', columns, 'out.ndjson')}
       ${kafkaTableSql('copy', columns, out, broker.address)}
       START JOB job AS STATEMENT SET BEGIN
         INSERT INTO file SELECT id FROM src; INSERT INTO copy SELECT id FROM src;
       END WITH ('batch.records' = '2000', 'pause.timeout' = '2 s');`,
    );
  }
  /** In the file and, for read_committed readers, in the topic each id is there once. */
  async function expectAll(on: TestJobServer, out: string, count: number): Promise<void> {
    expect(differences(await idsInFile(on.file('out.ndjson')), range(0, count - 1))).toEqual(none);
    const copied = parsed<{ id: number }>(await cluster.readAll(out)).map(({ id }) => id);
    expect(differences(copied, range(0, count - 1))).toEqual(none);
  }

  it('row 7: broker restarts while paused: lag unknown, stays paused, lag known again after', async () => {
    const [topic, out] = [await cluster.createTopic('gone'), await cluster.createTopic('gone-out')];
    server = await LocalJobServer.open();
    await cluster.produceIds(topic, 0, 1000);
    await startCopy(server, topic, out);
    await server.untilJob(({ recordsIn }) => recordsIn === 1000);
    await server.run('PAUSE JOB job');
    await cluster.produceIds(topic, 1000, 1500);
    await server.untilJob(({ lag }) => lag === 500);
    await broker.kill();
    const unknown = await server.untilJob(({ lag }) => lag === null);
    expect(unknown).toMatchObject({ state: 'paused', recordsIn: 1000, kafkaLag: null });
    expect(unknown.partitions).toMatchObject([{ position: '1000', end: null, lag: null }]);
    await broker.start();
    const known = await server.untilJob(({ lag }) => lag === 500);
    expect(known).toMatchObject({ state: 'paused', recordsIn: 1000 });
    await server.run('RESUME JOB job');
    await server.drain(1500);
    await expectAll(server, out, 1500);
  });

  describe('row 9: broker down at RESUME', () => {
    async function pausedWithoutBroker(
      resumeDeadlineMs: number,
    ): Promise<{ on: LocalJobServer; out: string }> {
      const [topic, out] = [await cluster.createTopic('early'), await cluster.createTopic('early-out')];
      const on = await LocalJobServer.open({ resumeDeadlineMs, retryFirstMs: 200, retryMaxMs: 500 });
      server = on;
      await cluster.produceIds(topic, 0, 1000);
      await startCopy(on, topic, out);
      await on.untilJob(({ recordsIn }) => recordsIn === 1000);
      await on.run('PAUSE JOB job');
      await cluster.produceIds(topic, 1000, 1500);
      await broker.kill();
      return { on, out };
    }

    it('it is paused again at the deadline, with the cause', async () => {
      const { on, out } = await pausedWithoutBroker(2000);
      await expect(on.run('RESUME JOB job')).rejects.toMatchObject({
        code: 'RESUME_TIMEOUT',
        message: expect.stringContaining(broker.address) as unknown,
      });
      expect(await on.job()).toMatchObject({ state: 'paused', desired: 'paused', recordsIn: 1000 });
      await broker.start();
      await until(() =>
        on.run('RESUME JOB job').then(
          () => true,
          () => false,
        ),
      );
      await on.drain(1500);
      await expectAll(on, out, 1500);
    });

    it('it is resuming and says why, and runs when the broker is back', async () => {
      const { on, out } = await pausedWithoutBroker(30_000);
      const resumed = on.run('RESUME JOB job');
      const trying = await on.untilJob(({ state, warnings }) => state === 'resuming' && warnings.length > 0);
      expect(trying.warnings[0]).toContain(broker.address);
      await broker.start();
      await resumed;
      await on.drain(1500);
      await expectAll(on, out, 1500);
    });
  });

  it('row 8: broker down at PAUSE: the pause succeeds, what was computed is published when the broker is back', async () => {
    const [topic, out] = [await cluster.createTopic('back'), await cluster.createTopic('back-out')];
    server = await LocalJobServer.open();
    await cluster.produceIds(topic, 0, 60_000);
    await startCopy(server, topic, out);
    await server.untilJob(({ recordsIn }) => recordsIn > 0);
    await broker.kill();
    const stored = await server.untilJob(({ unpublished }) => unpublished !== undefined);
    expect(stored.warnings.join()).toContain(broker.address);
    await server.run('PAUSE JOB job');
    const paused = await server.job();
    expect(paused).toMatchObject({ state: 'paused', desired: 'paused' });
    expect(paused.warnings.join()).toMatch(
      /[\d,]+ rows for topic back-out-\w+ are stored and will be published/,
    );
    expect(await idsInFile(server.file('out.ndjson'))).toEqual(range(0, paused.recordsIn - 1));
    await broker.start();
    await server.untilJob(({ unpublished }) => unpublished === undefined);
    await expectAll(server, out, paused.recordsIn);
    await server.run('RESUME JOB job');
    await cluster.produceIds(topic, 60_000, 61_000);
    await server.untilJob(({ recordsIn, warnings }) => recordsIn === 61_000 && warnings.length === 0);
    await server.run('PAUSE JOB job');
    await expectAll(server, out, 61_000);
  }, 120_000);

  it('that is paused when its server is killed comes back paused, processes nothing, and resumes exactly', async () => {
    const [topic, out] = [await cluster.createTopic('kill'), await cluster.createTopic('kill-out')];
    const process = await JobServerProcess.start();
    server = process;
    await cluster.produceIds(topic, 0, 20_000);
    await startCopy(process, topic, out);
    await process.untilJob(({ recordsIn }) => recordsIn > 0);
    await process.run("PAUSE JOB job WITH REASON 'night'");
    const { recordsIn, pauseHistory, lastProcessedOffset } = await process.job();
    for (let round = 0; round < 2; round++) {
      await process.kill();
      await cluster.produceIds(topic, 20_000 + round * 500, 20_500 + round * 500);
      await process.start();
      const back = await process.untilJob(({ lag }) => lag !== null);
      expect(back).toMatchObject({
        state: 'paused',
        depth: 'cold',
        recordsIn,
        pauseHistory,
        lastProcessedOffset,
      });
      expect(back.pause).toMatchObject({ reason: 'night' });
      expect(back.lag).toBe(20_500 + round * 500 - recordsIn);
      expect(await idsInFile(process.file('out.ndjson'))).toEqual(range(0, recordsIn - 1));
    }
    await process.run('RESUME JOB job');
    await process.drain(21_000);
    await expectAll(process, out, 21_000);
  });

  it('that runs when its server is killed, again and again, writes each row to a file exactly once', async () => {
    const [topic, out] = [await cluster.createTopic('kills', 2), await cluster.createTopic('kills-out')];
    const process = await JobServerProcess.start();
    server = process;
    let produced = 0;
    const produce = async (count: number): Promise<void> => {
      await cluster.produceIds(topic, produced, produced + count / 2, 0);
      await cluster.produceIds(topic, produced + count / 2, produced + count, 1);
      produced += count;
    };
    await produce(10_000);
    await startCopy(process, topic, out);
    let before = 0;
    for (let round = 0; round < 5; round++) {
      await produce(4000);
      await process.untilJob(({ state, recordsIn }) => state === 'running' && recordsIn > before);
      await sleep(Math.random() * 100);
      before = (await process.job()).recordsIn;
      await process.kill();
      await process.start();
    }
    const { metrics } = await process.drain(produced);
    expect(metrics.pauses).toBe(1);
    await expectAll(process, out, produced);
    const committed = async (): Promise<bigint[]> =>
      Promise.all([0, 1].map((partition) => cluster.committed(group(topic), topic, partition)));
    await until(async () => (await committed()).every((offset) => Number(offset) === produced / 2));
  });

  it('whose server is killed in the middle of PAUSE or RESUME keeps to what was answered', async () => {
    const [topic, out] = [await cluster.createTopic('steps'), await cluster.createTopic('steps-out')];
    const process = await JobServerProcess.start();
    server = process;
    let produced = 0;
    const produce = async (count: number): Promise<void> => {
      await cluster.produceIds(topic, produced, (produced += count));
    };
    await produce(5000);
    await startCopy(process, topic, out);
    for (let round = 0; round < 6; round++) {
      const verb = (await process.job()).desired === 'paused' ? 'RESUME' : 'PAUSE';
      const wanted = verb === 'PAUSE' ? 'paused' : 'running';
      await produce(1000);
      const answers: string[] = [];
      const request = process.run(`${verb} JOB job`).then(
        () => answers.push(wanted),
        () => undefined,
      );
      await sleep(Math.random() * 60);
      const answered = [...answers];
      await process.kill();
      await request;
      await process.start();
      const { state, desired } = await process.untilJob((job) =>
        ['paused', 'running', 'failed'].includes(job.state),
      );
      expect(state).toBe(desired);
      for (const answer of answered) expect(state).toBe(answer);
    }
    if ((await process.job()).state === 'paused') await process.run('RESUME JOB job');
    const { pauseHistory } = await process.drain(produced);
    expect(pauseHistory.filter(({ resumedAt }) => resumedAt === undefined)).toHaveLength(1);
    await expectAll(process, out, produced);
  });

  it('that needs a login and TLS reads and writes through connections whose passwords are not in the SQL', async () => {
    const [topic, out] = [await cluster.createTopic('login'), await cluster.createTopic('login-out')];
    await cluster.produceIds(topic, 0, 100);
    const process = await JobServerProcess.start({
      connections: {
        login: {
          brokers: [broker.saslAddress],
          sasl: { mechanism: 'scram-sha-256', username: testUser.username, password: '${TEST_PASSWORD}' },
        },
        encrypted: { brokers: [broker.tlsAddress], tls: { ca: broker.certificate ?? '' } },
      },
      environment: { TEST_PASSWORD: testUser.password },
    });
    server = process;
    await process.run(
      `${connectedTableSql('src', topic, 'login')}${connectedTableSql('sink', out, 'encrypted')}
       START JOB job AS INSERT INTO sink SELECT id FROM src WHERE id >= 50;`,
    );
    const details = await process.drain(100);
    expect(parsed<{ id: number }>(await cluster.readAll(out)).map(({ id }) => id)).toEqual(range(50, 99));
    expect(JSON.stringify(details)).not.toContain(testUser.password);
  });
});
