// Where the partitions of topics begin and end, in one pair of requests for all of them.
import type { Cluster } from 'kafkajs';
import type { PartitionRange } from '../connector';

type TopicOffsets = Awaited<ReturnType<Cluster['fetchTopicsOffset']>>;

/** Start and end of each partition of the topics, now. Throws errors of kafkajs. */
export async function askRanges(cluster: Cluster, topics: string[]): Promise<Map<string, PartitionRange[]>> {
  await cluster.addMultipleTargetTopics(topics);
  await cluster.refreshMetadataIfNecessary();
  const asked = topics.map((topic) => ({
    topic,
    partitions: cluster
      .findTopicPartitionMetadata(topic)
      .map(({ partitionId }) => ({ partition: partitionId })),
  }));
  // Ends first: a log that is cut between the two answers then never seems to end before it starts. A broker answers
  // what comes on one connection in its order, so the one need not be waited for before the other is asked.
  const [ends, starts] = await Promise.all([
    cluster.fetchTopicsOffset(asked.map((ask) => ({ ...ask, fromBeginning: false }))),
    cluster.fetchTopicsOffset(asked.map((ask) => ({ ...ask, fromBeginning: true }))),
  ]);
  return new Map(topics.map((topic) => [topic, rangesOf(topic, starts, ends)]));
}

function rangesOf(topic: string, starts: TopicOffsets, ends: TopicOffsets): PartitionRange[] {
  const startOf = new Map(
    starts
      .find((found) => found.topic === topic)
      ?.partitions.map(({ partition, offset }) => [partition, offset]),
  );
  const found = ends.find((candidate) => candidate.topic === topic)?.partitions ?? [];
  return found
    .map(({ partition, offset }) => ({
      partition,
      start: BigInt(startOf.get(partition) ?? 0),
      end: BigInt(offset),
    }))
    .sort((left, right) => left.partition - right.partition);
}
