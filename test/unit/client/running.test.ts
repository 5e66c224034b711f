// From text in the editor to statements and back: error places, durations, finding a job's SQL.
import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../../client/commands/duration';
import { findStatement } from '../../../client/editor/findStatement';
import { failedRange, inDocument } from '../../../client/editor/scriptErrors';
import { holdsStreamingStatement } from '../../../client/editor/streamingSql';
import type { StatementResult } from '../../../server/protocol/results';

describe('an error is marked', () => {
  const failed = (statement: string, range?: object): StatementResult =>
    ({ statement, ok: false, error: { code: 'TYPE', message: 'no', range } }) as StatementResult;

  it('where the server says, moved to where the text stood in its document', () => {
    const range = { start: { line: 0, character: 7 }, end: { line: 1, character: 4 } };
    expect(inDocument(range, { line: 10, character: 3 })).toEqual({
      start: { line: 10, character: 10 },
      end: { line: 11, character: 4 },
    });
  });

  it('on its statement where the server says no place; the second of two same ones is told apart', () => {
    const sql = 'SHOW JOBS;\n  SHOW JOBS;\nSHOW TABLES';
    const second = failed('SHOW JOBS');
    expect(failedRange(sql, [{ statement: 'SHOW JOBS', ok: true }, second], second)).toEqual({
      start: { line: 1, character: 2 },
      end: { line: 1, character: 11 },
    });
  });
});

it.each([
  ['90s', 90_000],
  ['10', 600_000],
  ['10 min', 600_000],
  ['1 h 30 min', 5_400_000],
  ['1.5h', 5_400_000],
  ['2 days', 172_800_000],
  ['', undefined],
  ['soon', undefined],
  ['10 parsecs', undefined],
  ['-5m', undefined],
  ['0s', undefined],
  ['1000d', undefined],
])('%j is %s ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

it.each([
  ['START JOB a AS INSERT INTO b SELECT 1', true],
  ['pause all jobs', true],
  ["CREATE TABLE t (a INT) WITH ('connector' = 'kafka')", true],
  ["SELECT * FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE))", true],
  ['-- START JOB a\nSELECT * FROM jobs', false],
  ['/* RESUME JOB x */ CREATE TABLE t (a INT)', false],
  ['SELECT start, job FROM t', false],
])('%j is streaming SQL: %s', (text, streaming) => {
  expect(holdsStreamingStatement(text)).toBe(streaming);
});

describe('the SQL of a job', () => {
  const job = { name: 'big.orders', statement: 'START JOB `big.orders` AS INSERT INTO s SELECT 1' };
  it.each([
    ['as it was run', `SET 'a' = 'b';\n${job.statement};`, job.statement],
    [
      'edited since',
      'start job if not exists `big.orders` as insert into s select 2',
      'start job if not exists `big.orders`',
    ],
    ['a job named after its sink', 'INSERT INTO `big.orders` SELECT 3', 'INSERT INTO `big.orders`'],
    ['not another name', 'START JOB `big.orders2` AS SELECT 1; START JOB bigXorders AS SELECT 1', undefined],
  ])('is found %s', (_, text, found) => {
    const at = findStatement(text, job);
    expect(at && text.slice(at.start, at.end)).toBe(found);
  });
});
