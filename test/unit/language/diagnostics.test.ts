// What is wrong in a document: each case is SQL with the expected messages under the lines they are about.
import { describe, expect, it } from 'vitest';
import { diagnostics } from '../../../server/language/diagnostics';
import type { KnownJobs } from '../../../server/language/liveJobs/knownJobs';
import { liveJobs, scriptOf, sums, tables } from './support';

/** Renders a text with `-- ^^^ severity: message` under each line that has a problem. */
function rendered(text: string, jobs: KnownJobs | undefined): string {
  const found = diagnostics(scriptOf(text), jobs);
  const severities = ['', 'error', 'warning', 'info', 'hint'];
  return text
    .split('\n')
    .flatMap((line, number) => {
      const marks = found
        .filter(({ range }) => range.start.line === number)
        .map(({ range, severity, message }) => {
          const length = range.end.line === number ? range.end.character - range.start.character : 1;
          const indent = ' '.repeat(Math.max(0, range.start.character - 3));
          return `-- ${indent}${'^'.repeat(Math.max(1, length))} ${severities[severity ?? 0] ?? ''}: ${message}`;
        });
      return [line, ...marks];
    })
    .join('\n');
}

/** The text with its marks is what is expected; without them it is the input. */
function check(expected: string, jobs: KnownJobs | 'unknown' = liveJobs): void {
  const lines = expected.split('\n').map((line) => line.replace(/^ {6}/, ''));
  const marked = lines.slice(1, -1).join('\n');
  const text = lines
    .slice(1, -1)
    .filter((line) => !/^-- +\^/.test(line))
    .join('\n');
  expect(rendered(text, jobs === 'unknown' ? undefined : jobs)).toBe(marked);
}

