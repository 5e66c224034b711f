// Reading what a group committed from the records of the offsets topic.
import { describe, expect, it } from 'vitest';
import { CommitFollower, partitionOf } from '../../../../server/connectors/kafka/offsetsLog';
import type { CommitRecord } from '../../../../server/connectors/kafka/offsetsLog';

const int16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
};
const int32 = (value: number): Buffer => Buffer.concat([int16(value >> 16), int16(value & 0x7fff)]);
const int64 = (value: number): Buffer => Buffer.concat([int32(0), int32(value)]);
const text = (value: string): Buffer => Buffer.concat([int16(value.length), Buffer.from(value)]);
const compact = (value: string): Buffer =>
  Buffer.concat([Buffer.from([value.length + 1]), Buffer.from(value)]);

const keyOf = (group: string, topic = 't', partition = 0, version = 1): Buffer =>
  Buffer.concat([int16(version), text(group), text(topic), int32(partition)]);
const valueOf = (offset: number, note: string, version = 3): Buffer =>
  Buffer.concat([
    int16(version),
    int64(offset),
    ...(version >= 3 ? [int32(-1)] : []),
    version >= 4 ? compact(note) : text(note),
    int64(0),
  ]);

const plain = (key: Buffer, value: Buffer | null): CommitRecord => ({
  offset: '0',
  key,
  value,
  isControlRecord: false,
  batchContext: { producerId: '-1', inTransaction: false },
});
const within = (producerId: string, key: Buffer, value: Buffer): CommitRecord => ({
  ...plain(key, value),
  batchContext: { producerId, inTransaction: true },
});
const ends = (producerId: string, how: 'commit' | 'abort'): CommitRecord => ({
  ...plain(Buffer.concat([int16(0), int16(how === 'commit' ? 1 : 0)]), Buffer.alloc(6)),
  isControlRecord: true,
  batchContext: { producerId, inTransaction: true },
});

function last(...records: CommitRecord[]): CommitFollower['committed'] {
  const follower = new CommitFollower('mine', 't', 0);
  for (const record of records) follower.next(record);
  return follower.committed;
}

describe('the last commit in a stretch of the log', () => {
  it.each([0, 1, 2, 3, 4])('is read from values of version %i', (version) => {
    expect(last(plain(keyOf('mine'), valueOf(7, 'by me', version)))).toEqual({ offset: 7n, note: 'by me' });
  });

  it('is of this group, topic and partition, and a commit', () => {
    const others = [
      keyOf('other'),
      keyOf('mine', 'u'),
      keyOf('mine', 't', 1),
      // What the coordinator knows of the group itself.
      Buffer.concat([int16(2), text('mine')]),
    ];
    expect(last(...others.map((key) => plain(key, valueOf(7, ''))))).toBeUndefined();
  });

  it('of a transaction counts when that is committed, not when it is open or taken back', () => {
    const first = plain(keyOf('mine'), valueOf(1, ''));
    const open = within('9', keyOf('mine'), valueOf(2, ''));
    expect(last(first, open)).toMatchObject({ offset: 1n });
    expect(last(first, open, ends('8', 'commit'))).toMatchObject({ offset: 1n });
    expect(last(first, open, ends('9', 'abort'), ends('9', 'commit'))).toMatchObject({ offset: 1n });
    expect(last(first, open, ends('9', 'commit'))).toMatchObject({ offset: 2n });
  });

  it('is none where it was deleted', () => {
    expect(last(plain(keyOf('mine'), valueOf(1, '')), plain(keyOf('mine'), null))).toBeNull();
  });
});

it('finds the partition of a group as Java does', () => {
  expect(partitionOf('hello', 50)).toBe(99162322 % 50);
  // Its hash is the smallest number, which has no positive counterpart.
  expect(partitionOf('polygenelubricants', 50)).toBe(0);
});
