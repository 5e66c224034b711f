// What the language service learns of a statement: names and where they stand, columns in sight, jobs, reads, writes.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { StatementFacts } from '../../../server/analysis/facts';
import { formatType } from '../../../server/analysis/typeNames';
import { analyze, preludeCatalog, withoutMarks } from './fixtures';

function factsOf(sql: string): StatementFacts {
  const { facts } = analyze(sql);
  const last = facts.at(-1);
  if (!last) throw new Error(`No statement in ${sql}`);
  return last;
}

/** Names visible at the mark `<|>`, innermost SELECT first; hidden ones in brackets. */
function visibleAt(marked: string): string {
  const offset = marked.indexOf('<|>');
  const { visible } = factsOf(marked.replace('<|>', 'x'));
  return visible
    .filter(({ span }) => span.start <= offset && offset <= span.end)
    .sort((a, b) => a.span.end - a.span.start - (b.span.end - b.span.start))
    .map(({ relations }) =>
      relations
        .map(({ name, columns }) => {
          const names = columns.map((column) => (column.hidden ? `[${column.name}]` : column.name));
          return `${name}(${names.join(' ')})`;
        })
        .join(' '),
    )
    .join(' | ');
}

describe('columns in sight', () => {
  it.each([
    ['SELECT <|> FROM clicks', 'clicks(user_id url at [_timestamp] [_offset] [_partition])'],
    ['SELECT c.<|> FROM clicks AS c', 'c(user_id url at [_timestamp] [_offset] [_partition])'],
    [
      'SELECT id FROM clicks WHERE user_id = 5 AND <|>',
      'clicks(user_id url at [_timestamp] [_offset] [_partition])',
    ],
    ['SELECT id FROM big WHERE id > <|>', 'big(id customer amount ts)'],
    ['SELECT x FROM (SELECT id AS y, <|> FROM big) AS d', 'big(id customer amount ts) | d(y x)'],
    ['SELECT <|> FROM (SELECT id AS x FROM big) AS d (y)', 'd(y)'],
    ['WITH a AS (SELECT id AS x FROM big) SELECT <|> FROM a', 'a(x)'],
    ['INSERT INTO counts SELECT <|> FROM big', 'big(id customer amount ts)'],
    ['START JOB j AS INSERT INTO counts SELECT <|> FROM big', 'big(id customer amount ts)'],
    ['SELECT id, <|> FROM big b, big c', 'b(id customer amount ts) c(id customer amount ts)'],
    [
      'SELECT <|> FROM big WINDOW TUMBLING(5m) GROUP BY customer',
      'big(id customer amount ts) ([window_start] [window_end] [window_time])',
    ],
    [
      "SELECT <|> FROM TABLE(TUMBLE(TABLE big, DESCRIPTOR(ts), INTERVAL '5' MINUTE))",
      'big(id customer amount ts window_start window_end window_time [_window_start] [_window_end])',
    ],
  ])('%s', (sql, expected) => expect(visibleAt(sql)).toBe(expected));
});

/** `kind name@text` of each use: the text the span covers. */
function usesOf(sql: string): string[] {
  return factsOf(sql).uses.map((use) => `${use.kind} ${use.name}@${sql.slice(use.span.start, use.span.end)}`);
}

describe('uses', () => {
  it('of tables, aliases, columns and functions', () => {
    expect(usesOf('SELECT o.id, UPPER(`customer`) FROM orders AS o WHERE amount > 1')).toEqual([
      'relation orders@orders',
      'column amount@amount',
      'column id@id',
      'alias o@o',
      'function UPPER@UPPER',
      'column customer@`customer`',
    ]);
  });
  it('of common tables', () => {
    expect(usesOf('WITH a AS (SELECT id FROM big) SELECT id FROM a')).toEqual([
      'relation big@big',
      'column id@id',
      'cte a@a',
      'column id@id',
    ]);
  });
  it('of jobs', () => {
    expect(usesOf('PAUSE JOB a, b')).toEqual(['job a@a', 'job b@b']);
    expect(usesOf('DROP JOB IF EXISTS c')).toEqual(['job c@c']);
    expect(usesOf('DESCRIBE orders')).toEqual(['relation orders@orders']);
  });
  it('once for keys of GROUP BY, aggregates and window bounds', () => {
    expect(usesOf('SELECT customer, SUM(amount) FROM big WINDOW TUMBLING(5m) GROUP BY customer')).toEqual([
      'relation big@big',
      'column customer@customer',
      'column customer@customer',
      'function SUM@SUM',
      'column amount@amount',
    ]);
  });
});

describe('jobs and tables', () => {
  it('the job of an INSERT is named after its sink, or by SET', () => {
    expect(factsOf('INSERT INTO counts SELECT customer, id, ts FROM big').job?.name).toBe('counts');
    const named = "SET 'pipeline.name' = 'nightly'; INSERT INTO counts SELECT customer, id, ts FROM big";
    expect(factsOf(named).job?.name).toBe('nightly');
    expect(factsOf(named.replace(';', "; RESET 'pipeline.name';")).job?.name).toBe('counts');
  });

  it('reads go through views', () => {
    const { reads, writes, job } = factsOf(
      'START JOB j AS INSERT INTO counts SELECT customer, id, ts FROM big',
    );
    expect({ reads, writes, job: job?.name }).toEqual({ reads: ['orders'], writes: ['counts'], job: 'j' });
  });

  it('CREATE ... AS declares the stream with the columns of its query, and its job', () => {
    const { declares, job, outputColumns } = factsOf(
      'CREATE STREAM s AS SELECT id, amount * 2 AS twice FROM big',
    );
    expect(declares.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['table s']);
    expect(job?.name).toBe('s');
    expect(outputColumns?.map(({ name, type }) => `${name} ${formatType(type)}`)).toEqual([
      'id BIGINT',
      'twice DECIMAL(21, 2)',
    ]);
  });
});

describe('text that is not finished', () => {
  it.each([
    'SELECT',
    'SELECT FROM',
    'SELECT a.',
    'INSERT INTO',
    'CREATE TABLE t (',
    'START JOB j AS SELECT id FROM',
    'WITH a AS (SELECT',
  ])('%s is analysed without failing', (sql) => expect(() => analyze(sql)).not.toThrow());

  it('queries that double at each level are refused', () => {
    const levels = Array.from(
      { length: 40 },
      (_, i) => `c${i + 1} AS (SELECT * FROM c${i} UNION ALL SELECT * FROM c${i})`,
    );
    const { problems } = factsOf(`WITH c0 AS (SELECT id FROM big), ${levels.join(', ')} SELECT * FROM c40`);
    expect(problems[0]?.message).toMatch(/too large/);
  });

  it('what a syntax error left out is not reported again', () => {
    expect(factsOf('SELECT id FROM big WHERE id = 1 AND').problems).toEqual([]);
    expect(factsOf('SELECT id, FROM big').problems.map(({ message }) => message)).not.toContain('');
  });

  const folder = fileURLToPath(new URL('fixtures', import.meta.url));
  it.each(readdirSync(folder))('no beginning of %s makes it fail', (file) => {
    const catalog = preludeCatalog();
    for (const fixture of readFileSync(`${folder}/${file}`, 'utf8').split('====')) {
      const sql = withoutMarks(fixture).split('\n----')[0] ?? '';
      for (const { index } of sql.matchAll(/\b/g)) analyze(sql.slice(0, index), catalog);
    }
  });
});
