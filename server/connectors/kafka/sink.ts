// Writes rows to a topic, at least once: a flush resolves when every row is acknowledged by all in-sync replicas.
import type { TableDefinition } from '../../analysis/catalog';
import { StreamJobsError } from '../../protocol/errors';
import type { ConnectorContext, RowBatch, Sink } from '../connector';
import { acquireReader } from './clusterReader';
import type { ClusterReader } from './clusterReader';
import { KafkajsPublisher } from './publisher';
import type { Publisher } from './publisher';
import { refuseWithout } from './refusals';
import { SendWindow } from './sendWindow';
import { resolveConnection } from './settings';
import { isTooLarge, SinkTopic } from './sinkTopic';

interface Opened {
  reader: ClusterReader;
  release(): Promise<void>;
  publisher: Publisher;
  window: SendWindow;
}

export class KafkaSink implements Sink {
  private readonly topic: SinkTopic;
  private opened: Opened | undefined;
  private hurried = false;

  /** Throws BAD_OPTION, NOT_SUPPORTED. */
  constructor(
    private readonly table: TableDefinition,
    private readonly context: ConnectorContext,
  ) {
    this.topic = new SinkTopic(table, context.clock);
  }

  async open(): Promise<void> {
    const { topic } = this;
    const connection = await resolveConnection(this.table, this.context);
    const { clock } = this.context;
    const { reader, release } = acquireReader(connection, clock);
    const clientId = topic.settings['properties.client.id'];
    const publisher = new KafkajsPublisher(connection, clientId, topic.topic, topic.compression, clock);
    const window = new SendWindow({
      clock,
      send: async (chunk) => {
        await publisher.send(chunk);
        topic.presence.there();
      },
      explain: (error, chunk) => topic.explain(error, chunk, reader),
      isTooLarge,
    });
    window.hurry(this.hurried);
    this.opened = { reader, release, publisher, window };
    await topic.countPartitions(reader);
    await this.check();
  }

  async check(): Promise<void> {
    const { right, subject } = this.topic;
    await refuseWithout({ reader: this.theOpened().reader, rights: [right], subject });
  }

  async write(rows: RowBatch, signal: AbortSignal): Promise<void> {
    const { window, reader } = this.theOpened();
    await window.add(await this.topic.chunks(rows, reader), signal);
  }

  async flush(signal: AbortSignal): Promise<undefined> {
    await this.theOpened().window.drained(signal);
  }

  hurry(on: boolean): void {
    this.hurried = on;
    this.opened?.window.hurry(on);
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
}
