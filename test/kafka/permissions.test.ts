// A broker with access control, and a user who may not do one of the things a job needs: what is missing is said by name,
// nothing is lost, and the job goes on once it is allowed.
import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  Kafka,
  logLevel,
  ResourcePatternTypes,
} from 'kafkajs';
import type { AclEntry, Admin } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { Broker, testUser } from './broker';
import { TestCluster, until } from './cluster';
import { LocalJobServer } from './jobServers';
import { connectedTableSql, differences, fileTableSql, none, parsed } from './jobTables';
import { loseNextAnswer } from './lostAnswer';
import { range } from './tables';

const { TOPIC, GROUP, TRANSACTIONAL_ID } = AclResourceTypes;
const { READ, WRITE } = AclOperationTypes;

interface Right {
  acl: AclEntry;
  code: 'SOURCE_FAILED' | 'SINK_FAILED';
  /** What is said while it is missing, and what of the next step. */
  says: string;
  hint: string;
}

describe.skipIf(!inject('ownBrokers'))('rights', () => {
  let broker: Broker;
  let cluster: TestCluster;
  let admin: Admin;
  let server: LocalJobServer;
  let topic = '';
  let out = '';
  let produced = 0;

  beforeAll(async () => {
    const authorizer = 'org.apache.kafka.metadata.authorizer.StandardAuthorizer';
    const properties = [`authorizer.class.name=${authorizer}`, 'super.users=User:ANONYMOUS'];
    broker = await Broker.start({ properties });
    cluster = new TestCluster(broker.address);
    admin = new Kafka({ brokers: [broker.address], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    topic = await cluster.createTopic('source');
    out = await cluster.createTopic('sink');
    await admin.createAcls({ acl: Object.values(rights()).map(({ acl }) => acl) });
    const login = { brokers: [broker.saslAddress], sasl: { mechanism: 'plain' as const, ...testUser } };
    server = await LocalJobServer.open({}, undefined, { login });
    await server.run(connectedTableSql('src', topic, 'login', { 'properties.group.id': 'readers' }));
    await server.run(connectedTableSql('copy', out, 'login'));
  });
  afterAll(async () => {
    await server.dispose();
    await admin.disconnect();
    await cluster.dispose();
    await broker.dispose();
  });

  /** Everything an exactly-once job on one cluster needs. */
  function rights(): Record<string, Right> {
    const user = { principal: `User:${testUser.username}`, host: '*' };
    const given = { ...user, permissionType: AclPermissionTypes.ALLOW };
    const named = { ...given, resourcePatternType: ResourcePatternTypes.LITERAL };
    const ours = {
      ...given,
      resourcePatternType: ResourcePatternTypes.PREFIXED,
      resourceName: 'stream-jobs-job-',
    };
    const again =
      "--resource-pattern-type prefixed) and try again, or start the job WITH ('delivery' = 'at-least-once')";
    return {
      'to read the source': {
        acl: { ...named, resourceType: TOPIC, resourceName: topic, operation: READ },
        code: 'SOURCE_FAILED',
        says: `user read topic ${topic}: the right Read is missing`,
        hint: `--operation Read --topic ${topic}) and try again`,
      },
      'to use the consumer group': {
        acl: { ...named, resourceType: GROUP, resourceName: 'readers', operation: READ },
        code: 'SOURCE_FAILED',
        says: 'user use the consumer group readers: the right Read is missing',
        hint: '--operation Read --group readers) and try again',
      },
      'to write the sink': {
        acl: { ...named, resourceType: TOPIC, resourceName: out, operation: WRITE },
        code: 'SINK_FAILED',
        says: `user write to topic ${out}: the right Write is missing`,
        hint: `--operation Write --topic ${out}) and try again`,
      },
      'to keep the mark of a batch under the sink': {
        acl: { ...named, resourceType: TOPIC, resourceName: out, operation: READ },
        code: 'SINK_FAILED',
        says: `user read topic ${out}: the right Read is missing`,
        hint: `--operation Read --topic ${out}) and try again`,
      },
      'to use the transactional id': {
        acl: { ...ours, resourceType: TRANSACTIONAL_ID, operation: WRITE },
        code: 'SINK_FAILED',
        says: 'user use the transactional id stream-jobs-job-',
        hint: `--operation Write --transactional-id stream-jobs-job- ${again}`,
      },
      'to use the group that marks batches': {
        acl: { ...ours, resourceType: GROUP, operation: READ },
        code: 'SINK_FAILED',
        says: 'user use the consumer group stream-jobs-job-',
        hint: `--operation Read --group stream-jobs-job- ${again}`,
      },
    };
  }
  const names = Object.keys(rights());

  async function without(name: string, act: (refused: object) => Promise<void>): Promise<void> {
    const { acl, code, says, hint } = theRight(name);
    await admin.deleteAcls({ filters: [acl] });
    try {
      const [message, step] = [says, hint].map((text) => expect.stringContaining(text) as unknown);
      await act({ code, message, hint: step });
    } finally {
      await admin.createAcls({ acl: [acl] });
    }
  }
  function theRight(name: string): Right {
    const found = rights()[name];
    if (!found) throw new Error(name);
    return found;
  }
  async function produce(): Promise<void> {
    await cluster.produceIds(topic, produced, produced + 100);
    produced += 100;
  }

  it.each(names)('START without the right %s is refused and leaves nothing behind', async (name) => {
    await without(name, async (refused) => {
      await expect(server.run(startSql)).rejects.toMatchObject(refused);
      expect(server.all()).toEqual([]);
    });
  });

  describe('a job that has lost a right', () => {
    beforeAll(() => server.run(startSql));

    it.each(names)(
      'row 30: the right %s was taken away while it was paused: RESUME names it, it stays paused',
      async (name) => {
        for (const depth of ['', ' COLD']) {
          await produce();
          await server.run(`PAUSE JOB job${depth}`);
          await without(name, async (refused) => {
            await expect(server.run('RESUME JOB job')).rejects.toMatchObject(refused);
            expect(await server.job()).toMatchObject({ state: 'paused', desired: 'paused', error: refused });
          });
          await until(() =>
            server.run('RESUME JOB job').then(
              () => true,
              () => false,
            ),
          );
        }
      },
    );

    it.each(names)(
      'fails, naming the right %s, when it is taken away while it runs; RESTART goes on',
      async (name) => {
        await without(name, async (refused) => {
          await produce();
          const { error } = await server.untilJob(({ state }) => state === 'failed');
          // Both ends meet a source's rights: it reads, and its positions go out with the rows.
          expect(error).toMatchObject({
            ...refused,
            code: expect.stringMatching(/^(SOURCE|SINK)_FAILED$/) as unknown,
          });
        });
        await server.run('RESTART JOB job');
      },
    );

    it('asks the coordinator what was published, as it may not read the log of offsets', async () => {
      await loseNextAnswer(produce);
      await server.untilJob(({ recordsIn, unpublished = 0 }) => recordsIn === produced && unpublished === 0);
    });

    it('has lost and repeated nothing', async () => {
      await server.drain(produced);
      const ids = parsed<{ id: number }>(await cluster.readAll(out)).map(({ id }) => id);
      expect(differences(ids, range(0, produced - 1))).toEqual(none);
    });
  });

  describe('to write dead letters', () => {
    let letters = '';
    let read = '';
    let acl: AclEntry;
    let refused = {};
    const start = () =>
      `START JOB letters AS INSERT INTO seen SELECT id FROM bad_src WITH ('dead-letter.topic' = '${letters}')`;
    const deny = () => admin.deleteAcls({ filters: [acl] });
    const allow = () => admin.createAcls({ acl: [acl] });
    const produceBad = () => cluster.produce(read, [{ value: 'no JSON' }]);

    beforeAll(async () => {
      read = await cluster.createTopic('with-bad');
      letters = await cluster.createTopic('letters');
      const { 'to read the source': reading } = rights();
      if (!reading) throw new Error('There is no such right.');
      acl = { ...reading.acl, resourceName: letters, operation: WRITE };
      await admin.createAcls({ acl: [{ ...reading.acl, resourceName: read }] });
      refused = {
        code: 'SINK_FAILED',
        message: expect.stringContaining(
          `user write to topic ${letters}: the right Write is missing`,
        ) as unknown,
        hint: expect.stringContaining(`--operation Write --topic ${letters}) and try again`) as unknown,
      };
      await server.run(connectedTableSql('bad_src', read, 'login', { 'properties.group.id': 'readers' }));
      await server.run(fileTableSql('seen', 'id BIGINT', 'seen.ndjson'));
    });

    it('START without it is refused', async () => {
      await expect(server.run(start())).rejects.toMatchObject(refused);
    });

    describe('where it was there', () => {
      beforeAll(async () => {
        await allow();
        await server.run(start());
      });

      it.each(['', ' COLD'])(
        'row 30: RESUME of a pause%s names it, and the job stays paused',
        async (depth) => {
          await server.run(`PAUSE JOB letters${depth}`);
          await deny();
          await expect(server.run('RESUME JOB letters')).rejects.toMatchObject(refused);
          expect(await server.job('letters')).toMatchObject({ state: 'paused', error: refused });
          await allow();
          await until(() =>
            server.run('RESUME JOB letters').then(
              () => true,
              () => false,
            ),
          );
        },
      );

      it('a job that runs fails with the first bad record, naming it, and RESTART goes on with that record', async () => {
        await deny();
        await produceBad();
        const { error } = await server.untilJob(({ state }) => state === 'failed', undefined, 'letters');
        expect(error).toMatchObject(refused);
        await allow();
        await until(() =>
          server.run('RESTART JOB letters').then(
            () => true,
            () => false,
          ),
        );
        await server.untilJob(({ deadLetters }) => deadLetters?.kept === 1, undefined, 'letters');
        expect((await cluster.readAll(letters)).map(({ value }) => String(value))).toEqual(['no JSON']);
      });
    });
  });
});

const startSql = 'START JOB job AS INSERT INTO copy SELECT id FROM src';
