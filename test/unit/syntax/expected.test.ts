// What may stand at the cursor.
import { describe, expect, it } from 'vitest';
import { expectedAt, type Expected } from '../../../server/syntax/expected';

function at(marked: string): Expected {
  return expectedAt(marked.replace('$0', ''), marked.indexOf('$0'));
}

describe('keywords and names at the cursor', () => {
  it.each([
    ['PAUSE $0', ['ALL', 'JOB', 'JOBS LIKE'], []],
    ['PAUSE J$0', ['ALL', 'JOB', 'JOBS LIKE'], []],
    ['PAUSE JOB $0', ['IF EXISTS'], ['jobName']],
    ['PAUSE JOB a, $0', [], ['jobName']],
    ['PAUSE JOB a$0', ['IF EXISTS'], ['jobName']],
    ['PAUSE JOB a $0', ['COLD', 'FOR INTERVAL', 'UNTIL TIMESTAMP', 'WITH REASON'], []],
    ['PAUSE JOB IF $0', ['COLD', 'EXISTS', 'FOR INTERVAL', 'UNTIL TIMESTAMP', 'WITH REASON'], []],
    ['RESUME JOB a $0', ['ACCEPT DATA LOSS', 'FOR', 'FROM'], []],
    ['START JOB $0', ['IF NOT EXISTS'], ['jobNameCreate']],
    ['START JOB a $0', ['AS', 'PAUSED AS'], []],
    ['EXPLAIN PAUSE JOB $0', ['IF EXISTS'], ['jobName']],
    ['SHOW P$0', expect.arrayContaining(['JOBS', 'PAUSE HISTORY', 'TABLES']), []],
    ['SELECT a FROM $0', expect.arrayContaining(['STATE OF', 'UNNEST']), ['tableName']],
    [
      'SELECT a FROM t $0',
      expect.arrayContaining(['WHERE', 'GROUP BY', 'LEFT', 'FOR SYSTEM_TIME AS OF']),
      ['bareAlias'],
    ],
    ['SELECT o.$0 FROM orders o', [], ['fieldName', 'identifier']],
    ['SELECT a FROM t WHERE a $0', expect.arrayContaining(['AND', 'BETWEEN', 'IS']), []],
    ['SELECT CAST(a AS $0', expect.arrayContaining(['ARRAY']), ['typeWord']],
    ['CREATE TABLE t (a $0', expect.arrayContaining(['AS', 'ROW']), ['typeWord']],
    ['CREATE TABLE t (a INT, $0', ['CONSTRAINT', 'PRIMARY KEY', 'WATERMARK FOR'], ['columnNameCreate']],
    ['INSERT INTO $0', [], ['tableName']],
    ['DROP VIEW $0', ['IF EXISTS'], ['tableName']],
    ['CREATE TABLE t (a INT) WITH ($0)', [], ['optionKey']],
  ])('%s', (marked, keywords, names) => {
    expect(at(marked)).toMatchObject({ keywords, names, place: 'code' });
  });

  it.each([
    ['after an error', 'SELECT a b c FROM $0', 'tableName'],
    ['after a doubled comma', 'SELECT a,, b FROM t WHERE $0', 'columnName'],
    ['before an error', 'SELECT $0 FROM t GARBAGE GARBAGE GARBAGE', 'columnName'],
    ['in an open parenthesis', 'SELECT (a + f(b, $0', 'functionName'],
    ['in a subquery', 'SELECT * FROM (SELECT a FROM $0', 'tableName'],
    ['in a statement set', 'STATEMENT SET BEGIN INSERT INTO a SELECT 1; INSERT INTO $0', 'tableName'],
    ['before a missing operand', 'SELECT a FROM t JOIN u ON $0 WHERE b = 1', 'columnName'],
  ])('%s: %s', (_, marked, name) => expect(at(marked).names).toContain(name));

  it('says what is typed, and where', () => {
    expect(at('SELECT am$0ount FROM t').prefix).toEqual({ text: 'am', span: { start: 7, end: 9 } });
    expect(at("SET 'pipe$0'").prefix).toEqual({ text: 'pipe', span: { start: 5, end: 9 } });
    expect(at('SELECT `a$0').prefix).toEqual({ text: 'a', span: { start: 8, end: 9 } });
  });

  it('knows what stands around', () => {
    expect(at("CREATE TABLE t (a INT) WITH ('connector' = 'kafka', 'format' = '$0')")).toMatchObject({
      place: 'string',
      names: ['optionValue'],
      option: 'format',
      options: [
        { key: 'connector', value: 'kafka' },
        { key: 'format', value: '' },
      ],
    });
    expect(at('PAUSE JOB IF EXISTS a, `b c`, $0').jobs).toEqual(['a', 'b c']);
    expect(at('PAUSE JOB $0, b').jobs).toEqual(['b']);
    expect(at('SELECT a.b.$0').qualifier).toEqual(['a', 'b']);
  });

  it.each([
    'SELECT a -- $0',
    'SELECT /* $0 */ a',
    "SELECT 'a$0'",
    "PAUSE JOB a WITH REASON '$0",
    'SELECT 12$0',
    'SELECT 5m$0',
  ])('%s offers nothing', (marked) => expect(at(marked)).toMatchObject({ keywords: [], names: [] }));
});
