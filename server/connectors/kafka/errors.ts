// What went wrong with Kafka, in a person's words.
import { StreamJobsError } from '../../protocol/errors';
import { offsetsTopic } from './offsetsLog';
import type { Right } from './rights';

/** Which end of the job it happened to. */
export type Side = 'SOURCE' | 'SINK';

/** What an error is about. */
export interface Subject {
  side: Side;
  topic: string;
  /** Brokers as written, or the connection's name. */
  cluster: string;
}

/** The names and protocol codes along an error's causes, outermost first, and the innermost message. */
export interface Diagnosis {
  names: Set<string>;
  types: Set<string>;
  message: string;
}

/** Reads an error of kafkajs down to its first cause. */
export function diagnose(error: unknown): Diagnosis {
  const names = new Set<string>();
  const types = new Set<string>();
  let message = String(error);
  let current: unknown = error;
  for (let depth = 0; current instanceof Error && depth < 10; depth++) {
    names.add(current.name);
    if ('type' in current && typeof current.type === 'string') types.add(current.type);
    if ('code' in current && typeof current.code === 'string') types.add(current.code);
    message = current.message || message;
    current = current.cause;
  }
  return { names, types, message };
}

/** Errors of the outside that may be over a moment later. */
const unreachable = [
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSBrokerNotFound',
  'KafkaJSNoBrokerAvailableError',
  'KafkaJSGroupCoordinatorNotFound',
  'KafkaJSMetadataNotLoaded',
  'KafkaJSTopicMetadataNotLoaded',
  'KafkaJSLockTimeout',
  'KafkaJSTimeout',
];

/** The error to show for one of kafkajs; an error that is already ours stays as it is. */
export function kafkaError(error: unknown, subject: Subject): StreamJobsError {
  if (error instanceof StreamJobsError) return error;
  const { names, types, message } = diagnose(error);
  const { side, topic, cluster } = subject;
  if (isUnknownTopic(error)) return unknownTopic(subject, error);
  if (names.has('KafkaJSSASLAuthenticationError') || types.has('SASL_AUTHENTICATION_FAILED'))
    return new StreamJobsError(`${side}_FAILED`, `Kafka at ${cluster} refuses the login: ${message}.`, {
      hint: 'Check the user, the password and the SASL mechanism of the connection.',
      cause: error,
    });
  if ([...types].some((type) => type.endsWith('_AUTHORIZATION_FAILED')))
    return notAllowed(
      { kind: 'topic', name: topic, operation: side === 'SOURCE' ? 'Read' : 'Write' },
      subject,
      error,
    );
  if (unreachable.some((name) => names.has(name)) || isRetriable(error))
    return new StreamJobsError(`${side}_UNAVAILABLE`, `Kafka at ${cluster} cannot be reached: ${message}.`, {
      hint: 'Check that the brokers run and that their address is right.',
      cause: error,
    });
  // The broker's own fault, which it answers for instance while it stops.
  if (types.has('UNKNOWN'))
    return new StreamJobsError(`${side}_UNAVAILABLE`, `Kafka at ${cluster}, topic ${topic}: ${message}.`, {
      hint: "If it stays so, the broker's log says why.",
      cause: error,
    });
  return new StreamJobsError(`${side}_FAILED`, `Kafka at ${cluster}, topic ${topic}: ${message}.`, {
    cause: error,
  });
}

/** Of a producer that was shut out, or whose transaction the broker has ended: a new one can go on. */
const endedTransaction = [
  'INVALID_PRODUCER_EPOCH',
  'INVALID_TXN_STATE',
  'INVALID_PRODUCER_ID_MAPPING',
  'UNKNOWN_PRODUCER_ID',
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'TRANSACTION_COORDINATOR_FENCED',
  'CONCURRENT_TRANSACTIONS',
  // PRODUCER_FENCED and TRANSACTION_ABORTABLE, which kafkajs does not know.
  'KAFKAJS_UNKNOWN_ERROR_CODE',
];
const atLeastOnceHint = "or start the job WITH ('delivery' = 'at-least-once')";

/** Whether a new producer may do at once what failed: one was shut out, or a coordinator was not ready. */
export function mayPass(error: unknown): boolean {
  const { types } = diagnose(error);
  return [...endedTransaction, 'GROUP_LOAD_IN_PROGRESS', 'NOT_COORDINATOR_FOR_GROUP'].some((type) =>
    types.has(type),
  );
}

