// What the editor does on its own while one types: words, indentation, folding.
import { describe, expect, it } from 'vitest';
import configuration from '../../../client/language/language-configuration.json';

describe('language configuration', () => {
  it.each([
    ['SELECT total_2 FROM t', ['SELECT', 'total_2', 'FROM', 't']],
    ["topic = '${TOPIC:orders}'", ['topic', '${TOPIC:orders}']],
    ['WHERE größe > 1.50', ['WHERE', 'größe', '1.50']],
  ])('words of %s', (text, words) => {
    expect(text.match(new RegExp(configuration.wordPattern, 'g'))).toEqual(words);
  });

  it.each([
    ['CREATE TABLE t (', true],
    [') WITH (', true],
    ["  'connector' = 'kafka',", false],
    ['SELECT (a + b)', false],
    ['-- like this (', false],
  ])('indents after %s: %s', (line, indents) => {
    expect(new RegExp(configuration.indentationRules.increaseIndentPattern).test(line)).toBe(indents);
  });

  it('folds regions', () => {
    const { start, end } = configuration.folding.markers;
    expect(new RegExp(start).test('-- #region Orders')).toBe(true);
    expect(new RegExp(end).test('--endregion')).toBe(true);
    expect(new RegExp(start).test('-- about a region')).toBe(false);
  });
});
