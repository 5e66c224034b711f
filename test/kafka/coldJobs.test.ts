// Many paused jobs on one server, and jobs that were paused for long: what they ask of their cluster, and what they
// leave behind.
import { mkdtemp } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { until } from './cluster';
import type { TestCluster } from './cluster';
import { LocalJobServer } from './jobServers';
import { ownProxiedCluster } from './jobSuite';
import { writePausedJobs } from './pausedJobs';
import type { Proxy } from './proxy';
import { range } from './tables';

const listOffsets = 2;
const metadata = 3;

describe.skipIf(!inject('ownBrokers'))('cold jobs', () => {
  let proxy: Proxy;
  let cluster: TestCluster;
  let server: LocalJobServer | undefined;

  ownProxiedCluster((own) => ({ proxy, cluster } = own));
  afterEach(() => server?.dispose());

  it('row 22: 300 paused jobs over 10 topics ask two questions for each refresh, on one connection, however many they are', async () => {
    const topics = await Promise.all(range(0, 9).map(() => cluster.createTopic('many', 2)));
    const folder = await mkdtemp(path.join(os.tmpdir(), 'stream-jobs-cold-'));
    await writePausedJobs(folder, 300, topics, proxy.address);
    // Lag is read when the test looks, and not by itself.
    server = await LocalJobServer.open(
      { lagWatchedMs: 600_000, lagIdleMs: 600_000, attendedMs: 600_000 },
      folder,
    );
    const lags = () => server?.all().map(({ lag }) => lag) ?? [];
    await until(() => lags().length === 300 && lags().every((lag) => lag === 0));
    for (let round = 1; round <= 5; round++) {
      for (const topic of topics) await cluster.produceIds(topic, 0, 7);
      proxy.takeRequests();
      server.look();
      await until(() => lags().every((lag) => lag === 7 * round));
      const asked = proxy.takeRequests();
      expect(asked.get(listOffsets)).toBe(2);
      // Topics may have got new partitions: that is asked for now and then.
      expect(asked.get(metadata) ?? 0).toBeLessThanOrEqual(1);
      expect([...asked.keys()].filter((key) => key !== listOffsets && key !== metadata)).toEqual([]);
    }
    expect(proxy.connections).toBeLessThanOrEqual(2);
  });
});
