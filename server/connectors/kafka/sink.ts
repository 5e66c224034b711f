// Writes rows to a topic, at least once: a flush resolves when every row is acknowledged by all in-sync replicas.
import type { TableDefinition } from '../../analysis/catalog';
import { StreamJobsError } from '../../protocol/errors';
import { absent } from '../connector';
import type { ConnectorContext, RowBatch, Sink } from '../connector';
import { acquireReader, TopicMissing } from './clusterReader';
import type { ClusterReader } from './clusterReader';
import type { CompressionName } from './codecs/codecs';
import { diagnose, kafkaError, unknownTopic } from './errors';
import type { Subject } from './errors';
import { Partitioner } from './partitioner';
import type { Chunk } from './partitioner';
import { KafkajsPublisher } from './publisher';
import type { Publisher } from './publisher';
import { SendWindow } from './sendWindow';
import { clusterName, compressionOf, readSettings, resolveConnection } from './settings';
import type { KafkaSettings } from './settings';

/** How often it is looked whether the topic has more partitions. */
const partitionCheckMs = 60_000;
const tooLarge = ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'];

interface Opened {
  reader: ClusterReader;
  release(): Promise<void>;
  publisher: Publisher;
  window: SendWindow;
}

export class KafkaSink implements Sink {
  private readonly settings: KafkaSettings;
  private readonly compression: CompressionName;
  private readonly subject: Subject;
  private readonly partitioner: Partitioner;
  private partitions = 0;
  private checkedAt = 0;
  private opened: Opened | undefined;

  /** Throws BAD_OPTION, NOT_SUPPORTED. */
  constructor(
    private readonly table: TableDefinition,
    private readonly context: ConnectorContext,
  ) {
    this.settings = readSettings(table);
    this.compression = compressionOf(this.settings);
    this.subject = { side: 'SINK', topic: this.settings.topic, cluster: clusterName(table) };
    this.partitioner = new Partitioner(this.settings['sink.partitioner']);
  }

  async open(): Promise<void> {
    const { topic, 'properties.client.id': clientId } = this.settings;
    const connection = await resolveConnection(this.table, this.context);
    const { reader, release } = acquireReader(connection, this.context.clock);
    const publisher = new KafkajsPublisher(connection, clientId, topic, this.compression);
    const window = new SendWindow({
      clock: this.context.clock,
      send: (chunk) => publisher.send(chunk),
      explain: (error, chunk) => this.explain(error, chunk),
      isTooLarge,
    });
    this.opened = { reader, release, publisher, window };
    await this.countPartitions(reader);
  }

  async write(rows: RowBatch, signal: AbortSignal): Promise<void> {
    const { window, reader } = this.theOpened();
    if (this.context.clock.monotonic() - this.checkedAt > partitionCheckMs)
      await this.countPartitions(reader).catch(() => undefined); // Sending will tell what is wrong.
    await window.add(this.partitioner.chunks(rows, this.partitions), signal);
  }

  async flush(signal: AbortSignal): Promise<undefined> {
    await this.theOpened().window.drained(signal);
  }

  async close(): Promise<void> {
    const { opened } = this;
    this.opened = undefined;
    if (!opened) return;
    opened.window.close();
    await Promise.all([opened.publisher.close(), opened.release()]);
  }

  private theOpened(): Opened {
    if (!this.opened) throw new StreamJobsError('INTERNAL', 'The kafka sink is not open.');
    return this.opened;
  }

  /** Also says whether the topic is there, before the first row. */
  private async countPartitions(reader: ClusterReader): Promise<void> {
    this.checkedAt = this.context.clock.monotonic();
    try {
      this.partitions = (await reader.ranges(this.settings.topic)).length;
    } catch (error) {
      throw error instanceof TopicMissing
        ? unknownTopic(this.subject, error)
        : kafkaError(error, this.subject);
    }
  }

  private async explain(error: unknown, chunk: Chunk): Promise<StreamJobsError> {
    if (!isTooLarge(error)) return kafkaError(error, this.subject);
    const { topic } = this.settings;
    const limit = await this.opened?.reader.messageBytesMax(topic).catch(() => undefined);
    const allowed = limit === undefined ? 'the broker takes' : `the ${limit} bytes it takes`;
    return new StreamJobsError(
      'SINK_FAILED',
      `A row of ${rowBytes(chunk)} bytes is too large for topic ${topic}: more than ${allowed}.`,
      {
        hint: "Raise the topic's max.message.bytes, or select fewer or shorter columns.",
        cause: error,
      },
    );
  }
}

function isTooLarge(error: unknown): boolean {
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
