import { describe, expect, it } from 'vitest';
import { offsetAt } from '../../../../server/connectors/connector';
import type { RecordBatch } from '../../../../server/connectors/connector';
import { FetchQueue } from '../../../../server/connectors/kafka/fetchQueue';
import { PrefetchBudget } from '../../../../server/connectors/kafka/prefetchBudget';
import { rowBatch, textsOf } from '../fixtures';

/** Records with these offsets, each its offset as text. */
function batchOf(partition: number, offsets: number[]): RecordBatch {
  const base = offsets[0] ?? 0;
  return {
    partition,
    count: offsets.length,
    values: rowBatch(offsets.map(String)).values,
    baseOffset: BigInt(base),
    offsetDeltas: Float64Array.from(offsets, (offset) => offset - base),
    timestamps: Float64Array.from(offsets),
    headers: (index) => ({ at: Buffer.from(String(offsets[index])) }),
    nextOffset: BigInt((offsets.at(-1) ?? 0) + 1),
  };
}

describe('the queue between consumer and engine', () => {
  it('cuts a batch that is too large, also where offsets have gaps', () => {
    const queue = new FetchQueue(() => 1000);
    queue.push(batchOf(0, [5, 6, 9, 20]), 100);
    const first = queue.take(3);
    const rest = queue.take(3);
    expect([first && textsOf(first), first?.nextOffset]).toEqual([['5', '6', '9'], 20n]);
    expect([rest && textsOf(rest), rest && offsetAt(rest, 0), rest?.nextOffset]).toEqual([['20'], 20n, 21n]);
    expect([rest?.timestamps?.[0], rest?.headers?.(0)]).toEqual([20, { at: Buffer.from('20') }]);
    expect(queue.take(3)).toBeUndefined();
  });

  it('is full by bytes and has room again when batches are taken', () => {
    const queue = new FetchQueue(() => 150);
    queue.push(batchOf(0, [1]), 100);
    expect(queue.isFull).toBe(false);
    queue.push(batchOf(1, [1]), 100);
    expect(queue.isFull).toBe(true);
    queue.take(10);
    expect(queue.isFull).toBe(false);
  });

  it('forgets one partition and keeps the others', () => {
    const queue = new FetchQueue(() => 150);
    for (const partition of [0, 1, 0]) queue.push(batchOf(partition, [1]), 100);
    queue.drop(0);
    expect([queue.isFull, queue.take(10)?.partition, queue.isEmpty]).toEqual([false, 1, true]);
  });

  it('moves a position on behind the last record, or by an empty batch', () => {
    const queue = new FetchQueue(() => 150);
    queue.push(batchOf(0, [1, 2]), 10);
    queue.moveOn(0, 8n);
    queue.moveOn(1, 4n);
    expect(queue.take(10)?.nextOffset).toBe(8n);
    const empty = queue.take(10);
    expect([empty?.partition, empty?.count, empty?.nextOffset]).toEqual([1, 0, 4n]);
  });
});

it('shares what all queues may hold', () => {
  const budget = new PrefetchBudget();
  const holders = Array.from({ length: 64 }, () => ({}));
  const [first] = holders;
  budget.join(first ?? {});
  const alone = budget.shareBytes;
  for (const holder of holders) budget.join(holder);
  expect(budget.shareBytes * 8).toBe(alone);
  for (const holder of holders.slice(1)) budget.leave(holder);
  expect(budget.shareBytes).toBe(alone);
});
