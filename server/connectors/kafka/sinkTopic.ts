// A topic rows are written to: how they are cut into requests, and what to say when it does not take them. Shared by
// the sink that sends and the one that writes transactions.
import type { TableDefinition } from '../../analysis/catalog';
import { StreamJobsError } from '../../protocol/errors';
import { absent } from '../connector';
import type { Clock, RowBatch } from '../connector';
import { TopicMissing } from './clusterReader';
import type { ClusterReader } from './clusterReader';
import type { CompressionName } from './codecs/codecs';
import { diagnose, kafkaError, unknownTopic } from './errors';
import type { Subject } from './errors';
import { Partitioner } from './partitioner';
import type { Chunk } from './partitioner';
import type { Right } from './rights';
import { TopicPresence } from './topicPresence';
import { clusterName, compressionOf, readSettings } from './settings';
import type { KafkaSettings } from './settings';

/** How often it is looked whether the topic has more partitions. */
const partitionCheckMs = 60_000;
const tooLarge = ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'];

export class SinkTopic {
  readonly settings: KafkaSettings;
  readonly compression: CompressionName;
  readonly subject: Subject;
  readonly presence: TopicPresence;
  private readonly partitioner: Partitioner;
  private partitions = 0;
  private checkedAt = 0;

  /** Throws BAD_OPTION, NOT_SUPPORTED. */
  constructor(
    table: TableDefinition,
    private readonly clock: Clock,
  ) {
    this.settings = readSettings(table);
    this.compression = compressionOf(this.settings);
    this.subject = { side: 'SINK', topic: this.settings.topic, cluster: clusterName(table) };
    this.presence = new TopicPresence(this.subject, clock);
    this.partitioner = new Partitioner(this.settings['sink.partitioner']);
  }

  get topic(): string {
    return this.settings.topic;
  }

  /** Rows in pieces that are sent together, in order for each partition. */
  async chunks(rows: RowBatch, reader: ClusterReader, bytesMax?: number): Promise<Chunk[]> {
    if (this.clock.monotonic() - this.checkedAt > partitionCheckMs)
      await this.countPartitions(reader).catch(() => undefined); // Sending will tell what is wrong.
    return this.partitioner.chunks(rows, this.partitions, bytesMax);
  }

  /** Also says whether the topic is there, before the first row. */
  async countPartitions(reader: ClusterReader): Promise<void> {
    this.checkedAt = this.clock.monotonic();
    try {
      this.partitions = (await reader.ranges(this.topic)).length;
      this.presence.there();
    } catch (error) {
      throw this.presence.explain(
        error instanceof TopicMissing ? unknownTopic(this.subject, error) : kafkaError(error, this.subject),
      );
    }
  }

  /** What writing takes. */
  get right(): Right {
    return { kind: 'topic', name: this.topic, operation: 'Write' };
  }

  /** The error to show for one of sending the chunk. */
  async explain(error: unknown, chunk: Chunk, reader: ClusterReader | undefined): Promise<StreamJobsError> {
    if (!isTooLarge(error)) return this.presence.explain(kafkaError(error, this.subject));
    const limit = await reader?.messageBytesMax(this.topic).catch(() => undefined);
    const allowed = limit === undefined ? 'the broker takes' : `the ${limit} bytes it takes`;
    return new StreamJobsError(
      'SINK_FAILED',
      `A row of ${rowBytes(chunk)} bytes is too large for topic ${this.topic}: more than ${allowed}.`,
      {
        hint: "Raise the topic's max.message.bytes, or select fewer or shorter columns.",
        cause: error,
      },
    );
  }
}

/** Whether the broker found the request too large. */
export function isTooLarge(error: unknown): boolean {
  const { types } = diagnose(error);
  return tooLarge.some((type) => types.has(type));
}

/** Bytes of the first row of a chunk, key included. */
function rowBytes({ rows, indexes }: Chunk): number {
  const index = indexes[0] ?? 0;
  const sizes = [rows.values, rows.keys].map((part) =>
    !part || part.starts[index] === absent ? 0 : (part.ends[index] ?? 0) - (part.starts[index] ?? 0),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
