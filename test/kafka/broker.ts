// A real Apache Kafka broker for tests: one node, on loopback, in a folder of its own; it can be stopped, killed and
// started again on the same ports.
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { fetchJars } from './jars';
import { brokerProperties } from './brokerProperties';
import type { BrokerPorts } from './brokerProperties';

const run = promisify(execFile);
const startMsMax = 180_000;
const clusterId = 'AAAAAAAAAAAAAAAAAAAAAQ';
/** For a short life: starting takes half the time without the second compiler. */
const startsFast = '-XX:TieredStopAtLevel=1';

/** Who may log in on the SASL listeners, by every mechanism. */
export const testUser = { username: 'alice', password: 'alice-secret' };
const keystorePassword = 'test-keystore';

export interface BrokerOptions {
  /** Clients that reach it on `proxied` are sent to this port, where a proxy listens. */
  proxyPort?: number;
  /** Makes a certificate and opens the TLS listener. */
  tls?: boolean;
  /** More lines of server.properties. */
  properties?: string[];
  /** As fast as it gets once it is warm, for measurements; it starts slower. */
  optimized?: boolean;
}

export class Broker {
  private process: ChildProcess | undefined;

  private constructor(
    private readonly folder: string,
    private readonly jars: string,
    private readonly ports: BrokerPorts,
    private readonly javaOptions: string[],
    /** The certificate clients of the TLS listener trust, PEM. */
    readonly certificate: string | undefined,
  ) {}

  /** Fetches the jars when needed, formats a new folder, starts, and resolves when clients can connect. */
  static async start(options: BrokerOptions = {}): Promise<Broker> {
    const jars = await fetchJars();
    const folder = await mkdtemp(path.join(os.tmpdir(), 'stream-jobs-kafka-'));
    const [plaintext = 0, sasl = 0, tls = 0, proxied = 0, controller = 0] = await freePorts(5);
    const ports: BrokerPorts = { plaintext, sasl, controller };
    if (options.tls === true) ports.tls = tls;
    if (options.proxyPort !== undefined) ports.proxied = { listen: proxied, advertised: options.proxyPort };
    const certificate = options.tls === true ? await makeKeystore(folder) : undefined;
    const properties = brokerProperties(folder, ports, testUser, keystorePassword);
    await writeFile(
      path.join(folder, 'server.properties'),
      [...properties, ...(options.properties ?? [])].join('\n'),
    );
    const javaOptions = options.optimized === true ? [] : [startsFast];
    const broker = new Broker(folder, jars, ports, javaOptions, certificate);
    await broker.format();
    await broker.start();
    return broker;
  }

  /** `host:port` of the listener without encryption or login. */
  get address(): string {
    return `127.0.0.1:${this.ports.plaintext}`;
  }
  /** `host:port` of the listener that asks for a SASL login. */
  get saslAddress(): string {
    return `127.0.0.1:${this.ports.sasl}`;
  }
  /** `localhost:port` of the TLS listener, by the name in its certificate. */
  get tlsAddress(): string {
    return `localhost:${this.ports.tls ?? 0}`;
  }
  /** The port a proxy forwards to; see BrokerOptions.proxyPort. */
  get proxiedPort(): number {
    return this.ports.proxied?.listen ?? 0;
  }

  /** Starts it again after `stop` or `kill`, on the same ports with the same data. */
  async start(): Promise<void> {
    const log = openSync(path.join(this.folder, 'broker.log'), 'a');
    const java = ['-Xms64m', '-Xmx512m', '-XX:+UseSerialGC', '-Xshare:auto', ...this.javaOptions];
    const logging = [
      '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
      '-Dorg.slf4j.simpleLogger.showDateTime=true',
    ];
    const main = [
      '-cp',
      path.join(this.jars, '*'),
      'kafka.Kafka',
      path.join(this.folder, 'server.properties'),
    ];
    const started = spawn('java', [...java, ...logging, ...main], { stdio: ['ignore', log, log] });
    closeSync(log);
    this.process = started;
    const deadline = Date.now() + startMsMax;
    while (!(await accepts(this.ports.plaintext))) {
      if (started.exitCode !== null || Date.now() > deadline)
        throw new Error(`The broker did not start:\n${await this.logTail()}`);
      await sleep(50);
    }
  }

  /** Ends it in good order. */
  async stop(): Promise<void> {
    await this.end('SIGTERM');
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Stops answering while connections stay open, until `thaw`. */
  freeze(): void {
    this.process?.kill('SIGSTOP');
  }
  thaw(): void {
    this.process?.kill('SIGCONT');
  }

  /** Ends it and deletes its folder. */
  async dispose(): Promise<void> {
    await this.end('SIGKILL');
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const { process: running } = this;
    this.process = undefined;
    if (running?.exitCode !== null || running.signalCode !== null) return;
    const exit = once(running, 'exit');
    running.kill(signal);
    await exit;
  }

  private async format(): Promise<void> {
    const { username, password } = testUser;
    const users = ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
      '--add-scram',
      `${mechanism}=[name=${username},password=${password}]`,
    ]);
    const tool = ['-cp', path.join(this.jars, '*'), 'kafka.tools.StorageTool', 'format', '-t', clusterId];
    const properties = ['-c', path.join(this.folder, 'server.properties')];
    await run('java', ['-Xshare:auto', startsFast, ...tool, ...properties, ...users]);
  }

  private async logTail(): Promise<string> {
    const log = await readFile(path.join(this.folder, 'broker.log'), 'utf8').catch(() => '');
    return log.split('\n').slice(-20).join('\n');
  }
}

/** Ports nobody listens on at the moment. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = net.createServer();
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as net.AddressInfo).port);
  await Promise.all(
    servers.map((server) => {
      server.close();
      return once(server, 'close');
    }),
  );
  return ports;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    const answer = (accepted: boolean): void => {
      socket.destroy();
      resolve(accepted);
    };
    socket.once('connect', () => answer(true)).once('error', () => answer(false));
  });
}

/** A key pair for `localhost` in the broker's folder; returns the certificate. `keytool` comes with the JDK. */
async function makeKeystore(folder: string): Promise<string> {
  const store = [
    '-keystore',
    path.join(folder, 'keystore.p12'),
    '-storetype',
    'PKCS12',
    '-storepass',
    keystorePassword,
  ];
  const names = ['-dname', 'CN=localhost', '-ext', 'SAN=dns:localhost,ip:127.0.0.1'];
  await run('keytool', [
    '-genkeypair',
    '-alias',
    'broker',
    '-keyalg',
    'EC',
    '-validity',
    '2',
    ...names,
    ...store,
  ]);
  const { stdout } = await run('keytool', ['-exportcert', '-rfc', '-alias', 'broker', ...store]);
  return stdout;
}
