// What a suite of jobs over one cluster sets up.
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { TestCluster } from './cluster';
import type { TestJobServer } from './jobServers';

/** Test clients of the cluster for all tests of the suite, and a job server of its own for each; ended after them. */
export function clusterAndServer<Server extends TestJobServer>(
  address: string,
  open: () => Promise<Server>,
  given: (cluster: TestCluster, server: Server) => void,
): void {
  let cluster: TestCluster | undefined;
  let server: Server | undefined;
  beforeAll(() => {
    cluster = new TestCluster(address);
  });
  afterAll(() => cluster?.dispose());
  beforeEach(async () => {
    server = await open();
    if (cluster) given(cluster, server);
  });
  afterEach(async () => {
    await server?.dispose();
    server = undefined;
  });
}
