// 'dead-letter.topic' needs a source that has topics: without one, the job would be refused when it is started.
import type { Option } from '../../syntax/ast';
import { hasPlaceholder } from '../../syntax/placeholders';
import type { Problem } from '../../syntax/problem';
import type { TableDefinition } from '../catalog';
import { problem } from '../problemCodes';
import { findConnector } from './connectors';

const key = 'dead-letter.topic';

/** Problems of a job's options that come from what it reads. */
export function checkLetterTopic(options: readonly Option[], sources: readonly TableDefinition[]): Problem[] {
  const topic = options.find((option) => option.key.text === key);
  const onError = options.find((option) => option.key.text === 'on.error')?.value.text ?? 'dead-letter';
  if (topic === undefined || onError !== 'dead-letter' || sources.some(mayTakeLetters)) return [];
  const message = `'${key}' is a topic on the cluster of the job's source, and no source of this job is a Kafka topic. Leave it out: dead letters are kept in the job, SHOW DEAD LETTERS lists them.`;
  return [problem('badOptionValue', message, topic.key.span)];
}

/** One that is not known here is no reason for an error. */
function mayTakeLetters({ connector }: TableDefinition): boolean {
  return hasPlaceholder(connector) || (findConnector(connector)?.takesLetters ?? true);
}
