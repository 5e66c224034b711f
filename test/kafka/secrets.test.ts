// A secret of a connection or of the environment is nowhere but in memory: not in answers, logs, snapshots or files,
// whatever goes wrong.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { StreamJobsError } from '../../server/protocol/errors';
import { testUser } from './broker';
import type { Broker } from './broker';
import type { TestCluster } from './cluster';
import { JobServerProcess } from './jobServers';
import { ownCluster } from './jobSuite';
import { connectedTableSql, fileTableSql } from './jobTables';

const wrongPassword = 'WRONG-PASSWORD-41c2';
const tlsKey = 'TLS-KEY-93ab';
const inEnvironment = 'ENVIRONMENT-77d0';
const secrets = [testUser.password, wrongPassword, tlsKey, inEnvironment];

describe.skipIf(!inject('ownBrokers'))('secrets', () => {
  let broker: Broker;
  let cluster: TestCluster;
  let server: JobServerProcess | undefined;

  ownCluster((own) => ({ broker, cluster } = own), { tls: true });
  afterEach(() => server?.dispose());

  it('row 30: a login that has expired while the job was paused: RESUME names the cause, it stays paused', async () => {
    const topic = await cluster.createTopic('expired');
    await cluster.produceIds(topic, 0, 100);
    const login = (password: string) => ({
      connections: {
        login: {
          brokers: [broker.saslAddress],
          sasl: { mechanism: 'plain' as const, username: testUser.username, password: '${LOGIN_PASSWORD}' },
        },
      },
      environment: { LOGIN_PASSWORD: password },
    });
    server = await JobServerProcess.start(login(testUser.password));
    await server.run(
      `${connectedTableSql('src', topic, 'login')}${fileTableSql('sink', 'id BIGINT', 'out.ndjson')}
       START JOB job AS INSERT INTO sink SELECT id FROM src;`,
    );
    await server.drain(100);
    await server.end();
    process.env.LOGIN_PASSWORD = wrongPassword;
    await server.start();
    await expect(server.run('RESUME JOB job')).rejects.toMatchObject({
      code: 'SOURCE_FAILED',
      message: expect.stringContaining('refuses the login') as unknown,
      hint: expect.stringContaining('password') as unknown,
    });
    expect(await server.job()).toMatchObject({ state: 'paused', desired: 'paused', recordsIn: 100 });
    process.env.LOGIN_PASSWORD = testUser.password;
    await server.end();
    await server.start();
    await cluster.produceIds(topic, 100, 150);
    await server.run('RESUME JOB job');
    await server.drain(150);
  });

  it('are in no answer, log, snapshot or file, through failures, pauses, kills and restarts', async () => {
    const topic = await cluster.createTopic('secrets');
    await cluster.produceIds(topic, 0, 100);
    const login = { mechanism: 'scram-sha-256' as const, username: testUser.username };
    server = await JobServerProcess.start({
      connections: {
        login: { brokers: [broker.saslAddress], sasl: { ...login, password: '${GOOD}' } },
        wrong: { brokers: [broker.saslAddress], sasl: { ...login, password: '${WRONG}' } },
        keyed: {
          brokers: [broker.tlsAddress],
          tls: { ca: broker.certificate ?? '', cert: 'none', key: '${TLS_KEY}' },
        },
        away: { brokers: ['127.0.0.1:1'], sasl: { ...login, password: '${GOOD}' } },
      },
      environment: {
        GOOD: testUser.password,
        WRONG: wrongPassword,
        TLS_KEY: `-----BEGIN PRIVATE KEY-----\n${tlsKey}\n-----END PRIVATE KEY-----`,
        DB_PASSWORD: inEnvironment,
        REGION: inEnvironment,
      },
    });
    const answers: string[] = [];
    const told = (error: unknown): void => {
      const { code, message, hint, stack } = error as StreamJobsError;
      answers.push(JSON.stringify({ code, message, hint, stack }));
    };
    for (const connection of ['login', 'wrong', 'keyed', 'away'])
      await server.run(connectedTableSql(`src_${connection}`, topic, connection));
    await server.run(fileTableSql('sink', 'id BIGINT', 'out.ndjson'));
    const start = (name: string, connection: string, where = ''): string =>
      `START JOB ${name} AS INSERT INTO sink SELECT id FROM src_${connection} ${where}`;
    for (const connection of ['wrong', 'keyed', 'away']) {
      const refused = await server.run(start('bad', connection)).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(StreamJobsError);
      told(refused);
    }
    await expect(server.run(start('bad', 'login', "WHERE 'x' <> '${DB_PASSWORD}'"))).rejects.toMatchObject({
      code: 'SYNTAX',
      message: expect.stringContaining('keep it in a named connection') as unknown,
    });

    await server.run(start('job', 'login', "WHERE '${REGION}' <> CAST(id AS STRING)"));
    await server.untilJob(({ recordsIn }) => recordsIn === 100);
    await server.run("PAUSE JOB job WITH REASON 'night'");
    await server.kill();
    await server.start();
    await server.run('RESUME JOB job');
    await cluster.produceIds(topic, 100, 200);
    await broker.kill();
    await server.untilJob(({ warnings }) => warnings.length > 0);
    await broker.start();
    await server.drain(200);
    answers.push(JSON.stringify(await server.job()));
    for (const sql of ['SHOW JOBS', 'SHOW STATUS', 'DESCRIBE JOB job', 'DESCRIBE src_login', 'SHOW TABLES'])
      await server.run(sql);
    const metrics = await server.metrics();
    expect(metrics).toContain('job_commits_failed_total{job="job"}');
    answers.push(metrics);
    const running = await textsIn(path.dirname(server.file('connections.json')));
    await server.end();
    const ended = await textsIn(path.dirname(server.file('connections.json')));

    expect(running.length).toBeGreaterThan(4);
    expect(answers.length).toBeGreaterThan(3);
    expect(server.heard).toContain('running -> pausing');
    for (const text of [...answers, server.heard, ...running, ...ended])
      for (const secret of secrets) expect(text).not.toContain(secret);
  });
});

/** Every file below a folder, byte for byte. */
async function textsIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(files.map((entry) => readFile(path.join(entry.parentPath, entry.name), 'latin1')));
}
