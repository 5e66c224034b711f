// What a consumer group has committed, asked through a connection that is there already: kafkajs' admin client would make
// one of its own, and a job that is resumed would wait for that.
import type { Cluster } from 'kafkajs';

export interface GroupOffset {
  partition: number;
  offset: bigint;
  /** What was committed with it. */
  note: string;
}

/** kafkajs answers more than its types say. */
interface Answered {
  partition: number;
  offset: string;
  metadata?: string | null;
}

/** Of the topic's partitions, those with an offset. Throws errors of kafkajs. */
export async function groupOffsets(cluster: Cluster, groupId: string, topic: string): Promise<GroupOffset[]> {
  await cluster.addMultipleTargetTopics([topic]);
  await cluster.refreshMetadataIfNecessary();
  // What kafkajs' types call an offset is not sent.
  const partitions = cluster
    .findTopicPartitionMetadata(topic)
    .map(({ partitionId: partition }) => ({ partition, offset: '' }));
  const coordinator = await cluster.findGroupCoordinator({ groupId });
  const { responses } = await coordinator.offsetFetch({ groupId, topics: [{ topic, partitions }] });
  const found: Answered[] = responses.find((response) => response.topic === topic)?.partitions ?? [];
  // Minus one: none.
  return found.flatMap(({ partition, offset, metadata }) =>
    offset.startsWith('-') ? [] : [{ partition, offset: BigInt(offset), note: metadata ?? '' }],
  );
}
