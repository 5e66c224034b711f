// Which partition each row goes to, and the rows cut into pieces that are sent together. Pure.
import { absent } from '../connector';
import type { RowBatch } from '../connector';

/** Rows of one batch for one partition, sent in one request. */
export interface Chunk {
  partition: number;
  rows: RowBatch;
  /** Which of the rows. */
  indexes: number[];
}

/** kafkajs is fastest with about this many rows a request. */
const chunkRowsMax = 1000;
/** Well below the megabyte that brokers take by default. */
export const chunkBytesMax = 512 * 1024;

/** Cuts batches into chunks; remembers whose turn it is. */
export class Partitioner {
  private turn = 0;

  constructor(private readonly strategy: 'default' | 'round-robin') {}

  /** The rows in order for each partition. A row with a key goes where Kafka's Java client would send it. */
  chunks(rows: RowBatch, partitions: number, bytesMax = chunkBytesMax): Chunk[] {
    const chunks: Chunk[] = [];
    const open = new Map<number, { chunk: Chunk; bytes: number }>();
    const { starts, ends } = rows.values;
    for (let index = 0; index < rows.count; index++) {
      const partition = this.partitionOf(rows, index, partitions);
      const bytes = starts[index] === absent ? 0 : (ends[index] ?? 0) - (starts[index] ?? 0);
      let current = open.get(partition);
      if (!current || current.chunk.indexes.length >= chunkRowsMax || current.bytes + bytes > bytesMax) {
        current = { chunk: { partition, rows, indexes: [] }, bytes: 0 };
        open.set(partition, current);
        chunks.push(current.chunk);
      }
      current.chunk.indexes.push(index);
      current.bytes += bytes;
    }
    return chunks;
  }

  private partitionOf({ keys }: RowBatch, index: number, partitions: number): number {
    const start = keys?.starts[index] ?? absent;
    if (this.strategy === 'default' && keys && start !== absent)
      return (murmur2(keys.buffer, start, keys.ends[index] ?? start) & 0x7fff_ffff) % partitions;
    const turn = this.turn++;
    // Rows without a key stay together in long runs: fewer, fuller requests.
    return (this.strategy === 'default' ? Math.floor(turn / chunkRowsMax) : turn) % partitions;
  }
}

/** MurmurHash2 as Kafka's clients hash keys: org.apache.kafka.common.utils.Utils.murmur2. */
export function murmur2(bytes: Uint8Array, start: number, end: number): number {
  const multiplier = 0x5bd1_e995;
  let hash = 0x9747_b28c ^ (end - start);
  let at = start;
  for (; at + 4 <= end; at += 4) {
    let word =
      (bytes[at] ?? 0) |
      ((bytes[at + 1] ?? 0) << 8) |
      ((bytes[at + 2] ?? 0) << 16) |
      ((bytes[at + 3] ?? 0) << 24);
    word = Math.imul(word, multiplier);
    word = Math.imul(word ^ (word >>> 24), multiplier);
    hash = Math.imul(hash, multiplier) ^ word;
  }
  if (at < end) {
    for (let rest = end - at - 1; rest >= 0; rest--) hash ^= (bytes[at + rest] ?? 0) << (8 * rest);
    hash = Math.imul(hash, multiplier);
  }
  hash = Math.imul(hash ^ (hash >>> 13), multiplier);
  return hash ^ (hash >>> 15);
}
