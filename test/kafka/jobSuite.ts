// What a suite on one cluster sets up: a broker of its own, or job servers on the one that is there.
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { Broker, freePorts } from './broker';
import type { BrokerOptions } from './broker';
import { TestCluster } from './cluster';
import type { TestJobServer } from './jobServers';
import { Proxy } from './proxy';

interface OwnCluster {
  broker: Broker;
  cluster: TestCluster;
}

/** A broker of the suite's own, and test clients of it; ended after its tests. */
export function ownCluster(given: (own: OwnCluster) => void, options: BrokerOptions = {}): void {
  let own: OwnCluster | undefined;
  beforeAll(async () => {
    const broker = await Broker.start(options);
    own = { broker, cluster: new TestCluster(broker.address) };
    given(own);
  });
  afterAll(async () => {
    await own?.cluster.dispose();
    await own?.broker.dispose();
  });
}

/** The same, with a proxy in front of the broker for those who ask for its address. */
export function ownProxiedCluster(
  given: (own: OwnCluster & { proxy: Proxy }) => void,
  options: BrokerOptions = {},
): void {
  let own: (OwnCluster & { proxy: Proxy }) | undefined;
  beforeAll(async () => {
    const [proxyPort = 0] = await freePorts(1);
    const broker = await Broker.start({ ...options, proxyPort });
    const proxy = await Proxy.start(proxyPort, () => broker.proxiedPort);
    own = { broker, proxy, cluster: new TestCluster(broker.address) };
    given(own);
  });
  afterAll(async () => {
    await own?.cluster.dispose();
    await own?.proxy.dispose();
    await own?.broker.dispose();
  });
}

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
