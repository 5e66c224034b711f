// Keeps kafkajs from committing offsets of its own. Where a position is no longer in the log it would commit "earliest"
// for the group, which later reads as if somebody had deleted the job's offsets; here who reads is told instead.
import type { Cluster } from 'kafkajs';
import { adaptBrokers } from './brokers';

/** @param outOfRange told the partition whose position the log does not have */
export function keepOwnOffsets(cluster: Cluster, outOfRange: (partition: number) => void): void {
  adaptBrokers(cluster, (broker) => {
    const offsetCommit = broker.offsetCommit.bind(broker);
    broker.offsetCommit = async (request): Promise<unknown> => {
      const partitions = request.topics.flatMap((topic) => topic.partitions);
      const resets = partitions.filter(({ offset }) => isNegative(offset));
      if (resets.length === 0) return offsetCommit(request);
      for (const { partition } of resets) outOfRange(partition);
      return undefined;
    };
  });
}

/** Earliest and latest, which are no offsets. kafkajs sends numbers and longs besides the strings of its types. */
function isNegative(offset: { toString(): string }): boolean {
  return offset.toString().startsWith('-');
}
