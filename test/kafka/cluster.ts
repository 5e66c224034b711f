// What tests do with a cluster besides the product: make topics, write and read records, look at groups.
import { randomUUID } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import type { Admin, Consumer, KafkaConfig, Message, Producer } from 'kafkajs';

/** A record as a test sees it. */
export interface SeenRecord {
  partition: number;
  offset: string;
  key: string | null;
  value: string | null;
  headers: Record<string, string>;
}

/** Test clients of one cluster; `dispose` closes them all. */
export class TestCluster {
  readonly kafka: Kafka;
  private readonly admin: Promise<Admin>;
  private producer: Promise<Producer> | undefined;
  private readonly consumers: Consumer[] = [];

  constructor(
    readonly address: string,
    config: Partial<KafkaConfig> = {},
  ) {
    this.kafka = new Kafka({ clientId: 'test', brokers: [address], logLevel: logLevel.NOTHING, ...config });
    const admin = this.kafka.admin();
    this.admin = admin.connect().then(() => admin);
    this.admin.catch(() => undefined);
  }

  /** A new topic that keeps everything; the name gets a part of its own, so that tests do not meet. */
  async createTopic(name = 't', partitions = 1, config: Record<string, string> = {}): Promise<string> {
    const topic = `${name}-${randomUUID().slice(0, 8)}`;
    const configEntries = Object.entries({ 'retention.ms': '-1', ...config }).map(([key, value]) => ({
      name: key,
      value,
    }));
    const admin = await this.admin;
    // On a broker that has just started kafkajs may not find the topic that it made a moment before.
    await until(() =>
      admin.createTopics({ topics: [{ topic, numPartitions: partitions, configEntries }] }).then(
        () => true,
        () => false,
      ),
    );
    return topic;
  }
  async deleteTopic(topic: string): Promise<void> {
    await (await this.admin).deleteTopics({ topics: [topic] });
  }
  /** The same name again, empty. */
  async recreateTopic(topic: string, partitions = 1): Promise<void> {
    await this.deleteTopic(topic);
    await this.makeTopic(topic, partitions);
  }
  /** A topic of just this name. */
  async makeTopic(topic: string, partitions = 1): Promise<void> {
    const create = async (): Promise<unknown> =>
      (await this.admin).createTopics({ topics: [{ topic, numPartitions: partitions }] });
    // False: an attempt whose answer was lost has made it.
    await until(() =>
      create().then(
        () => true,
        () => false,
      ),
    );
  }
  async addPartitions(topic: string, count: number): Promise<void> {
    await (await this.admin).createPartitions({ topicPartitions: [{ topic, count }] });
    // One that knows only the old partitions would drop what goes to the new ones.
    await (await this.producer)?.disconnect();
    this.producer = undefined;
  }

  /** Writes `{"id": i}` for i in [from, to), in order, to one partition. */
  async produceIds(topic: string, from: number, to: number, partition = 0): Promise<void> {
    for (let first = from; first < to; first += 1000) {
      const count = Math.min(1000, to - first);
      await this.produce(
        topic,
        Array.from({ length: count }, (_, i) => ({ value: `{"id":${first + i}}`, partition })),
      );
    }
  }
  async produce(topic: string, messages: Message[]): Promise<void> {
    this.producer ??= this.connectProducer();
    await (await this.producer).send({ topic, messages });
  }

