// Publishes a job's batches to a cluster, each whole or not at all.
//
// Invariants:
// 1. A transaction holds the rows of whole batches, the group offsets of the sources that are on the same cluster, and
//    the mark: the number of the last batch, as the offset of a group that is named after the transactional id.
// 2. Who opens writes its own name beside the mark before anything else. A writer that finds the name of one that came
//    later there has been replaced and writes nothing any more; it does not even shut out the other one.
// 3. After a failure only the mark tells what was published. It is read from the log it was written to: the coordinator
//    of a broker that just started may not know it yet, or never.
import { randomUUID } from 'node:crypto';
import type { TableDefinition } from '../../analysis/catalog';
import { StreamJobsError } from '../../protocol/errors';
import type { ConnectorContext, OutgoingBatch, TransactionalJob, TransactionalWriter } from '../connector';
import { acquireReader } from './clusterReader';
import type { ClusterReader, Mark } from './clusterReader';
import { consumerGroup } from './consumerGroup';
import { isUnknownTopic, marksForgotten, mayPass, transactionError } from './errors';
import { chunkBytesMax } from './partitioner';
import type { Chunk } from './partitioner';
import { readSettings, resolveConnection } from './settings';
import { refusalOr, refuseWithout } from './refusals';
import type { Needs } from './refusals';
import { readingRights } from './rights';
import type { Right } from './rights';
import { isTooLarge, SinkTopic } from './sinkTopic';
import { TransactionalProducer } from './transactionalProducer';
import type { GroupOffsets, Send } from './transactionalProducer';
import { isReplaced, noteOf } from './writerName';
import type { WriterName } from './writerName';

const openAttempts = 10;
const openWaitMs = 100;
/** Right after a transaction its offsets may still read as before. */
const markMsMax = 250;
const markPollMs = 20;

/** Writers for the clusters of a job's tables, one each. */
export function transactionalWriters(job: TransactionalJob, context: ConnectorContext): KafkaTransactions[] {
  const clusters = new Map<string, Map<number, TableDefinition>>();
  for (const [output, table] of job.outputs) {
    const key = clusterKey(table);
    clusters.set(key, (clusters.get(key) ?? new Map<number, TableDefinition>()).set(output, table));
  }
  return [...clusters].map(
    ([key, outputs]) =>
      new KafkaTransactions(
        { ...job, outputs, sources: job.sources.filter((table) => clusterKey(table) === key) },
        context,
      ),
  );
}

export class KafkaTransactions implements TransactionalWriter {
  readonly outputs: readonly number[];
  readonly commits: readonly string[];
  private readonly topics: Map<number, SinkTopic>;
  private readonly transactionalId: string;
  /** Of the transactional ids of every state the job ever has. */
  private readonly prefix: string;
  private readonly name: WriterName;
  private claimed = false;
  private reader: { reader: ClusterReader; release(): Promise<void> } | undefined;
  private producer: TransactionalProducer | undefined;
  private chunkBytes = chunkBytesMax;
  private readonly closing = new AbortController();

  /** Throws BAD_OPTION, NOT_SUPPORTED. */
  constructor(
    private readonly job: TransactionalJob,
    private readonly context: ConnectorContext,
  ) {
    this.topics = new Map(
      [...job.outputs].map(([output, table]) => [output, new SinkTopic(table, context.clock)]),
    );
    this.outputs = [...job.outputs.keys()];
    this.commits = job.sources.map(({ name }) => name);
    // One cluster's writer is told from another's by its first output: an address may change.
    this.name = { opening: job.opening, instance: randomUUID() };
    this.prefix = `stream-jobs-${context.jobName}-`;
    this.transactionalId = `${this.prefix}${job.identity}-${this.outputs[0] ?? 0}`;
  }

  async open(published: number, stored: number): Promise<number | undefined> {
    for (let attempt = 1; ; attempt++)
      try {
        return await this.attempt(published, stored);
      } catch (error) {
        // Shut out in turn by the one it shuts out, before that one could see our name; or the broker just started.
        if (!mayPass(error) || attempt === openAttempts) throw error;
        await this.context.clock.sleep(openWaitMs);
      }
  }

