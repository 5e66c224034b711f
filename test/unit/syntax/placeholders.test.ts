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
    [
      "CREATE TABLE t WITH ('topic' = ${TABLE}, 'a' = ${QUOTE})",
      "CREATE TABLE t WITH ('topic' = 'my-topic', 'a' = 'it''s')",
    ],
    ['SELECT 1 -- ${NOT_SET}', 'SELECT 1 -- ${NOT_SET}'],
  ])('%s', (sql, expected) => expect(fill(sql)).toMatchObject({ text: expected, unfilled: [] }));

  it('stay as they are where nothing fills them, or with a value that does not fit', () => {
    const sql = "SELECT '${NOT_SET}', orders_${TABLE}, ${LINES}, ${X:1; DROP JOB a}, ${}";
    const { text, unfilled } = fill(sql);
    expect(text).toBe(sql);
    expect(unfilled.map(({ span, value }) => [sql.slice(span.start, span.end), value])).toEqual([
      ['${NOT_SET}', undefined],
      ['${TABLE}', 'my-topic'],
      ['${LINES}', 'a\nb'],
      ['${X:1; DROP JOB a}', '1; DROP JOB a'],
      ['${}', undefined],
    ]);
  });

  it.each(['wrong', 'eu', 'u', "'eu'", 'SELECT'])('lead back from %s to where it was written', (found) => {
    const sql = "SELECT '${REGION}', wrong";
    const { text, written } = fill(sql);
    const start = text.indexOf(found);
    const from = found.replace(/eu|u$/, '${REGION}');
    const at = sql.indexOf(from);
    expect(written({ start, end: start + found.length })).toEqual({ start: at, end: at + from.length });
  });
});