  /** Everything a topic holds now and a read_committed reader sees, by partition and offset. */
  async readAll(topic: string): Promise<SeenRecord[]> {
    const left = new Map<number, bigint>();
    for (const [partition, { start, end }] of await this.ends(topic))
      if (end > start) left.set(partition, end);
    const seen: SeenRecord[] = [];
    if (left.size === 0) return seen;
    const consumer = this.kafka.consumer({ groupId: `read-${randomUUID()}`, maxWaitTimeInMs: 50 });
    this.consumers.push(consumer);
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    // Also told of batches that hold nothing but markers and aborted records.
    consumer.on('consumer.end_batch_process', ({ payload: { partition, lastOffset } }) => {
      if (BigInt(lastOffset) + 1n >= (left.get(partition) ?? 0n)) left.delete(partition);
    });
    await consumer.run({
      autoCommit: false,
      eachMessage({ partition, message: { offset, key, value, headers } }) {
        seen.push({
          partition,
          offset,
          key: key?.toString() ?? null,
          value: value?.toString() ?? null,
          headers: Object.fromEntries(
            Object.entries(headers ?? {}).map(([name, content]) => [name, String(content)]),
          ),
        });
        return Promise.resolve();
      },
    });
    await until(() => left.size === 0);
    await consumer.disconnect();
    return seen.sort((a, b) => a.partition - b.partition || Number(BigInt(a.offset) - BigInt(b.offset)));
  }

  /** First kept offset and end of each partition. */
  async ends(topic: string): Promise<Map<number, { start: bigint; end: bigint }>> {
    const offsets = await (await this.admin).fetchTopicOffsets(topic);
    return new Map(
      offsets.map(({ partition, low, high }) => [partition, { start: BigInt(low), end: BigInt(high) }]),
    );
  }
  /** What a group has committed for a partition; -1 for nothing. */
  async committed(groupId: string, topic: string, partition = 0): Promise<bigint> {
    const [found] = await (await this.admin).fetchOffsets({ groupId, topics: [topic] });
    return BigInt(found?.partitions.find((entry) => entry.partition === partition)?.offset ?? -1);
  }
  /** Deletes the records below an offset, as retention would. */
  async deleteRecords(topic: string, offset: bigint, partition = 0): Promise<void> {
    await this.ends(topic); // Without this a fresh admin client does not know the leader.
    await (
      await this.admin
    ).deleteTopicRecords({ topic, partitions: [{ partition, offset: offset.toString() }] });
  }
  /** Forgets what a group without members has committed, as expiry would. */
  async deleteGroup(groupId: string): Promise<void> {
    await (await this.admin).deleteGroups([groupId]);
  }
  /** Members of a group now. */
  async members(groupId: string): Promise<string[]> {
    const { groups } = await (await this.admin).describeGroups([groupId]);
    return groups.flatMap(({ members }) => members.map(({ memberId }) => memberId));
  }

  /** Another member of a group, that reads and does nothing. Returns how it leaves. */
  async joinGroup(groupId: string, topic: string): Promise<() => Promise<void>> {
    const consumer = await this.newMember(groupId, topic);
    return () => consumer.disconnect();
  }
  /** Commits an offset for a group as a member of it, for a moment. */
  async commit(groupId: string, topic: string, offset: bigint, partition = 0): Promise<void> {
    const consumer = await this.newMember(groupId, topic);
    await consumer.commitOffsets([{ topic, partition, offset: offset.toString() }]);
    await consumer.disconnect();
  }

  async dispose(): Promise<void> {
    const clients = [this.admin, this.producer, ...this.consumers];
    await Promise.all(
      clients.map(async (client) => {
        await (await client)?.disconnect();
      }),
    ).catch(() => undefined);
  }

  private async newMember(groupId: string, topic: string): Promise<Consumer> {
    const consumer = this.kafka.consumer({
      groupId,
      maxWaitTimeInMs: 50,
      sessionTimeout: 10_000,
      heartbeatInterval: 300,
    });
    this.consumers.push(consumer);
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    const joined = new Promise<void>((resolve) => consumer.on('consumer.group_join', () => resolve()));
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: () => Promise.resolve(),
    });
    await joined;
    return consumer;
  }

  private async connectProducer(): Promise<Producer> {
    const producer = this.kafka.producer({
      createPartitioner:
        () =>
        ({ message }) =>
          message.partition ?? 0,
    });
    await producer.connect();
    return producer;
  }
}

/** Resolves when the condition holds; asks again every 50 ms. Fails after `msMax`. */
export async function until(condition: () => boolean | Promise<boolean>, msMax = 30_000): Promise<void> {
  const deadline = Date.now() + msMax;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Not within ${msMax} ms: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