  private async attempt(published: number, stored: number): Promise<number | undefined> {
    await this.dropProducer();
    const { first } = this;
    const { signal } = this.closing;
    if (signal.aborted) throw new StreamJobsError('CANCELLED', 'The writer was closed.');
    const connection = await resolveConnection(first.table, this.context);
    this.reader ??= acquireReader(connection, this.context.clock);
    const { reader } = this.reader;
    for (const topic of this.topics.values()) await topic.countPartitions(reader);
    await this.check();
    try {
      await this.limitChunks(reader);
      // Looked at before it shuts anyone out, and after: the other one may have come in between.
      this.refuseIfReplaced(await reader.mark(this.transactionalId, first.topic.topic));
      const clientId = first.topic.settings['properties.client.id'];
      const { clock } = this.context;
      const { transactionalId } = this;
      this.producer = await TransactionalProducer.open(connection, clientId, transactionalId, clock, signal);
      signal.throwIfAborted();
      const mark = await this.readMark(reader, published, stored);
      this.refuseIfReplaced(mark);
      await this.producer.transact([], [this.markOf(Math.max(published, mark?.offset ?? 0))]);
      this.claimed = true;
      return mark?.offset;
    } catch (error) {
      await this.dropProducer();
      throw await this.refusalOr(error);
    }
  }

  async check(): Promise<void> {
    const { needs } = this;
    if (needs) await refuseWithout(needs);
  }

  async publish(batches: readonly OutgoingBatch[]): Promise<void> {
    const { producer } = this;
    const last = batches.at(-1);
    if (!producer || !this.reader || !last)
      throw new StreamJobsError('INTERNAL', 'There is nothing to publish with.');
    const sends = await this.sendsOf(batches, this.reader.reader);
    try {
      await producer.transact(sends, [...this.positionsOf(last), this.markOf(last.number)]);
    } catch (error) {
      await this.dropProducer();
      throw await this.explain(error, sends);
    }
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.dropProducer();
    await this.reader?.release();
    this.reader = undefined;
  }

  private get first(): { table: TableDefinition; topic: SinkTopic } {
    const [output = 0] = this.outputs;
    const table = this.job.outputs.get(output);
    const topic = this.topics.get(output);
    if (!table || !topic) throw new StreamJobsError('INTERNAL', 'A transaction without a table.');
    return { table, topic };
  }

  private get writerId(): Right {
    return { kind: 'transactional id', name: this.transactionalId, prefix: this.prefix };
  }
  /** What a transaction takes; its mark is an offset of the first topic, and those are for who may read it. */
  private get rights(): Right[] {
    const { topic } = this.first.topic;
    return [
      ...[...this.topics.values()].map(({ right }) => right),
      { kind: 'topic', name: topic, operation: 'Read' },
      this.writerId,
      { kind: 'group', name: this.transactionalId, prefix: this.prefix },
      ...this.job.sources.flatMap((table) =>
        readingRights(readSettings(table).topic, consumerGroup(table, this.context.jobName)),
      ),
    ];
  }

  private get needs(): Needs | undefined {
    const { rights, reader, first } = this;
    return reader && { reader: reader.reader, rights, subject: first.topic.subject };
  }

  private refusalOr(error: unknown): Promise<StreamJobsError> {
    const { subject } = this.first.topic;
    const needs = (): Promise<Needs | undefined> => Promise.resolve(this.needs);
    return refusalOr(error, needs, (cause) => transactionError(cause, subject, this.writerId));
  }

  private async dropProducer(): Promise<void> {
    const { producer } = this;
    this.producer = undefined;
    await producer?.close();
  }

  /** Requests that every topic takes; unknown where the rights to ask are missing. */
  private async limitChunks(reader: ClusterReader): Promise<void> {
    if (this.claimed) return;
    const asked = [...this.topics.values()].map(({ topic }) =>
      reader.messageBytesMax(topic).catch(() => undefined),
    );
    const limits = (await Promise.all(asked)).map((limit) => (limit ?? Infinity) / 2);
    this.chunkBytes = Math.floor(Math.min(chunkBytesMax, ...limits));
  }

  private async readMark(
    reader: ClusterReader,
    published: number,
    stored: number,
  ): Promise<Mark | undefined> {
    const { clock } = this.context;
    const { topic, subject } = this.first.topic;
    if (stored > published) {
      const logged = await reader.markInLog(this.transactionalId, topic);
      if (logged !== undefined) return logged ?? undefined;
    }
    const due = clock.monotonic() + markMsMax;
    for (;;) {
      const mark = await reader.mark(this.transactionalId, topic);
      if (stored === published || (mark?.offset ?? -1) >= stored) return mark;
      if (clock.monotonic() > due) {
        if (published > (mark?.offset ?? 0)) throw marksForgotten(subject);
        return mark;
      }
      await clock.sleep(markPollMs);
    }
  }

