// The connections of a kafkajs client to its brokers, which it makes when it needs them.
import type { Broker, Cluster } from 'kafkajs';

/** From now on `adapt` gets each broker once, before anything is asked of it. */
export function adaptBrokers(cluster: Cluster, adapt: (broker: Broker) => void): void {
  const known = new WeakSet<Broker>();
  const findBroker = cluster.findBroker.bind(cluster);
  cluster.findBroker = async (node) => {
    const broker = await findBroker(node);
    if (!known.has(broker)) {
      known.add(broker);
      adapt(broker);
    }
    return broker;
  };
}
