// What an error of a broker means for a job: tried again, or the end of it.
import { KafkaJSConnectionError, KafkaJSProtocolError } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { kafkaError, transactionError } from '../../../../server/connectors/kafka/errors';

const subject = { side: 'SINK', topic: 'totals', cluster: 'localhost:9092' } as const;
const writerId = { kind: 'transactional id', name: 'jobs-totals', prefix: 'jobs-' } as const;

/** As kafkajs makes it of an error code in an answer. */
function answered(type: string, retriable = false): Error {
  return Object.assign(new KafkaJSProtocolError(new Error(`It says ${type}`)), { type, retriable });
}

describe('an error of Kafka', () => {
  it.each([
    ['no connection', new KafkaJSConnectionError('refused'), 'SINK_UNAVAILABLE'],
    ['a leader that moved', answered('NOT_LEADER_FOR_PARTITION', true), 'SINK_UNAVAILABLE'],
    ['a fault of the broker itself, as while it stops', answered('UNKNOWN'), 'SINK_UNAVAILABLE'],
    ['a record that is too large', answered('MESSAGE_TOO_LARGE'), 'SINK_FAILED'],
    ['a missing right', answered('TOPIC_AUTHORIZATION_FAILED'), 'SINK_FAILED'],
  ])('%s', (_what, error, code) => {
    const shown = kafkaError(error, subject);
    expect(shown).toMatchObject({ code, retriable: code === 'SINK_UNAVAILABLE' });
    expect(transactionError(error, subject, writerId)).toMatchObject({ code });
  });

  it('says what to look at; not that it is tried again, which after a START that failed nobody does', () => {
    expect(kafkaError(new KafkaJSConnectionError('refused'), subject).hint).toBe(
      'Check that the brokers run and that their address is right.',
    );
    expect(kafkaError(answered('UNKNOWN'), subject).hint).toBe("If it stays so, the broker's log says why.");
  });
});
