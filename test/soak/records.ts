// Reading back what is in topics, and how multisets of records differ.
import { randomUUID } from 'node:crypto';
import type { Kafka } from 'kafkajs';
import { until } from '../kafka/cluster';

export interface ReadRecord {
  partition: number;
  value: string;
}

/** What is committed in a topic, read once. */
export type ReadTopic = (topic: string) => Promise<ReadRecord[]>;

export function topicReader(kafka: Kafka): ReadTopic {
  const known = new Map<string, Promise<ReadRecord[]>>();
  return (topic) => {
    const reading = known.get(topic) ?? readCommitted(kafka, topic);
    known.set(topic, reading);
    return reading;
  };
}

const marker = 'end of the soak';
const readMsMax = 120_000;

/**
 * Everything committed in a topic. A marker is written behind it in each partition, and the reading ends at them: so it
 * also shows that no transaction was left open before them.
 */
async function readCommitted(kafka: Kafka, topic: string): Promise<ReadRecord[]> {
  const admin = kafka.admin();
  const producer = kafka.producer({
    createPartitioner:
      () =>
      ({ message }) =>
        message.partition ?? 0,
  });
  const consumer = kafka.consumer({
    groupId: `read-${randomUUID()}`,
    maxWaitTimeInMs: 50,
    readUncommitted: false,
  });
  await Promise.all([admin.connect(), producer.connect(), consumer.connect()]);
  try {
    const partitions = (await admin.fetchTopicOffsets(topic)).map(({ partition }) => partition);
    const messages = partitions.map((partition) => ({ partition, value: marker }));
    await producer.send({ topic, messages });
    const open = new Set(partitions);
    const records: ReadRecord[] = [];
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: ({ batch: { partition, messages: found } }) => {
        for (const { value } of found) {
          const text = value?.toString() ?? '';
          if (text === marker) open.delete(partition);
          else records.push({ partition, value: text });
        }
        return Promise.resolve();
      },
    });
    await until(() => open.size === 0, readMsMax);
    return records;
  } finally {
    await Promise.all([consumer.disconnect(), producer.disconnect(), admin.disconnect()]);
  }
}

export interface Comparison {
  expected: number;
  found: number;
  lost: string[];
  repeated: string[];
  unexpected: string[];
}

/** How what was found differs from what was expected, as multisets. */
export function compare(expected: Iterable<string>, found: Iterable<string>): Comparison {
  const left = new Map<string, number>();
  const result: Comparison = { expected: 0, found: 0, lost: [], repeated: [], unexpected: [] };
  for (const record of expected) {
    left.set(record, (left.get(record) ?? 0) + 1);
    result.expected += 1;
  }
  for (const record of found) {
    result.found += 1;
    const count = left.get(record);
    if (count === undefined) result.unexpected.push(record);
    else if (count === 0) result.repeated.push(record);
    else left.set(record, count - 1);
  }
  for (const [record, count] of left) for (let i = 0; i < count; i++) result.lost.push(record);
  return result;
}
