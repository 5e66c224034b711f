// Ending a server while its broker accepts connections and answers nothing.
import { afterEach, describe, expect, inject, it } from 'vitest';
import type { Broker } from './broker';
import type { TestCluster } from './cluster';
import { JobServerProcess } from './jobServers';
import { ownCluster } from './jobSuite';
import { differences, kafkaTableSql, none, parsed } from './jobTables';
import { range } from './tables';

/** From the signal to the end of the process; it takes 2 to 6 s. */
const endMsMax = 9_000;
const columns = 'id BIGINT';

async function endsInTime(server: JobServerProcess): Promise<void> {
  const begun = Date.now();
  expect(await server.end()).toBe(0);
  expect(Date.now() - begun).toBeLessThan(endMsMax);
}

describe.skipIf(!inject('ownBrokers'))('row 26: SIGTERM while the broker hangs', () => {
  let broker: Broker;
  let cluster: TestCluster;
  let server: JobServerProcess | undefined;

  ownCluster((own) => ({ broker, cluster } = own));
  afterEach(async () => {
    broker.thaw();
    await server?.dispose();
  });

  it('with jobs in every state: ends in time, and comes back as it was with nothing lost', async () => {
    const topic = await cluster.createTopic('hang');
    const once = await cluster.createTopic('hang-once');
    const least = await cluster.createTopic('hang-least');
    const process = await JobServerProcess.start();
    server = process;
    await process.run(
      kafkaTableSql('src', columns, topic, broker.address) +
        kafkaTableSql('once_sink', columns, once, broker.address) +
        kafkaTableSql('least_sink', columns, least, broker.address) +
        `CREATE TABLE nowhere (${columns}) WITH ('connector' = 'blackhole');
         START JOB once AS INSERT INTO once_sink SELECT id FROM src WITH ('batch.records' = '1000');
         START JOB least AS INSERT INTO least_sink SELECT id FROM src
           WITH ('batch.records' = '1000', 'delivery' = 'at-least-once');`,
    );
    for (const name of ['warm', 'cold', 'resumed'])
      await process.run(`START JOB ${name} AS INSERT INTO nowhere SELECT id FROM src`);
    await process.run('PAUSE JOB warm; PAUSE JOB cold COLD; PAUSE JOB resumed COLD');
    await process.run('SELECT id FROM src');
    await cluster.produceIds(topic, 0, 40_000);
    const running = ['once', 'least'];
    for (const name of running) await process.untilJob(({ recordsIn }) => recordsIn > 0, undefined, name);
    broker.freeze();
    process.run('RESUME JOB resumed').catch(() => undefined);
    process.run('PEEK JOB cold').catch(() => undefined);
    await process.untilJob(({ state }) => state === 'resuming', undefined, 'resumed');

    await endsInTime(process);

    broker.thaw();
    await process.start();
    for (const name of ['warm', 'cold', 'resumed'])
      expect(await process.job(name)).toMatchObject({ state: 'paused', desired: 'paused', recordsIn: 0 });
    for (const name of running) {
      await process.untilJob(({ recordsIn, lag }) => recordsIn === 40_000 && lag === 0, undefined, name);
      await process.run(`PAUSE JOB ${name}`);
      await process.untilJob(({ unpublished }) => unpublished === undefined, undefined, name);
    }
    const idsOf = async (out: string) =>
      parsed<{ id: number }>(await cluster.readAll(out)).map(({ id }) => id);
    expect(differences(await idsOf(once), range(0, 39_999))).toEqual(none);
    expect(differences(await idsOf(least), range(0, 39_999))).toMatchObject({ lost: [], unexpected: [] });
  });

  it('while its jobs come back: ends in time, and they run once the broker answers', async () => {
    const topic = await cluster.createTopic('hang-back');
    const out = await cluster.createTopic('hang-back-out');
    const process = await JobServerProcess.start();
    server = process;
    await process.run(
      kafkaTableSql('src', columns, topic, broker.address) +
        kafkaTableSql('sink', columns, out, broker.address) +
        'START JOB job AS INSERT INTO sink SELECT id FROM src;',
    );
    await process.end();
    broker.freeze();
    await process.start();
    await process.untilJob(({ state }) => state === 'starting');
    await endsInTime(process);
    broker.thaw();
    await process.start();
    await cluster.produceIds(topic, 0, 100);
    await process.drain(100);
    expect(parsed<{ id: number }>(await cluster.readAll(out)).map(({ id }) => id)).toEqual(range(0, 99));
  });
});
