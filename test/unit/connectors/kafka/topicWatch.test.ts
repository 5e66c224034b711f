// A topic that is another one now: when it is noticed, and that what cannot be known changes nothing.
import { beforeEach, expect, it } from 'vitest';
import { TopicWatch } from '../../../../server/connectors/kafka/topicWatch';
import { ChangeNotifier } from '../../../../server/connectors/waiting';
import type { StreamJobsError } from '../../../../server/protocol/errors';

const ranges = [{ partition: 0, start: 0n, end: 300n }];
let now = 0;
let asked = 0;
let id: string | undefined;
let failures: StreamJobsError[] = [];
let watch: TopicWatch;

beforeEach(async () => {
  [now, asked, failures, id] = [0, 0, [], 'first'];
  const clock = { now: () => now, monotonic: () => now, sleep: () => Promise.resolve() };
  const identity = () => {
    asked += 1;
    return id === 'unreachable' ? Promise.reject(new Error(id)) : Promise.resolve(id);
  };
  const failed = (error: StreamJobsError) => failures.push(error);
  watch = new TopicWatch('orders', clock, { identity, failed }, new ChangeNotifier());
  await watch.check();
});

it.each<[what: string, id: string | undefined, failures: number]>([
  ['the same', 'first', 0],
  ['another one', 'second', 1],
  ['unknown to the brokers', undefined, 0],
  ['not to be found out', 'unreachable', 0],
])('a topic whose id is %s', async (_, found, expected) => {
  id = found;
  await watch.check();
  expect(failures.map(({ code, message }) => [code, message])).toEqual(
    Array.from({ length: expected }, () => [
      'DATA_LOSS',
      'Topic orders is not the one that was read: it was deleted and made again.',
    ]),
  );
});

it.each<[when: string, position: bigint, ms: number, asked: number]>([
  ['within the log a moment ago', 100n, 1000, 0],
  ['within the log half a minute ago', 100n, 30_000, 1],
  ['behind its end', 301n, 1000, 1],
])('is asked for when the position was found %s', async (_, position, ms, expected) => {
  now += ms;
  watch.see(ranges, new Map([[0, position]]));
  await Promise.resolve();
  expect(asked - 1).toBe(expected);
});

it('lets records wait for the answer, and keeps the group meanwhile', async () => {
  let answer = (): void => undefined;
  const answered = new Promise<undefined>((resolve) => (answer = () => resolve(undefined)));
  const reader = { identity: () => answered, failed: () => undefined };
  const clock = { now: () => 0, monotonic: () => 0, sleep: () => Promise.resolve() };
  const slow = new TopicWatch('orders', clock, reader, new ChangeNotifier());
  const check = slow.check();
  let heartbeats = 0;
  const heartbeat = () => {
    heartbeats += 1;
    if (heartbeats === 3) answer();
    return Promise.resolve();
  };
  const turn = { heartbeat, current: () => true, accept: () => undefined, seek: () => undefined };
  await slow.answered(turn, new AbortController().signal);
  await check;
  expect(heartbeats).toBeGreaterThanOrEqual(3);
});
