// The shape of trees: what the rest of the product reads.
import { describe, expect, it } from 'vitest';
import type { Expression, Query, Statement } from '../../../server/syntax/ast';
import { parseStatement } from '../../../server/syntax/script';

/** Without spans, and names and columns as plain text, so that a tree fits on a line. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => key !== 'span' && key !== 'functionSpan');
  const node = Object.fromEntries(entries.map(([key, child]) => [key, plain(child)]));
  if (Object.keys(node).join() === 'text') return node.text;
  return node.kind === 'column' ? (node.parts as string[]).join('.') : node;
}

function statement(sql: string): Statement {
  const { statement: tree, problems } = parseStatement(sql);
  if (!tree || problems.length > 0) throw new Error(`${sql}: ${JSON.stringify(problems)}`);
  return tree;
}

function query(sql: string): Query {
  const tree = statement(sql);
  if (tree.kind !== 'select') throw new Error(`${sql} is no query`);
  return tree.query;
}

function expression(sql: string): Expression {
  const { body } = query(`SELECT ${sql} FROM t`);
  const item = body.kind === 'select' ? body.items[0] : undefined;
  if (item?.kind !== 'expression') throw new Error(`${sql} is no expression`);
  return item.expression;
}

/** An expression with its structure in parentheses. */
function shown(tree: Expression): string {
  switch (tree.kind) {
    case 'binary':
      return `(${shown(tree.left)} ${tree.operator} ${shown(tree.right)})`;
    case 'unary':
      return `(${tree.operator} ${shown(tree.operand)})`;
    case 'between':
      return `(${shown(tree.operand)} between ${shown(tree.low)} and ${shown(tree.high)})`;
    case 'is':
      return `(${shown(tree.operand)} is ${tree.negated ? 'not ' : ''}${tree.test})`;
    case 'column':
      return tree.parts.map(({ text }) => text).join('.');
    case 'number':
      return tree.text;
    case 'string':
      return `'${tree.value}'`;
    case 'call':
      return `${tree.name.text}(${tree.arguments.map(shown).join(', ')})`;
    default:
      return tree.kind;
  }
}

describe('expressions', () => {
  it.each([
    ['a + b * c - d', '((a + (b * c)) - d)'],
    ['(a + b) * c', '((a + b) * c)'],
    ['a * b / c % d', '(((a * b) / c) % d)'],
    ["a || 'x' || b", "((a || 'x') || b)"],
    ['- a + - b', '((- a) + (- b))'],
    ['a = 1 OR b = 2 AND NOT c = 3', '((a = 1) OR ((b = 2) AND (NOT (c = 3))))'],
    ['a AND b AND c AND d', '((a AND b) AND (c AND d))'],
    ['a BETWEEN 1 AND 2 AND b', '((a between 1 and 2) AND b)'],
    ['a = b IS NOT NULL', '((a = b) is not null)'],
    ['a != b', '(a <> b)'],
    ['t.a.b', 't.a.b'],
    ['CURRENT_TIMESTAMP', 'CURRENT_TIMESTAMP()'],
    ['EXTRACT(YEAR FROM d)', "EXTRACT('YEAR', d)"],
    ["TRIM(BOTH 'x' FROM s)", "TRIM('BOTH', 'x', s)"],
    ['both || TRIM(BOTH both FROM trailing)', "(both || TRIM('BOTH', both, trailing))"],
    ['a BETWEEN SYMMETRIC symmetric AND leading', '(a between symmetric and leading)'],
    ["POSITION('a' IN s)", "POSITION('a', s)"],
    ['SUBSTRING(s FROM 2 FOR 3)', 'SUBSTRING(s, 2, 3)'],
    ['FLOOR(ts TO HOUR)', "FLOOR(ts, 'HOUR')"],
    ['TIMESTAMPDIFF(SECOND, a, b)', "TIMESTAMPDIFF('SECOND', a, b)"],
    ['`a b`."c"', 'a b.c'],
  ])('%s', (sql, expected) => expect(shown(expression(sql))).toBe(expected));

  it.each([
    ["INTERVAL '5' MINUTE", { ms: 300_000 }],
    ["INTERVAL '1.5' SECONDS", { ms: 1500 }],
    ["INTERVAL -'2' DAY", { ms: -172_800_000 }],
    ["INTERVAL '1 12:30:05.5' DAY TO SECOND", { ms: 131_405_500 }],
    ["INTERVAL '10:30' MINUTE TO SECOND", { ms: 630_000 }],
    ["INTERVAL '2' YEAR", { months: 24 }],
    ["INTERVAL '1-6' YEAR TO MONTH", { months: 18 }],
    ["INTERVAL '${N}' MINUTE", {}],
  ])('%s', (sql, length) => {
    expect(plain(expression(sql))).toEqual({ kind: 'interval', text: sql, ...length });
  });

  it('keeps texts and spans in UTF-16 units', () => {
    const sql = "SELECT '😀', größe FROM t";
    const { body } = query(sql);
    const second = body.kind === 'select' ? body.items[1] : undefined;
    expect(sql.slice(second?.span.start, second?.span.end)).toBe('größe');
  });
});

