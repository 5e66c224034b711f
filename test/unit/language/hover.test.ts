// What hover says of the name under the cursor, and signature help of the call around it.
import { describe, expect, it } from 'vitest';
import { hover } from '../../../server/language/hover';
import type { KnownJobs } from '../../../server/language/liveJobs/knownJobs';
import { signatureHelp } from '../../../server/language/signatureHelp';
import { liveJobs, scriptOf, sums, tables, withCursor } from './support';

function check(marked: string, expected: string | null, jobs: KnownJobs | 'unknown' = liveJobs): void {
  const { text, offset } = withCursor(marked);
  const found = hover(scriptOf(text), offset, jobs === 'unknown' ? undefined : jobs);
  const contents = found?.contents;
  const value =
    contents !== undefined && typeof contents === 'object' && 'value' in contents ? contents.value : null;
  if (expected === null) expect(value).toBeNull();
  else expect(value).toContain(expected);
}

describe('hover', () => {
  it('on a job says its state, since when, why and its lag', () => {
    check('RESUME JOB cli$0cks', 'paused 12 min · lag 8,403 · index rebuild');
    check('RESUME JOB cli$0cks', 'paused since 11:48 (reason: index rebuild)');
    check('RESUME JOB no$0ne', 'No such job now.');
    check('RESUME JOB cli$0cks', 'No job server is connected', 'unknown');
  });
  it('on a table lists its columns', () => {
    check(`${tables}SELECT * FROM orders$0_in`, 'amount DECIMAL(10, 2)');
    check(`${tables}SELECT o$0.id FROM orders_in AS o`, 'orders\\_in');
  });
  it('on a column says its type and where it comes from', () => {
    check(`${tables}SELECT am$0ount FROM orders_in`, '**amount** `DECIMAL(10, 2)` — column of orders\\_in');
    check(
      `${tables}SELECT id FROM orders_in AS o WHERE o.cust$0omer = 'x'`,
      '`STRING` — column of orders\\_in',
    );
    check(tables.replace('amount', 'amo$0unt'), '**amount** `DECIMAL(10, 2)`');
  });
  it('on a column of the state of a job says its type', () => {
    check(
      `${tables}${sums}SELECT tot$0al FROM STATE OF JOB sums`,
      '**total** `DECIMAL(38, 2)` — column of sums',
    );
  });
  it('on a function shows its signatures', () => {
    check(`${tables}SELECT UPP$0ER(customer) FROM orders_in`, 'UPPER(text STRING)');
  });
  it('on a keyword shows the form of the statement', () => {
    check('PAU$0SE JOB orders', 'PAUSE JOB [IF EXISTS] name');
    for (const [marked, form] of [
      ['PE$0EK JOB a', 'PEEK JOB name [LIMIT n]'],
      ['ROLL$0BACK JOB a', 'ROLLBACK JOB name'],
      ['SHOW VER$0SIONS FOR a', 'SHOW [JOB] VERSIONS'],
      ['SH$0OW DEAD LETTERS', 'SHOW DEAD LETTERS [FOR job]'],
      ['SHOW DEAD LET$0TERS', 'SHOW DEAD LETTERS [FOR job]'],
      ['SHOW PAU$0SE HISTORY', 'SHOW PAUSE HISTORY'],
      ['RETRY DEAD LET$0TER 3 FOR a', 'RETRY DEAD'],
      ['RESUME JOB a FROM EAR$0LIEST', 'RESUME JOB name FROM EARLIEST'],
      ['RESUME JOB a FOR 3 REC$0ORDS', 'FOR n RECORDS'],
      ['RESUME JOB a ACCEPT DATA LO$0SS', 'ACCEPT DATA LOSS'],
      ['SELECT 1 FROM ST$0ATE OF JOB a', 'FROM STATE OF JOB name'],
      ["DEPLOY JOB a VERSION '2' AS SELECT 1 STRATEGY REPL$0ACE", 'STRATEGY REPLACE'],
      ["DEPLOY JOB a VERSION '2' AS SELECT 1 STRATEGY CAN$0ARY(5)", 'STRATEGY CANARY(percent)'],
    ] as const)
      check(marked, form);
    check('SHOW JOBS; CREATE$0 VIEW v AS SELECT 1', 'CREATE VIEW name AS SELECT');
  });
  it('on an option says what it takes', () => {
    check(
      tables.replace("'connector' = 'datagen'", "'connector' = 'datagen', 'rows-per$0-second' = '5'"),
      'How fast rows appear',
    );
    check("SET 'on.er$0ror' = 'skip'", 'by default `dead-letter`');
  });
  it('says nothing in comments, strings and spaces', () => {
    check('-- PAU$0SE JOB x\nSHOW JOBS', null);
    check("SELECT 'PAU$0SE'", null);
    check('SHOW $0  JOBS', null);
    check('$0', null);
  });
});

describe('signature help', () => {
  const at = (marked: string): string | null => {
    const { text, offset } = withCursor(marked);
    const help = signatureHelp(scriptOf(text), offset);
    const signature = help?.signatures[help.activeSignature ?? 0];
    const parameter = signature?.parameters?.[help?.activeParameter ?? 0]?.label;
    if (signature === undefined || parameter === undefined || typeof parameter === 'string') return null;
    return `${signature.label} # ${signature.label.slice(parameter[0], parameter[1])}`;
  };
  it.each([
    ['SELECT SUBSTRING($0', 'text STRING'],
    ["SELECT REPLACE('a', UPPER('b'), $0)", 'by STRING'],
    ["SELECT CONCAT('a', 'b', 'c', $0", 'text TEXT...'],
    ['SELECT ROUND(1.5, $0', 'digits INT'],
  ])('%s', (marked, parameter) => {
    expect(at(marked)?.split(' # ')[1]).toBe(parameter);
  });
  it('is not given outside calls and in strings', () => {
    expect(at("SELECT UPPER('a$0")).toBeNull();
    expect(at("SELECT UPPER('a') $0")).toBeNull();
    expect(at('CREATE TABLE t ($0')).toBeNull();
  });
});
