// Reading options: values, defaults, patterns.
import { describe, expect, it } from 'vitest';
import { findConnector } from '../../../server/analysis/options/connectors';
import { datagenOptions } from '../../../server/analysis/options/datagen';
import { readJobOptions } from '../../../server/analysis/options/jobs';
import { kafkaOptions } from '../../../server/analysis/options/kafka';
import { findOption, patternValues, readOptions } from '../../../server/analysis/options/table';
import { parseDuration } from '../../../server/analysis/options/values';

it.each([
  ['5 s', 5000],
  ['500', 500],
  ['1min', 60_000],
  ['2 H', 7_200_000],
  ['1 d', 86_400_000],
  ['5 parsecs', undefined],
  ['-1 s', undefined],
  ['', undefined],
])('the duration %j is %s ms', (text, ms) => expect(parseDuration(text)).toBe(ms));

describe('options of a table', () => {
  it('are typed, with defaults', () => {
    const values = readOptions(kafkaOptions, {
      topic: 'a',
      'key.fields': 'x; y',
      'scan.startup.mode': 'LATEST-OFFSET',
    });
    expect(values.topic).toBe('a');
    expect(values['key.fields']).toEqual(['x', 'y']);
    expect(values['scan.startup.mode']).toBe('latest-offset');
    expect(values['scan.bounded.mode']).toBe('unbounded');
    expect(values.connection).toBeUndefined();
  });

  it('are refused by name when missing or wrong', () => {
    expect(() => readOptions(kafkaOptions, {})).toThrow("The option 'topic' is missing.");
    expect(() => readOptions(datagenOptions, { seed: 'x' })).toThrow(
      "'seed' takes a whole number, at least 0, not 'x'.",
    );
  });

  it('may be patterns', () => {
    const written = { 'fields.a.min': '1', 'fields.b.c.min': '2', 'fields.a.max': '3' };
    expect([...patternValues(written, 'fields.*.min')]).toEqual([
      ['a', '1'],
      ['b.c', '2'],
    ]);
    expect(findOption(datagenOptions, 'fields.a.kind')).toBe(datagenOptions['fields.*.kind']);
    expect(findOption(datagenOptions, 'toString')).toBeUndefined();
  });

  it('of a connector are found by its synonym', () => expect(findConnector('filesystem')?.name).toBe('file'));
});

it('the last layer of job options counts', () => {
  expect(readJobOptions({ 'on.error': 'skip', 'batch.records': '5' }, { 'on.error': 'PAUSE' })).toMatchObject(
    {
      onError: 'pause',
      batchRecordsMax: 5,
      pauseTimeoutMs: 5000,
    },
  );
});