describe('jobs', () => {
  it('that do not exist', () => {
    check(`
      RESUME JOB clikcs;
      --         ^^^^^^ error: There is no job clikcs. Did you mean clicks (paused 12 min)?
      STOP JOB nothing_like_it;
      --       ^^^^^^^^^^^^^^^ error: There is no job nothing_like_it. Jobs now: orders, clicks, old, slow.
      PAUSE JOB IF EXISTS nothing_like_it;
    `);
  });

  it('in a state that the statement does not take', () => {
    check(`
      PAUSE JOB clicks;
      --        ^^^^^^ error: clicks is already paused since 11:48 (reason: index rebuild). Running this fails.
      PAUSE JOB old;
      --        ^^^ error: Only a running job can be paused: old is stopped since 09:00. Running this fails.
      RESUME JOB orders;
      --         ^^^^^^ error: orders is not paused: it is running since 10:30. Running this fails.
    `);
  });

  it('with IF EXISTS are no errors', () => {
    check(`
      PAUSE JOB IF EXISTS clicks;
      --                  ^^^^^^ info: clicks is already paused since 11:48 (reason: index rebuild). Running this fails.
      DROP JOB IF EXISTS gone;
    `);
  });

  it('in a transition may be asked again', () => {
    check(`
      PAUSE JOB slow;
      RESUME JOB slow;
    `);
  });

  it('whose name is taken', () => {
    check(`
      START JOB orders AS SELECT 1;
      --        ^^^^^^ info: There is already a job orders (running). Running this fails.
      START JOB IF NOT EXISTS orders AS SELECT 1;
    `);
  });

  it('follow the statements before', () => {
    check(`
      START JOB fresh AS SELECT 1;
      PAUSE JOB fresh;
      PAUSE JOB fresh, orders;
      --        ^^^^^ error: fresh is already paused by an earlier statement of this script. Running this fails.
      RESUME JOB orders;
      DROP JOB fresh;
      RESUME JOB fresh;
      --         ^^^^^ error: There is no job fresh. Jobs now: orders, clicks, old, slow.
      PAUSE JOBS LIKE 'ord%';
      RESUME JOB orders;
      RESUME ALL JOBS;
      PAUSE JOB clicks;
      DEPLOY JOB clicks VERSION '2' AS SELECT 1;
      RESUME JOB clicks;
    `);
  });

  it('are not spoken of while they are unknown', () => {
    check(
      `
      RESUME JOB whatever;
      PAUSE JOB whatever;
    `,
      'unknown',
    );
  });

  it('that are looked into only have to exist, and their state may have any column', () => {
    check(`
      PEEK JOB ordesr LIMIT 3;
      --       ^^^^^^ error: There is no job ordesr. Did you mean orders (running)?
      SELECT anything FROM STATE OF JOB nobody;
      --                                ^^^^^^ error: There is no job nobody. Jobs now: orders, clicks, old, slow.
      SELECT anything, COUNT(*) FROM STATE OF JOB clicks GROUP BY anything ORDER BY COUNT(*) DESC LIMIT 5;
    `);
  });

  it('that the script starts have the state of their query', () => {
    const messages = (text: string) =>
      diagnostics(scriptOf(`${tables}${sums}${text}`), undefined).map(({ message }) => message);
    expect(messages('SELECT total FROM STATE OF JOB sums WHERE customer > 1')).toEqual([]);
    expect(messages('SELECT totla FROM STATE OF JOB sums')).toEqual([
      'sums has no column totla. Did you mean total?',
    ]);
    expect(
      messages("DEPLOY JOB sums VERSION '2' AS SELECT id FROM orders_in; SELECT * FROM STATE OF JOB sums"),
    ).toEqual([
      'sums keeps no state: its query aggregates nothing: each record is done with once its row is written.',
    ]);
    const canary = sums
      .replace('START JOB sums', "DEPLOY JOB sums VERSION '2'")
      .replace(';', ' STRATEGY CANARY(5);');
    expect(messages(`${canary}SELECT anything FROM STATE OF JOB sums`)).toEqual([]);
  });

  it('that send dead letters to a topic read one', () => {
    const kafka = `CREATE TABLE topic_in (id BIGINT) WITH ('connector' = 'kafka', 'topic' = 'a', 'properties.bootstrap.servers' = 'b:1', 'format' = 'json');\n`;
    const found = (source: string, options: string) =>
      diagnostics(
        scriptOf(`${tables}${kafka}START JOB j AS SELECT id FROM ${source} WITH (${options})`),
        undefined,
      ).map(({ code, range, message }) => [
        code,
        range.end.character - range.start.character,
        message.slice(0, 60),
      ]);
    const wrong = ['SJ402', 19, "'dead-letter.topic' is a topic on the cluster of the job's s"];
    expect(found('orders_in', "'dead-letter.topic' = 'bad'")).toEqual([wrong]);
    expect(found('topic_in', "'dead-letter.topic' = 'bad'")).toEqual([]);
    expect(found('orders_in', "'dead-letter.topic' = 'bad', 'on.error' = 'fail'")).toEqual([]);
  });

  it('whose version exists, or does not', () => {
    check(`
      ROLLBACK JOB orders TO VERSION '1';
      ROLLBACK JOB clicks TO VERSION '1';
    `);
    check(`
      ROLLBACK JOB orders TO VERSION 'wrogn';
      --                             ^^^^^^^ error: orders has no version 'wrogn'. Did you mean 'wrong'?
      ROLLBACK JOB orders TO VERSION '9';
      --                             ^^^ error: orders has no version '9'. Its versions are '1', 'wrong', '3'.
      ROLLBACK JOB orders TO VERSION '3';
      --                             ^^^ error: orders is at version '3' already. Running this fails.
      ROLLBACK JOB nobody TO VERSION '9';
      --           ^^^^^^ error: There is no job nobody. Jobs now: orders, clicks, old, slow.
      DEPLOY JOB orders VERSION '1' AS SELECT 1;
      --                        ^^^ info: There was already a version '1' of orders. Running this fails.
      DEPLOY JOB orders VERSION '4' AS SELECT 1;
    `);
  });

  it('whose versions the script changes', () => {
    check(`
      START JOB fresh AS SELECT 1;
      ROLLBACK JOB fresh;
      --           ^^^^^ error: fresh has no earlier version to go back to.
      DEPLOY JOB fresh VERSION '2' AS SELECT 2;
      DEPLOY JOB fresh VERSION '2' AS SELECT 3;
      --                       ^^^ info: There was already a version '2' of fresh. Running this fails.
      ROLLBACK JOB fresh;
      ROLLBACK JOB fresh TO VERSION '2';
      DROP JOB fresh;
      START JOB fresh AS SELECT 1;
      DEPLOY JOB fresh VERSION '2' AS SELECT 2;
    `);
  });

  it('whose canary gets more keys, all or none', () => {
    check(`
      DEPLOY JOB orders VERSION '4' AS SELECT 1 STRATEGY CANARY(5);
      DEPLOY JOB orders VERSION '4' AS SELECT 1 STRATEGY CANARY(50);
      ROLLBACK JOB orders TO VERSION '3';
      DEPLOY JOB orders VERSION '5' AS SELECT 1 STRATEGY CANARY(5);
      DEPLOY JOB orders VERSION '5' AS SELECT 1;
      ROLLBACK JOB orders TO VERSION '5';
      --                             ^^^ error: orders is at version '5' already. Running this fails.
    `);
  });

  it('of EXPLAIN only have to exist', () => {
    check(`
      EXPLAIN PAUSE JOB nobody;
      --                ^^^^^^ error: There is no job nobody. Jobs now: orders, clicks, old, slow.
    `);
  });
});

describe('names', () => {
  it('of columns, tables and functions', () => {
    const found = diagnostics(
      scriptOf(`${tables}SELECT amout, UPER(customer) FROM orders_in;\nSELECT * FROM order_in;`),
      undefined,
    );
    expect(found.map(({ code, message }) => `${code} ${message}`)).toEqual([
      'SJ202 orders_in has no column amout. Did you mean amount?',
      'SJ204 There is no function UPER. Did you mean UPPER?',
      'SJ201 There is no table order_in. Did you mean orders_in?',
    ]);
  });

  it('stand on the text where the statement stands, whatever the line ends', () => {
    for (const end of ['\n', '\r\n', '\r']) {
      const text = ['-- é😀', 'SHOW JOBS;', "  SELECT '😀', amout FROM nowhere"].join(end);
      expect(diagnostics(scriptOf(text), undefined)[0]?.range).toEqual({
        start: { line: 2, character: 26 },
        end: { line: 2, character: 33 },
      });
    }
  });
});
