// Options and metadata of the datagen connector: rows made up on the spot, the same ones for the same seed.
import { timestamp } from '../typeNames';
import type { ConnectorDefinition } from './connectors';
import { option } from './table';
import type { OptionTable } from './table';
import { boolean, duration, integer, list, number, oneOf, text } from './values';

/** How the values of a field are made. */
export const fieldKinds = oneOf(
  'random',
  'sequence',
  'enum',
  'name',
  'email',
  'city',
  'country',
  'product',
  'word',
  'sentence',
  'uuid',
  'ip',
);

export const datagenOptions = {
  'rows-per-second': option(
    number(0, 100_000_000),
    'How fast rows appear; 0 is as fast as they can be made.',
    { default: '10000' },
  ),
  'number-of-rows': option(
    integer(0),
    'The job is finished after this many rows; by default there is no end.',
  ),
  seed: option(integer(0), 'The same seed makes the same rows.', { default: '0' }),
  partitions: option(integer(1, 1024), 'Over how many partitions the rows are spread.', { default: '1' }),
  'scan.watermark.idle-timeout': option(
    duration,
    'After how long without records a partition no longer holds event time back; 0 waits for ever.',
    { default: '0 ms' },
  ),
  'fields.*.kind': option(
    fieldKinds,
    'How values are made: random, a sequence, one of fields.*.values, or text that looks real (name, email, city ...).',
    { default: 'random' },
  ),
  'fields.*.min': option(text, 'The smallest random value.'),
  'fields.*.max': option(text, 'The greatest random value.'),
  'fields.*.start': option(text, 'Where a sequence begins.'),
  'fields.*.end': option(text, 'Where a sequence ends; the job is finished then.'),
  'fields.*.values': option(list, 'The values to choose from, separated by ;.'),
  'fields.*.length': option(integer(1, 65_536), 'The length of random text.', { default: '100' }),
  'fields.*.var-len': option(boolean, 'Random text of any length up to fields.*.length.', {
    default: 'false',
  }),
  'fields.*.null-rate': option(number(0, 1), 'Which share of the values is NULL.', { default: '0' }),
  'fields.*.max-past': option(
    duration,
    'For a timestamp: up to how long before the moment the row appears, at random. Event time that comes out of order.',
    { default: '0 s' },
  ),
} satisfies OptionTable;

export const datagenConnector: ConnectorDefinition = {
  name: 'datagen',
  documentation: 'Makes up rows; needs nothing else to run.',
  source: true,
  sink: false,
  options: datagenOptions,
  format: 'none',
  takesLetters: false,
  metadata: [
    { key: 'offset', type: { kind: 'bigint' }, documentation: 'The number of the row in its partition.' },
    { key: 'partition', type: { kind: 'int' }, documentation: 'The partition of the row.' },
    { key: 'timestamp', type: timestamp(3, true), documentation: 'When the row appeared.' },
  ],
};
