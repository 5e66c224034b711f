// Options of CREATE STREAM ... AS as Velostream writes them, `'out.type' = 'kafka_sink', 'out.topic' = ...`, turned
// into the sink's own: the connector, and keys without the stream's name in front.
import type { Option } from '../../syntax/ast';
import type { Problem } from '../../syntax/problem';
import type { Catalog } from '../catalog';
import { problem } from '../problemCodes';

const keys: Record<string, string> = {
  'bootstrap.servers': 'properties.bootstrap.servers',
  brokers: 'properties.bootstrap.servers',
  'topic.name': 'topic',
  'value.format': 'format',
  schema: 'format',
  'file.path': 'path',
};
const types: Record<string, string> = {
  kafka_sink: 'kafka',
  kafka_source: 'kafka',
  file_sink: 'file',
  file_source: 'file',
  stdout_sink: 'print',
  console_sink: 'print',
};

/** The options of the stream's sink. Those of a source are taken from its own table, and said to be so. */
export function sinkOptions(
  options: Option[],
  stream: string,
  catalog: Catalog,
  problems: Problem[],
): Option[] {
  return options.flatMap((option) => {
    const { key } = option;
    const [owner, ...rest] = key.text.split('.');
    if (owner === stream && rest.length > 0) return [renamed(option, rest.join('.'))];
    if (owner !== undefined && rest.length > 0 && catalog.relation(owner)) {
      problems.push(
        problem(
          'unusedOption',
          `${owner} has options of its own, from its CREATE TABLE: ${key.text} has no effect.`,
          key.span,
          {
            severity: 'warning',
          },
        ),
      );
      return [];
    }
    return [option];
  });
}

function renamed(option: Option, key: string): Option {
  if (key === 'type')
    return {
      ...option,
      key: { ...option.key, text: 'connector' },
      value: { ...option.value, text: types[option.value.text] ?? option.value.text },
    };
  return { ...option, key: { ...option.key, text: keys[key] ?? key } };
}
