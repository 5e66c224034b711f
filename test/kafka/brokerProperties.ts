// The configuration of the test broker: small, quick to start, quick to notice what a test does to it.
import path from 'node:path';

export interface BrokerPorts {
  plaintext: number;
  sasl: number;
  controller: number;
  tls?: number;
  /** Listens on one port and tells clients to come to another. */
  proxied?: { listen: number; advertised: number };
}

/** Lines of server.properties. */
export function brokerProperties(
  folder: string,
  ports: BrokerPorts,
  user: { username: string; password: string },
  keystorePassword: string,
): string[] {
  const plain = 'org.apache.kafka.common.security.plain.PlainLoginModule';
  const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule';
  const sasl = 'listener.name.sasl';
  return [
    ...listeners(ports),
    'process.roles=broker,controller',
    'node.id=1',
    `controller.quorum.voters=1@127.0.0.1:${ports.controller}`,
    'controller.listener.names=CONTROLLER',
    'inter.broker.listener.name=PLAINTEXT',
    `${sasl}.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512`,
    `${sasl}.plain.sasl.jaas.config=${plain} required user_${user.username}="${user.password}";`,
    `${sasl}.scram-sha-256.sasl.jaas.config=${scram} required;`,
    `${sasl}.scram-sha-512.sasl.jaas.config=${scram} required;`,
    ...(ports.tls === undefined ? [] : keystore(folder, keystorePassword)),
    `log.dirs=${slashed(path.join(folder, 'data'))}`,
    'auto.create.topics.enable=false',
    'num.network.threads=2',
    'num.io.threads=2',
    'background.threads=2',
    'offsets.topic.replication.factor=1',
    'offsets.topic.num.partitions=1',
    'transaction.state.log.replication.factor=1',
    'transaction.state.log.min.isr=1',
    'transaction.state.log.num.partitions=1',
    'share.coordinator.state.topic.replication.factor=1',
    'share.coordinator.state.topic.min.isr=1',
    'group.initial.rebalance.delay.ms=0',
    'group.min.session.timeout.ms=1000',
    'log.retention.check.interval.ms=500',
    'log.segment.delete.delay.ms=500',
    'log.initial.task.delay.ms=500',
    'log.cleaner.dedupe.buffer.size=4194304',
    'log.cleaner.threads=1',
    'controlled.shutdown.enable=false',
    // A killed broker comes back in two seconds instead of ten.
    'broker.session.timeout.ms=1000',
    'broker.heartbeat.interval.ms=200',
  ];
}

function listeners({ plaintext, sasl, controller, tls, proxied }: BrokerPorts): string[] {
  const all = [
    { name: 'PLAINTEXT', protocol: 'PLAINTEXT', host: '127.0.0.1', listen: plaintext, advertised: plaintext },
    { name: 'SASL', protocol: 'SASL_PLAINTEXT', host: '127.0.0.1', listen: sasl, advertised: sasl },
  ];
  if (tls !== undefined)
    all.push({ name: 'TLS', protocol: 'SSL', host: 'localhost', listen: tls, advertised: tls });
  if (proxied) all.push({ name: 'PROXIED', protocol: 'PLAINTEXT', host: '127.0.0.1', ...proxied });
  const protocols = all.map(({ name, protocol }) => `${name}:${protocol}`);
  return [
    `listeners=${all.map(({ name, listen }) => `${name}://127.0.0.1:${listen}`).join(',')},CONTROLLER://127.0.0.1:${controller}`,
    `advertised.listeners=${all.map(({ name, host, advertised }) => `${name}://${host}:${advertised}`).join(',')}`,
    `listener.security.protocol.map=${protocols.join(',')},CONTROLLER:PLAINTEXT`,
  ];
}

function keystore(folder: string, password: string): string[] {
  return [
    `listener.name.tls.ssl.keystore.location=${slashed(path.join(folder, 'keystore.p12'))}`,
    'listener.name.tls.ssl.keystore.type=PKCS12',
    `listener.name.tls.ssl.keystore.password=${password}`,
    `listener.name.tls.ssl.key.password=${password}`,
  ];
}

/** A backslash would escape in a properties file. */
function slashed(file: string): string {
  return file.replaceAll('\\', '/');
}