describe('queries', () => {
  it.each([
    ['WINDOW TUMBLING(5m)', { type: 'tumbling', sizes: [{ ms: 300_000 }] }],
    ["WINDOW TUMBLING(ts, INTERVAL '5' MINUTE)", { type: 'tumbling', time: 'ts', sizes: [{ ms: 300_000 }] }],
    ['WINDOW TUMBLING (SIZE 5 MINUTES)', { type: 'tumbling', sizes: [{ name: 'size', ms: 300_000 }] }],
    ['WINDOW SLIDING(10m, 5m)', { type: 'hopping', sizes: [{ ms: 600_000 }, { ms: 300_000 }] }],
    [
      'WINDOW HOPPING (SIZE 1 HOUR, ADVANCE BY 30 SECONDS)',
      {
        type: 'hopping',
        sizes: [
          { name: 'size', ms: 3_600_000 },
          { name: 'advance', ms: 30_000 },
        ],
      },
    ],
    ['WINDOW SESSION(500ms)', { type: 'session', sizes: [{ ms: 500 }] }],
  ])('%s, before and after GROUP BY', (clause, expected) => {
    for (const sql of [`SELECT k FROM t ${clause} GROUP BY k`, `SELECT k FROM t GROUP BY k ${clause}`]) {
      const { body } = query(sql);
      expect(plain(body.kind === 'select' ? body.window : undefined)).toEqual(expected);
    }
  });

  it('reads window table functions, with named sizes in the order of Flink', () => {
    const { body } = query(
      "SELECT * FROM TABLE(HOP(DATA => TABLE t, TIMECOL => DESCRIPTOR(ts), SIZE => INTERVAL '5' MINUTE, SLIDE => INTERVAL '1' MINUTE)) w",
    );
    expect(plain(body.kind === 'select' ? body.from : undefined)).toEqual({
      kind: 'windowTable',
      function: 'HOP',
      input: 't',
      time: 'ts',
      partitionBy: [],
      sizes: [{ ms: 60_000 }, { ms: 300_000 }],
      alias: { name: 'w', columns: [] },
    });
  });

  it('reads joins from left to right', () => {
    const { body } = query('SELECT * FROM a, b LEFT JOIN c WITHIN 5 MINUTES ON x = y');
    expect(plain(body.kind === 'select' ? body.from : undefined)).toMatchObject({
      type: 'cross',
      left: { name: 'a' },
      right: {
        type: 'left',
        withinMs: 300_000,
        left: { name: 'b' },
        right: { name: 'c' },
        on: { operator: '=' },
      },
    });
  });

  it('reads set operations by precedence', () => {
    const { body } = query('SELECT 1 UNION ALL SELECT 2 INTERSECT SELECT 3 EXCEPT SELECT 4');
    expect(plain(body)).toMatchObject({
      operator: 'except',
      left: { operator: 'union', all: true, right: { operator: 'intersect', all: false } },
    });
  });

  it('resolves a named window', () => {
    const call = expression('SUM(a) OVER w');
    expect(plain(call)).toMatchObject({ over: { partitionBy: [], orderBy: [] } });
    const { body } = query('SELECT SUM(a) OVER w FROM t WINDOW w AS (PARTITION BY k ORDER BY ts)');
    const item = body.kind === 'select' ? body.items[0] : undefined;
    expect(plain(item)).toMatchObject({ expression: { over: { partitionBy: ['k'] } } });
  });
});