/** The error to show for one of a transaction. */
export function transactionError(error: unknown, subject: Subject, writerId: Right): StreamJobsError {
  if (error instanceof StreamJobsError) return error;
  const { names, types, message } = diagnose(error);
  const { cluster } = subject;
  if (names.has('KafkaJSGroupCoordinatorNotFound') || types.has('GROUP_COORDINATOR_NOT_AVAILABLE'))
    return new StreamJobsError(
      'SINK_UNAVAILABLE',
      `Kafka at ${cluster} has no coordinator for transactions.`,
      {
        hint: `It may be starting. Else its transaction.state.log.replication.factor may be larger than the number of its brokers: correct it, ${atLeastOnceHint}.`,
        cause: error,
      },
    );
  if (types.has('TRANSACTIONAL_ID_AUTHORIZATION_FAILED')) return notAllowed(writerId, subject, error);
  if (types.has('INVALID_TRANSACTION_TIMEOUT'))
    return new StreamJobsError(
      'SINK_FAILED',
      `Kafka at ${cluster} does not allow transactions to be open for 30 seconds.`,
      { hint: `Raise the broker's transaction.max.timeout.ms, ${atLeastOnceHint}.`, cause: error },
    );
  if (endedTransaction.some((type) => types.has(type)))
    return new StreamJobsError(
      'SINK_UNAVAILABLE',
      `A transaction was ended by Kafka at ${cluster}: ${message}.`,
      { hint: 'Its rows are published again by themselves.', cause: error },
    );
  return kafkaError(error, subject);
}

/** The coordinator of the marks denies what it acknowledged, and their log may not be read. */
export function marksForgotten({ cluster }: Subject): StreamJobsError {
  return new StreamJobsError(
    'SINK_UNAVAILABLE',
    `Kafka at ${cluster} has forgotten which rows it was given: what it knows of the job is older than what it acknowledged.`,
    {
      hint: `Restart its broker, or let the connection's user read topic ${offsetsTopic} (kafka-acls --add --allow-principal User:... --operation Read --topic ${offsetsTopic}), where the job finds it. Until then nothing is published, so that nothing is repeated.`,
    },
  );
}

/** A right that the user of the connection lacks, and how it is given. */
export function notAllowed(right: Right, { side, cluster }: Subject, cause?: unknown): StreamJobsError {
  const { operation, use, option } = wordsFor(right);
  const prefix = right.kind === 'topic' ? undefined : right.prefix;
  const pattern = prefix === undefined ? '' : ' --resource-pattern-type prefixed';
  const otherwise = prefix === undefined ? '' : `, ${atLeastOnceHint}`;
  const resource = `${option} ${prefix ?? right.name}${pattern}`;
  return new StreamJobsError(
    `${side}_FAILED`,
    `Kafka at ${cluster} does not let the connection's user ${use} ${right.name}: the right ${operation} is missing.`,
    {
      hint: `Give it (kafka-acls --add --allow-principal User:... --operation ${operation} ${resource}) and try again${otherwise}.`,
      ...(cause === undefined ? {} : { cause }),
    },
  );
}

/** The right's operation, what it is for, and the option of kafka-acls for what it is on. */
function wordsFor(right: Right): { operation: 'Read' | 'Write'; use: string; option: string } {
  switch (right.kind) {
    case 'topic': {
      const { operation } = right;
      return { operation, use: operation === 'Read' ? 'read topic' : 'write to topic', option: '--topic' };
    }
    case 'group':
      return { operation: 'Read', use: 'use the consumer group', option: '--group' };
    case 'transactional id':
      return { operation: 'Write', use: 'use the transactional id', option: '--transactional-id' };
  }
}

/** Whether an error says that there is no such topic. */
export function isUnknownTopic(error: unknown): boolean {
  return diagnose(error).types.has('UNKNOWN_TOPIC_OR_PARTITION');
}

export function unknownTopic({ side, topic, cluster }: Subject, cause?: unknown): StreamJobsError {
  return new StreamJobsError(`${side}_FAILED`, `There is no topic ${topic} on Kafka at ${cluster}.`, {
    hint: "Create the topic, or correct 'topic'. Topics are not created by themselves.",
    missing: true,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** The group waits for members that may be dead. */
export function groupHeld(
  groupId: string,
  members: readonly string[],
  { cluster }: Subject,
): StreamJobsError {
  return new StreamJobsError(
    'SOURCE_UNAVAILABLE',
    `The consumer group ${groupId} on Kafka at ${cluster} lets nobody in before it hears from ${members.join(', ')}.`,
    {
      hint: "A member that was killed counts until its session times out: try again then, or use another 'properties.group.id'.",
    },
  );
}

function isRetriable(error: unknown): boolean {
  for (let current = error, depth = 0; current instanceof Error && depth < 10; depth++) {
    if ('retriable' in current && current.retriable === true) return true;
    current = current.cause;
  }
  return false;
}
