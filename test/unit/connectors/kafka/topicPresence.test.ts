// A topic that brokers do not know (any more): told at once where a job begins, waited for where it was there.
import { beforeEach, expect, it } from 'vitest';
import { KafkaJSProtocolError } from 'kafkajs';
import { kafkaError } from '../../../../server/connectors/kafka/errors';
import { TopicPresence } from '../../../../server/connectors/kafka/topicPresence';

const subject = { side: 'SOURCE', topic: 'orders', cluster: 'localhost:9092' } as const;
const answered = (type: string) =>
  kafkaError(Object.assign(new KafkaJSProtocolError(new Error(type)), { type }), subject);
const missing = () => answered('UNKNOWN_TOPIC_OR_PARTITION');
let now = 0;
let presence: TopicPresence;

beforeEach(() => {
  now = 0;
  const clock = { now: () => now, monotonic: () => now, sleep: () => Promise.resolve() };
  presence = new TopicPresence(subject, clock);
});

it('that never was there is a mistake', () => {
  expect(presence.explain(missing())).toMatchObject({
    code: 'SOURCE_FAILED',
    message: 'There is no topic orders on Kafka at localhost:9092.',
  });
});

it('that was there is waited for, two minutes from when it went', () => {
  presence.there();
  now = 500_000;
  const away = {
    code: 'SOURCE_UNAVAILABLE',
    message:
      'Topic orders is not on Kafka at localhost:9092 any more; the job waits 120 s for it and then fails.',
  };
  expect(presence.explain(missing())).toMatchObject(away);
  now += 119_000;
  expect(presence.explain(missing())).toMatchObject(away);
  now += 1000;
  expect(presence.explain(missing())).toMatchObject({ code: 'SOURCE_FAILED' });
});

it('that came back begins anew', () => {
  presence.there();
  presence.explain(missing());
  now = 100_000;
  presence.there();
  now = 200_000;
  expect(presence.explain(missing())).toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
});

it('leaves other errors as they are', () => {
  presence.there();
  const other = answered('TOPIC_AUTHORIZATION_FAILED');
  expect(presence.explain(other)).toBe(other);
});
