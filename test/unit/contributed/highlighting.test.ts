// The TextMate grammar colours the words of the lexer, every one and no other.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import grammar from '../../../client/language/streamsql.tmLanguage.json';

const wordRules = ['statements', 'types', 'constants', 'logic', 'keywords'] as const;
/** Names of types are plain names to the lexer; the analysis knows them. */
const typeNames = [
  ...['BIGINT', 'BINARY', 'BOOLEAN', 'BYTES', 'CHAR', 'DEC', 'DECIMAL', 'DOUBLE', 'FLOAT', 'INT', 'INTEGER'],
  ...['NUMERIC', 'REAL', 'SMALLINT', 'STRING', 'TINYINT', 'VARBINARY', 'VARCHAR'],
];

describe('highlighting', () => {
  it('has every keyword of the lexer in exactly one rule', () => {
    const lexer = readFileSync('grammar/StreamSqlLexer.g4', 'utf8');
    const keywords = [...lexer.matchAll(/^[A-Z_]+: '([A-Z_]+)';/gm)].map((match) => match[1] ?? '');
    const coloured = wordRules.flatMap((rule) => wordsOf(grammar.repository[rule].match));
    expect(coloured.sort()).toEqual([...keywords, ...typeNames].sort());
  });

  it.each([
    ['statements', 'pause JOB x', 'pause'],
    ['types', 'id BIGINT,', 'BIGINT'],
    ['constants', 'IS NOT null', 'null'],
    ['keywords', 'SELECT a from b', 'from'],
    ['numbers', 'TUMBLING(5m)', '5m'],
    ['numbers', 'x > 1.5e3', '1.5e3'],
    ['optionKey', "'connector' = 'kafka'", "'connector'"],
    ['placeholder', '${TOPIC:orders}', '${TOPIC:orders}'],
    ['functions', 'SELECT upper (x)', 'upper'],
  ] as const)('%s in %s', (rule, text, found) => {
    expect(matcher(grammar.repository[rule].match).exec(text)?.[0]).toBe(found);
  });

  it.each([
    ['keywords', 'orders.status'],
    ['statements', 'paused_orders'],
    ['numbers', 'orders_2'],
    ['types', '`date`'],
  ] as const)('no %s in %s', (rule, text) => {
    expect(matcher(grammar.repository[rule].match).exec(text)).toBeNull();
  });
});

/** Its rules use what Oniguruma and JavaScript share, but for the flag at the start. */
function matcher(rule: string): RegExp {
  const caseless = rule.startsWith('(?i)');
  return new RegExp(caseless ? rule.slice('(?i)'.length) : rule, caseless ? 'i' : '');
}

function wordsOf(rule: string): string[] {
  return /\(([A-Z_|]+)\)/.exec(rule)?.[1]?.split('|') ?? [];
}