describe('statements', () => {
  it.each([
    [
      "PAUSE JOB IF EXISTS a, `b c` COLD WITH REASON = 'it''s late' FOR INTERVAL '30' MINUTE",
      {
        target: { names: ['a', 'b c'], ifExists: true },
        reason: "it's late",
        length: { ms: 1_800_000 },
        cold: {},
      },
    ],
    [
      "RESUME QUERIES LIKE 'o%' FROM LATEST ACCEPT DATA LOSS",
      { kind: 'resumeJobs', target: { kind: 'like', pattern: 'o%' }, from: { kind: 'latest' } },
    ],
    ['RESUME JOB a FOR 10 RECORDS', { records: { count: 10 } }],
    [
      "START JOB IF NOT EXISTS j PAUSED AS SELECT 1 WITH ('a' = 'b')",
      { ifNotExists: true, paused: true, name: 'j', options: [{ key: 'a', value: 'b' }] },
    ],
    [
      "DEPLOY JOB j VERSION '2' AS SELECT 1 STRATEGY CANARY(10)",
      { version: '2', strategy: { kind: 'canary', share: { percent: 10 } } },
    ],
    ['SHOW PAUSE HISTORY FOR j', { what: 'pauseHistory', name: 'j' }],
    ['EXPLAIN PAUSE JOB j', { subject: { kind: 'pauseJobs' } }],
    ['SELECT a FROM t EMIT CHANGES LIMIT 5', { emit: { mode: 'changes' }, query: { limit: { count: 5 } } }],
    [
      "CREATE TABLE t WITH ('a' = 'b') AS SELECT 1",
      { kind: 'createTableAs', word: 'TABLE', options: [{ key: 'a' }] },
    ],
    [
      "CREATE STREAM s (a DECIMAL(10, 2) NOT NULL, o BIGINT METADATA FROM 'offset' VIRTUAL, d AS a * 2, PRIMARY KEY (a) NOT ENFORCED)",
      {
        word: 'STREAM',
        primaryKey: { columns: ['a'] },
        columns: [
          { kind: 'physical', name: 'a', notNull: true, type: { name: 'DECIMAL', parameters: [10, 2] } },
          { kind: 'metadata', name: 'o', from: 'offset', virtual: true },
          { kind: 'computed', name: 'd', expression: { operator: '*' } },
        ],
      },
    ],
  ])('%s', (sql, expected) => expect(plain(statement(sql))).toMatchObject(expected));
});

describe('trees of statements with errors', () => {
  it.each([
    'SELECT FROM orders o WHERE',
    'SELECT a, FROM orders o',
    'SELECT o. FROM orders o',
    'SELECT a b c FROM orders o',
    'SELECT f(a, FROM orders o',
    'SELECT CASE WHEN a FROM orders o',
    'INSERT INTO s SELECT FROM orders o',
    'START JOB x AS INSERT INTO s SELECT a b c FROM orders o',
  ])('%s still knows its table', (sql) => {
    const { statement: tree, partial } = parseStatement(sql);
    expect(partial).toBe(true);
    expect(JSON.stringify(plain(tree))).toContain('"name":"orders"');
  });
});
