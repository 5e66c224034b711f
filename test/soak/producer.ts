// Writes the input of a soak all the while: numbered records to the topics and the file, through any outage.
import { appendFile, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Kafka, Message, Producer, RecordMetadata } from 'kafkajs';

export interface InputPlaces {
  /** Gets partitions while the soak runs. */
  orders: string;
  /** Keeps its partitions, in each of which event time goes forward. */
  events: string;
  file: string;
}

export const eventPartitions = 3;
/** Epoch milliseconds of the first event; the others follow at this distance. */
const firstEventMs = 1_700_000_000_000;
const eventStepMs = 10;
const batchRecords = 25;
const pauseMs = 50;
/** Every so many orders there is one that cannot be read. */
const poisonEvery = 400;

export class InputProducer {
  private id = 0;
  private partitions = 1;
  private producer: Promise<Producer> | undefined;
  private readonly ended = new AbortController();
  private running: Promise<void> | undefined;
  private extra = 0;
  /** Of each topic, by partition: the offset behind the last acknowledged record. */
  private readonly acknowledged = new Map<string, Map<number, bigint>>();

  constructor(
    private readonly kafka: Kafka,
    private readonly places: InputPlaces,
  ) {}

  get records(): number {
    return this.id;
  }

  start(): void {
    this.running = this.run();
  }

  /** So many more orders, as fast as they can be written. */
  burst(records: number): void {
    this.extra += records;
  }

  /** Writes to so many partitions of the orders from now on. */
  async usePartitions(count: number): Promise<void> {
    this.partitions = count;
    // One that knows only the old partitions would drop what goes to the new ones.
    await this.reconnect();
  }

  /** Ends when everything begun is written. */
  async stop(): Promise<void> {
    this.ended.abort();
    await this.running;
    await this.reconnect();
  }

  /** Ends all windows but the last: an event far ahead in each partition. */
  async closeWindows(): Promise<void> {
    const ahead = 100_000_000;
    const messages = Array.from({ length: eventPartitions }, (_, partition) =>
      event(ahead + partition, partition),
    );
    await this.send(this.places.events, messages);
    await this.reconnect();
  }

  /** Where each partition of an input ends, by what was acknowledged: what the broker says may be older. */
  async ends(input: keyof InputPlaces): Promise<ReadonlyMap<number, bigint>> {
    const place = this.places[input];
    if (input === 'file') return new Map([[0, BigInt((await stat(place)).size)]]);
    return this.acknowledged.get(place) ?? new Map<number, bigint>();
  }

  private async run(): Promise<void> {
    while (!this.ended.signal.aborted) {
      const from = this.id;
      this.id += batchRecords;
      const ids = Array.from({ length: batchRecords }, (_, i) => from + i);
      await this.send(
        this.places.orders,
        ids.map((id) => order(id, this.partitions)),
      );
      await this.send(
        this.places.events,
        ids.map((id) => event(id, id % eventPartitions)),
      );
      await appendFile(this.places.file, ids.map((id) => `${JSON.stringify({ id })}\n`).join(''));
      if (this.extra > 0) this.extra -= batchRecords;
      else await sleep(pauseMs);
    }
  }

  /** Tries until it is acknowledged. What was written more than once is counted where the topic is read. */
  private async send(topic: string, messages: Message[]): Promise<void> {
    for (;;) {
      try {
        this.producer ??= this.connect();
        const written = await (await this.producer).send({ topic, messages, acks: -1 });
        this.note(topic, messages, written);
        return;
      } catch {
        await this.reconnect();
        await sleep(200);
      }
    }
  }

  private note(topic: string, messages: readonly Message[], written: readonly RecordMetadata[]): void {
    const ends = this.acknowledged.get(topic) ?? new Map<number, bigint>();
    this.acknowledged.set(topic, ends);
    for (const { partition, baseOffset } of written) {
      const count = messages.filter((message) => message.partition === partition).length;
      ends.set(partition, BigInt(baseOffset ?? 0) + BigInt(count));
    }
  }

  private async connect(): Promise<Producer> {
    const producer = this.kafka.producer({
      createPartitioner:
        () =>
        ({ message }) =>
          message.partition ?? 0,
      retry: { retries: 1 },
    });
    await producer.connect();
    return producer;
  }
  private async reconnect(): Promise<void> {
    const { producer } = this;
    this.producer = undefined;
    await producer?.then((connected) => connected.disconnect()).catch(() => undefined);
  }
}

function order(id: number, partitions: number): Message {
  const value = id % poisonEvery === poisonEvery - 1 ? `{"id": ${id}` : JSON.stringify({ id });
  return { value, partition: id % partitions };
}

function event(id: number, partition: number): Message {
  const value = JSON.stringify({ id, k: `k${id % 7}`, ts: firstEventMs + id * eventStepMs });
  return { value, partition };
}
