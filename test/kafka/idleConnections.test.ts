// A broker that closes connections nobody uses, as brokers do after some minutes: here after two seconds.
import { afterEach, describe, expect, inject, it } from 'vitest';
import { until } from './cluster';
import type { TestCluster } from './cluster';
import { LocalJobServer } from './jobServers';
import { ownProxiedCluster } from './jobSuite';
import { differences, kafkaTableSql, none, parsed } from './jobTables';
import type { Proxy } from './proxy';
import { range } from './tables';

const rounds = process.env.STREAM_JOBS_LONG === undefined ? 2 : 10;
/** Lag is read when the test looks, and not by itself. */
const onlyWhenLooked = { lagWatchedMs: 600_000, lagIdleMs: 600_000, attendedMs: 600_000 };

describe.skipIf(!inject('ownBrokers'))('connections the broker closes as idle', () => {
  let proxy: Proxy;
  let cluster: TestCluster;
  let server: LocalJobServer;

  ownProxiedCluster((own) => ({ proxy, cluster } = own), {
    properties: ['connections.max.idle.ms=2000'],
  });
  afterEach(() => server.dispose());

  /** The broker has closed what was idle: some connections, and all of a job that keeps none busy. */
  async function idle(isCold: boolean): Promise<void> {
    const before = proxy.endedByBroker;
    await until(() => proxy.endedByBroker > before && (!isCold || proxy.connections === 0));
  }

  it.each([
    ['warm', 'PAUSE JOB job'],
    ['cold', 'PAUSE JOB job COLD'],
    ['running without records', undefined],
  ])(
    'row 22: paused for days, %s: reopens by itself, nothing is lost and nobody told of it',
    async (depth, pause) => {
      const [topic, out] = [await cluster.createTopic('idle'), await cluster.createTopic('idle-out')];
      await cluster.produceIds(topic, 0, 100);
      server = await LocalJobServer.open(onlyWhenLooked);
      await server.run(
        `${kafkaTableSql('src', 'id BIGINT', topic, proxy.address)}${kafkaTableSql('sink', 'id BIGINT', out, proxy.address)}
       START JOB job AS INSERT INTO sink SELECT id FROM src`,
      );
      let produced = 100;
      for (let round = 0; round < rounds; round++) {
        await server.untilJob(
          ({ recordsIn, unpublished }) => recordsIn === produced && unpublished === undefined,
        );
        if (pause !== undefined) await server.run(pause);
        // A cold job has closed its own.
        if (depth === 'cold') await until(() => proxy.connections === 0);
        else await idle(false);
        await cluster.produceIds(topic, produced, produced + 100);
        produced += 100;
        if (pause !== undefined) {
          server.look();
          expect(await server.untilJob(({ lag }) => lag === 100)).toMatchObject({
            state: 'paused',
            warnings: [],
          });
          await idle(depth === 'cold');
          await server.run('RESUME JOB job');
        }
      }
      const { warnings } = await server.drain(produced);
      expect({ warnings, complaints: server.complaints }).toEqual({ warnings: [], complaints: [] });
      const written = parsed<{ id: number }>(await cluster.readAll(out)).map(({ id }) => id);
      expect(differences(written, range(0, produced - 1))).toEqual(none);
    },
    120_000,
  );
});
