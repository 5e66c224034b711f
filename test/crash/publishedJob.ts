// The job of a crash site that reads from a topic and publishes to one, exactly once; its input goes on all the while.
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobDetails } from '../../server/protocol/jobs';
import { until, type TestCluster } from '../kafka/cluster';
import { kafkaTableSql } from '../kafka/jobTables';
import { Ids, partitions, type Known, type Offsets } from './output';
import type { ServerProcess } from './serverProcess';
import { TestJob } from './testJob';

/** Records of each partition in one go, and how long after the one before. */
const feedRecords = 60;
const feedMs = 60;
const publishedMsMax = 30_000;

export class PublishedJob extends TestJob {
  private readonly ended = new AbortController();
  private feeding: Promise<void> = Promise.resolve();
  private input = '';
  private topic = '';
  /** All of this job: its topic is read anew each time. */
  private writers = new Set<string>();

  constructor(
    folder: string,
    private readonly cluster: TestCluster,
  ) {
    super(folder, 'published');
  }

  override renew(): void {
    super.renew();
    this.writers = new Set();
    this.topic = '';
  }

  override async beforeStart(): Promise<void> {
    if (this.input === '') {
      this.input = await this.cluster.createTopic('crash-in', partitions);
      this.feeding = this.feed();
      // What went wrong before is told, not that the cluster went with it.
      this.feeding.catch(() => undefined);
    }
    // A start that a crash cut short may have left its table.
    if (this.topic === '') this.topic = await this.cluster.createTopic('crash-out', partitions);
  }

  override async dispose(): Promise<void> {
    this.ended.abort();
    await this.feeding;
  }

  protected override get source(): string {
    return this.tableSql('src', 'id BIGINT', this.input);
  }
  protected override get sinks(): string {
    return this.tableSql(this.table('ids'), 'id BIGINT, v STRING, q BIGINT', this.topic);
  }
  protected override get second(): string {
    return '';
  }
  protected override readonly options = "'batch.records' = '400', 'delivery' = 'exactly-once'";
  protected override outputsOf(): [] {
    return [];
  }

  /** Once everything is published: a topic's committed records, and what the group was told in their transactions. */
  protected override async verifyOutput(
    next: Offsets,
    known: Known,
    { name, consumerGroup = '' }: JobDetails,
    server: ServerProcess,
  ): Promise<void> {
    await until(async () => ((await server.job(name)).unpublished ?? 0) === 0, publishedMsMax);
    for (const version of known.versions) this.writers.add(version);
    const ids = new Ids(this.topic, false);
    for (const { value } of await this.cluster.readAll(this.topic))
      ids.take(JSON.parse(value ?? '{}') as Record<string, unknown>);
    ids.compare(next, { ...known, versions: this.writers });
    for (const [partition, position] of next)
      await until(async () => {
        const committed = await this.cluster.committed(consumerGroup, this.input, partition);
        return committed === BigInt(position) || (position === 0 && committed === -1n);
      }, publishedMsMax);
  }

  private tableSql(name: string, columns: string, topic: string): string {
    return kafkaTableSql(`IF NOT EXISTS ${name}`, columns, topic, this.cluster.address);
  }

  private async feed(): Promise<void> {
    for (let offset = 0; !this.ended.signal.aborted; offset += feedRecords) {
      const messages = Array.from({ length: partitions * feedRecords }, (_, i) => ({
        value: JSON.stringify({ id: offset * partitions + i }),
        partition: i % partitions,
      }));
      await this.cluster.produce(this.input, messages);
      await sleep(feedMs);
    }
  }
}
