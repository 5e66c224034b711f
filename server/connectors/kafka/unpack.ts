// Packs fetched messages into record batches. The only file of the reading side that touches kafkajs' message objects.
import type { Batch, IHeaders, KafkaMessage } from 'kafkajs';
import { absent } from '../connector';
import type { PackedValues, RecordBatch } from '../connector';

/** Rough memory of a record besides its bytes: ranges, timestamp, offset. */
const overheadBytes = 32;

/** Messages `from` to `to` of a fetched batch, in new buffers; `bytes` is about what they take. */
export function unpack(batch: Batch, from: number, to: number): { batch: RecordBatch; bytes: number } {
  const messages =
    from === 0 && to === batch.messages.length ? batch.messages : batch.messages.slice(from, to);
  const values = pack(messages, 'value');
  const baseOffset = BigInt(messages[0]?.offset ?? 0);
  const lastOffset = messages.at(-1)?.offset ?? '0';
  // Records that a transaction took back, and its markers, stand behind the last message too.
  const nextOffset = BigInt(to === batch.messages.length ? batch.lastOffset() : lastOffset) + 1n;
  const unpacked: RecordBatch = {
    partition: batch.partition,
    count: messages.length,
    values,
    baseOffset,
    nextOffset,
    timestamps: Float64Array.from(messages, ({ timestamp }) => Number(timestamp)),
  };
  let bytes = values.buffer.length + messages.length * overheadBytes;
  if (BigInt(lastOffset) - baseOffset !== BigInt(messages.length - 1))
    unpacked.offsetDeltas = Float64Array.from(messages, ({ offset }) => Number(BigInt(offset) - baseOffset));
  // A bad record is kept with its key and headers, whether the table has columns for them or not.
  if (messages.some(({ key }) => key !== null)) {
    unpacked.keys = pack(messages, 'key');
    bytes += unpacked.keys.buffer.length;
  }
  const headers = messages.map((message) => message.headers);
  if (headers.some((own) => own !== undefined && Object.keys(own).length > 0)) {
    unpacked.headers = (index) => plainHeaders(headers[index]);
    // They are views of what was fetched, which stays in memory with them.
    bytes *= 2;
  }
  return { batch: unpacked, bytes };
}

function pack(messages: KafkaMessage[], part: 'value' | 'key'): PackedValues {
  let bytes = 0;
  for (const message of messages) bytes += message[part]?.length ?? 0;
  const buffer = Buffer.allocUnsafeSlow(bytes);
  const starts = new Uint32Array(messages.length);
  const ends = new Uint32Array(messages.length);
  let at = 0;
  let index = 0;
  for (const message of messages) {
    const content = message[part];
    starts[index] = content === null ? absent : at;
    if (content !== null) {
      buffer.set(content, at);
      at += content.length;
    }
    ends[index++] = at;
  }
  return { buffer, starts, ends };
}

/** Of a header that is there several times, the last one counts. */
function plainHeaders(headers: IHeaders | undefined): Record<string, Buffer> {
  const plain: Record<string, Buffer> = {};
  for (const [name, value] of Object.entries(headers ?? {})) {
    const last = Array.isArray(value) ? value.at(-1) : value;
    if (last !== undefined) plain[name] = Buffer.from(last);
  }
  return plain;
}

/** The offset a batch was asked for from. kafkajs has it on its batches without saying so in its types. */
export function fetchedFrom(batch: Batch): bigint {
  const { fetchedOffset } = batch as Batch & { fetchedOffset: string };
  return BigInt(fetchedOffset);
}