  private refuseIfReplaced(mark: Mark | undefined): void {
    if (!mark || !isReplaced(this.name, mark.note)) return;
    throw new StreamJobsError(
      'SINK_FAILED',
      `Another server runs the job ${this.context.jobName} with a copy of this data folder.`,
      {
        hint: 'Stop one of the two: each would repeat what the other writes. If this folder is an older copy, DROP JOB and start it again.',
      },
    );
  }

  private markOf(batch: number): GroupOffsets {
    const { topic } = this.first.topic;
    const partitions = [{ partition: 0, offset: String(batch), metadata: noteOf(this.name) }];
    return { groupId: this.transactionalId, topic, partitions };
  }

  private positionsOf({ positions }: OutgoingBatch): GroupOffsets[] {
    return this.job.sources.map((table) => ({
      groupId: consumerGroup(table, this.context.jobName),
      topic: readSettings(table).topic,
      partitions: [...(positions.get(table.name) ?? [])].map(([partition, offset]) => ({
        partition,
        offset: String(offset),
        metadata: '',
      })),
    }));
  }

  /** One chunk of each partition at a time, so that a partition's rows keep their order. */
  private async sendsOf(batches: readonly OutgoingBatch[], reader: ClusterReader): Promise<Send[]> {
    const sends: Send[] = [];
    for (const [output, sinkTopic] of this.topics) {
      const { topic, compression } = sinkTopic;
      const rounds: Map<number, Chunk>[] = [];
      const next = new Map<number, number>();
      for (const { rows } of batches) {
        const own = rows[output];
        for (const chunk of own ? await sinkTopic.chunks(own, reader, this.chunkBytes) : []) {
          const round = next.get(chunk.partition) ?? 0;
          (rounds[round] ??= new Map<number, Chunk>()).set(chunk.partition, chunk);
          next.set(chunk.partition, round + 1);
        }
      }
      for (const round of rounds) sends.push({ topic, compression, chunks: [...round.values()] });
    }
    return sends;
  }

  /** Kafka does not say which topic it is. When it is opened anew each sink's is looked for, and for how long it is away. */
  private topicAway(error: unknown): StreamJobsError {
    const { cluster } = this.first.topic.subject;
    const read = this.job.sources.map((table) => readSettings(table).topic);
    const topics = [...[...this.topics.values()].map(({ topic }) => topic), ...read];
    return new StreamJobsError(
      'SINK_UNAVAILABLE',
      `One of the topics ${topics.join(', ')} is not on Kafka at ${cluster} any more.`,
      { hint: 'Rows are published when it is back.', cause: error },
    );
  }

  /** A request that was too large is tried again in smaller ones. */
  private async explain(error: unknown, sends: readonly Send[]): Promise<StreamJobsError> {
    const { first } = this;
    if (isUnknownTopic(error)) return this.topicAway(error);
    if (!isTooLarge(error)) return this.refusalOr(error);
    const chunks = sends.flatMap((send) => send.chunks.map((chunk) => ({ topic: send.topic, chunk })));
    const largest = chunks.reduce<{ topic: string; chunk: Chunk } | undefined>(
      (most, one) => (most && most.chunk.indexes.length >= one.chunk.indexes.length ? most : one),
      undefined,
    );
    if (largest && largest.chunk.indexes.length > 1) {
      this.chunkBytes = Math.max(1, Math.floor(this.chunkBytes / 4));
      return new StreamJobsError(
        'SINK_UNAVAILABLE',
        `Rows for ${largest.topic} are sent in smaller requests.`,
      );
    }
    const topic = [...this.topics.values()].find((one) => one.topic === largest?.topic) ?? first.topic;
    return largest
      ? topic.explain(error, largest.chunk, this.reader?.reader)
      : transactionError(error, topic.subject, this.writerId);
  }
}

/** Tables with the same address are on the same cluster. */
function clusterKey({ options }: TableDefinition): string {
  const servers = options['properties.bootstrap.servers']?.split(',').map((server) => server.trim());
  return JSON.stringify([options.connection, servers?.sort()]);
}
