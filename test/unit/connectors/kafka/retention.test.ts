// When a topic deletes what nobody has read: from its settings, the log's size and its growth.
import { expect, it } from 'vitest';
import { bytesIn, logDirsRequest } from '../../../../server/connectors/kafka/logSizes';
import { horizonOf, retentionIn } from '../../../../server/connectors/kafka/retention';
import { idIn, metadataRequest } from '../../../../server/connectors/kafka/topicIdentity';
import { TopicHorizon } from '../../../../server/connectors/kafka/topicHorizon';
import { FakeClock } from '../../jobs/fakeClock';

const now = 1_000_000;
const day = 86_400_000;

it.each<[string, Record<string, string>, { ms?: number; bytes?: number }]>([
  ['by time', { 'cleanup.policy': 'delete', 'retention.ms': '1000', 'retention.bytes': '-1' }, { ms: 1000 }],
  ['by size', { 'retention.ms': '-1', 'retention.bytes': '5000' }, { bytes: 5000 }],
  ['never, compacted', { 'cleanup.policy': 'compact', 'retention.ms': '1000' }, {}],
  ['by time, compacted too', { 'cleanup.policy': 'compact,delete', 'retention.ms': '1000' }, { ms: 1000 }],
])('a topic deletes %s', (_, settings, { ms, bytes }) => {
  expect(retentionIn((name) => settings[name])).toEqual({ ms, bytes });
});

it.each<
  [string, number | null, number | null, number | null, { ms?: number; bytes?: number }, number | null]
>([
  ['its age', 900_000, null, null, { ms: day }, 900_000 + day],
  ['what is written behind it', null, 4000, 2, { bytes: 10_000 }, now + 3000],
  ['the earlier of both', 900_000, 4000, 2, { ms: day, bytes: 10_000 }, now + 3000],
  ['a log that does not grow', null, 4000, 0, { bytes: 10_000 }, null],
  ['a log that is full', null, 20_000, null, { bytes: 10_000 }, now],
  ['nothing that is known', null, null, null, { ms: day, bytes: 10_000 }, null],
])('a record goes by %s', (_, writtenAt, bytes, bytesPerMs, { ms, bytes: kept }, expected) => {
  expect(horizonOf({ ms, bytes: kept }, { writtenAt, bytes, bytesPerMs }, now)).toBe(expected);
});

it('the horizon of a topic is that of the first partition to lose something unread, and asks for each time once', async () => {
  const clock = new FakeClock();
  const asked: string[] = [];
  const reader = {
    retention: () => Promise.resolve({ ms: 1000, bytes: undefined }),
    timestampAt: (_: string, partition: number, offset: bigint) => {
      asked.push(`${partition}/${offset}`);
      return Promise.resolve(partition === 0 ? 500 : 200);
    },
    logBytes: () => Promise.reject(new Error('not needed')),
  };
  const ranges = [
    { partition: 0, start: 0n, end: 10n },
    { partition: 1, start: 7n, end: 10n },
    { partition: 2, start: 0n, end: 10n },
  ];
  const positions = new Map([
    [0, 3n],
    [1, 2n],
    [2, 10n],
  ]);
  const horizon = new TopicHorizon('t', clock);
  for (let round = 0; round < 2; round++)
    expect(await horizon.earliest(reader, ranges, positions)).toBe(1200);
  expect(asked).toEqual(['0/3', '1/7']);
  const read = ranges.slice(2);
  expect(await horizon.earliest(reader, read, positions)).toBeNull();
  expect(await horizon.earliest(reader, read, positions, true)).toBe(clock.now() + 1000);
  const empty = [{ partition: 3, start: 0n, end: 0n }];
  const bySize = { ...reader, retention: () => Promise.resolve({ ms: 1000, bytes: 100 }) };
  const none = { ...bySize, logBytes: () => Promise.resolve(new Map([[3, 0]])) };
  expect(await horizon.earliest(none, empty, new Map(), true)).toBe(clock.now() + 1000);
});

it("reads a topic id from a broker's answer, and none where there is an error", () => {
  const id = 'c50ef4275d9d43de9b585ec6af51154c';
  const answer = (error: string): Buffer =>
    Buffer.from(
      // No tags, no throttling, broker 1 at "h", cluster "c", controller 1, one topic "t".
      `00000000000200000001026800002384000002630000000102${error}0274${id}00`,
      'hex',
    );
  expect(idIn(answer('0000'))).toBe(id);
  expect(idIn(answer('0003'))).toBeUndefined();
  expect(metadataRequest('x').toString('hex')).toBe(`0002${'0'.repeat(32)}027800000100`);
  expect(() => idIn(Buffer.from('0000', 'hex'))).toThrow('too short');
});

it("reads the sizes of logs from a broker's answer", () => {
  const topic = '0001' + '74';
  const log = (partition: string, size: string, future: string): string =>
    `${partition}${size}${'0'.repeat(16)}${future}`;
  const answer = Buffer.from(
    `0000000000000001000000012f00000001${topic}00000002${log('00000000', '0000000000000100', '00')}${log('00000001', '0000000000000200', '01')}`,
    'hex',
  );
  expect(bytesIn(answer, 't')).toEqual(new Map([[0, 256]]));
  expect(logDirsRequest('t', [3]).toString('hex')).toBe('00000001000174000000' + '0100000003');
});
