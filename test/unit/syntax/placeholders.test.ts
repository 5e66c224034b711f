// Placeholders are found, filled, and named when nothing fills them.
import { describe, expect, it } from 'vitest';
import { fillPlaceholders, findPlaceholders } from '../../../server/syntax/placeholders';

const values = new Map([
  ['REGION', 'eu'],
  ['QUOTE', "it's"],
  ['TABLE', 'my-topic'],
  ['RESERVED', 'order'],
  ['COUNT', '5'],
  ['LINES', 'a\nb'],
]);

function fill(sql: string) {
  return fillPlaceholders(sql, (name) => values.get(name));
}

describe('placeholders', () => {
  it('are found with their defaults, but not in comments', () => {
    expect(findPlaceholders("SELECT '${A}-${B:x y}' FROM ${T:} -- ${C}")).toEqual([
      { name: 'A', span: { start: 8, end: 12 } },
      { name: 'B', default: 'x y', span: { start: 13, end: 21 } },
      { name: 'T', default: '', span: { start: 28, end: 33 } },
    ]);
  });

  it.each([
    ["SELECT 'orders-${REGION}'", "SELECT 'orders-eu'"],
    ["SELECT '${QUOTE}'", "SELECT 'it''s'"],
    ["SELECT '${UNSET:fallback}'", "SELECT 'fallback'"],
    ['SELECT * FROM ${REGION}', 'SELECT * FROM eu'],
    ['SELECT * FROM orders_${REGION}', 'SELECT * FROM orders_eu'],
    ['SELECT * FROM ${TABLE}', 'SELECT * FROM `my-topic`'],
    ['SELECT * FROM ${RESERVED}', 'SELECT * FROM `order`'],
    ['SELECT `${TABLE}`', 'SELECT `my-topic`'],
    ['SELECT * FROM t LIMIT ${COUNT}', 'SELECT * FROM t LIMIT 5'],
    ['SELECT ${X:1.5}, ${Y:TRUE}, ${Z:a.b}', 'SELECT 1.5, TRUE, a.b'],
    ['SELECT ${X:1; DROP JOB a}', 'SELECT `1; DROP JOB a`'],
    ['SELECT ${LINES}', 'SELECT `a b`'],
    ['SELECT 1 -- ${NOT_SET}', 'SELECT 1 -- ${NOT_SET}'],
  ])('%s', (sql, expected) => expect(fill(sql)).toMatchObject({ text: expected, problems: [] }));

  it('that nothing fills are errors that name them', () => {
    const { problems } = fill("SELECT '${NOT_SET}', orders_${TABLE}");
    expect(problems.map(({ code, span }) => ({ code, span }))).toEqual([
      { code: 'SJ118', span: { start: 8, end: 18 } },
      { code: 'SJ118', span: { start: 28, end: 36 } },
    ]);
    expect(problems[0]?.message).toMatch(/NOT_SET.* has no value/);
  });

  it('give back where an offset came from', () => {
    const { text, originalOffset } = fill("SELECT '${REGION}', wrong");
    expect(originalOffset(text.indexOf('wrong'))).toBe("SELECT '${REGION}', wrong".indexOf('wrong'));
    expect(originalOffset(text.indexOf('eu') + 1)).toBe(8);
  });
});
