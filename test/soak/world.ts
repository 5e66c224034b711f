// Everything a soak runs against: a broker behind a proxy, a job server, the input that goes on, and what is known.
import path from 'node:path';
import { Broker, freePorts } from '../kafka/broker';
import { TestCluster } from '../kafka/cluster';
import { Proxy } from '../kafka/proxy';
import { CalmClock } from './calm';
import type { EventLog } from './eventLog';
import { Expectations } from './expectations';
import { eventPartitions, InputProducer } from './producer';
import type { InputPlaces } from './producer';
import { SoakServer } from './server';
import { workload } from './workload';
import type { SoakJob } from './workload';

export class World {
  readonly expectations: Map<string, Expectations>;
  readonly calm = new CalmClock();
  ordersPartitions = 1;
  private versions = 1;

  private constructor(
    readonly log: EventLog,
    readonly broker: Broker,
    readonly proxy: Proxy,
    readonly cluster: TestCluster,
    readonly server: SoakServer,
    readonly inputs: InputPlaces,
    readonly input: InputProducer,
    readonly jobs: SoakJob[],
  ) {
    this.expectations = new Map(jobs.map(({ name }) => [name, new Expectations(name)]));
  }

  /** Starts all of it, and the jobs. `folder` is a new one that stays when something fails. */
  static async start(folder: string, log: EventLog): Promise<World> {
    const [proxyPort = 0] = await freePorts(1);
    const broker = await Broker.start({ proxyPort });
    const proxy = await Proxy.start(proxyPort, () => broker.proxiedPort);
    const cluster = new TestCluster(broker.address);
    const server = new SoakServer(path.join(folder, 'server'), path.join(log.folder, 'server.log'), (how) =>
      log.problem(how),
    );
    const inputs: InputPlaces = {
      orders: await cluster.createTopic('orders', 1),
      events: await cluster.createTopic('events', eventPartitions),
      file: server.file('in.ndjson'),
    };
    const outputs = {
      filtered: await cluster.createTopic('filtered', 2),
      copied: await cluster.createTopic('copied', 2),
      counted: await cluster.createTopic('counted', 2),
      made: await cluster.createTopic('made', 2),
    };
    const input = new InputProducer(cluster.kafka, inputs);
    const jobs = workload(proxy.address, inputs, outputs, server.file('out.ndjson'));
    input.start();
    await server.start();
    const world = new World(log, broker, proxy, cluster, server, inputs, input, jobs);
    for (const { name, tables, query } of jobs)
      await server.run(`${tables} START JOB \`${name}\` AS ${query}`);
    return world;
  }

  expectation(job: string): Expectations {
    const found = this.expectations.get(job);
    if (!found) throw new Error(`There is no job ${job}.`);
    return found;
  }

  /** A name that no version had. */
  nextVersion(): string {
    return String((this.versions += 1));
  }

  async dispose(): Promise<void> {
    await this.input.stop();
    await this.server.end('SIGKILL');
    await this.cluster.dispose();
    await this.proxy.dispose();
    await this.broker.dispose();
  }
}
