// A job server that publishes exactly once, killed at each request of its transactions, on a real broker.
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { runCampaign } from '../crash/campaign';
import { moments, publishingPoints } from '../crash/points';
import { prepare } from '../crash/serverProcess';
import { TestCluster } from './cluster';

const address = inject('kafka');
const seed = 4;

describe.skipIf(address === undefined)('a job server process that publishes', () => {
  let cluster: TestCluster;
  beforeAll(() => {
    prepare();
    cluster = new TestCluster(address ?? '');
  });
  afterAll(() => cluster.dispose());

  it('row 16: kill -9 at each request of a transaction: each row once for who reads what is committed', async () => {
    const blows = publishingPoints.length * moments.length;
    const summary = await runCampaign({ seed, blows, parallel: 1, cluster, points: publishingPoints });
    expect([...summary.unknown]).toEqual([]);
    expect([...summary.struck.keys()].sort()).toEqual([...publishingPoints].sort());
  }, 600_000);
});
