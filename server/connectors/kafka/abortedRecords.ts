// Hides records of transactions that were taken back.
//
// kafkajs does this itself, wrongly in two cases: it takes one aborted transaction from the broker's list for each
// record, in the list's order, so that of several that overlap some begin too late; and it takes any key of four zero
// bytes for the mark that ends one. Here they are hidden before kafkajs looks, as its own control records.
import type { Cluster } from 'kafkajs';
import { adaptBrokers } from './brokers';
import { markerKind, type FetchedRecord } from './fetchedRecords';

/** What hiding needs of a partition's answer. */
export interface FetchedPartition {
  messages: Omit<FetchedRecord, 'timestamp' | 'value'>[];
  abortedTransactions?: { producerId: string; firstOffset: string }[] | null;
}
interface FetchAnswer {
  responses: { partitions: FetchedPartition[] }[];
}

/** What a consumer fetches through this cluster has no records of aborted transactions. */
export function hideAborted(cluster: Cluster): void {
  adaptBrokers(cluster, (broker) => {
    const fetch = broker.fetch.bind(broker);
    broker.fetch = async (request) => {
      const answer = (await fetch(request)) as FetchAnswer;
      for (const { partitions } of answer.responses)
        for (const partition of partitions) markAborted(partition);
      return answer;
    };
  });
}

/** Marks records of aborted transactions as control records, which nobody is shown. */
export function markAborted(partition: FetchedPartition): void {
  const { messages, abortedTransactions } = partition;
  if (!abortedTransactions || abortedTransactions.length === 0) return;
  const aborted = abortedTransactions
    .map(({ producerId, firstOffset }) => ({ producerId, first: BigInt(firstOffset) }))
    .sort((a, b) => (a.first < b.first ? -1 : 1));
  const open = new Set<string>();
  let next = 0;
  for (const message of messages) {
    const { producerId = '', inTransaction = false } = message.batchContext ?? {};
    const offset = BigInt(message.offset);
    for (let from = aborted[next]; from && from.first <= offset; from = aborted[++next])
      open.add(from.producerId);
    if (message.isControlRecord) {
      if (markerKind(message) === 'abort') open.delete(producerId);
    } else if (inTransaction && open.has(producerId)) message.isControlRecord = true;
  }
  partition.abortedTransactions = [];
}
