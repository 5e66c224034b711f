// kafkajs' message objects, made of packed rows.
import type { Message } from 'kafkajs';
import { absent } from '../connector';
import type { PackedValues } from '../connector';
import type { Chunk } from './partitioner';

/** The messages of chunks of different partitions, in the form kafkajs takes at the least cost. */
export function messagesOf(chunks: readonly Chunk[]): Message[] {
  const groups = Object.fromEntries(chunks.map((chunk) => [chunk.partition, partitionMessages(chunk)]));
  const all = chunks.length === 1 ? (Object.values(groups)[0] ?? []) : Object.values(groups).flat();
  // kafkajs groups messages by partition with a copy of the array for each of them; these are grouped already.
  return Object.assign(all, { reduce: () => groups });
}

function partitionMessages({ partition, rows, indexes }: Chunk): Message[] {
  return indexes.map((index): Message => {
    const message: Message = { value: part(rows.values, index), partition };
    if (rows.keys) message.key = part(rows.keys, index);
    if (rows.headers) message.headers = rows.headers(index);
    return message;
  });
}

function part({ buffer, starts, ends }: PackedValues, index: number): Buffer | null {
  const start = starts[index] ?? absent;
  return start === absent ? null : buffer.subarray(start, ends[index]);
}
