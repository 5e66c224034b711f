// What completion offers where: SQL with a cursor, and the first offers in the order a person sees them.
import { describe, expect, it } from 'vitest';
import { CompletionItemKind, type CompletionItem } from 'vscode-languageserver-types';
import { complete } from '../../../server/language/completion/complete';
import { resolveCompletion } from '../../../server/language/completion/resolve';
import { liveJobs, scriptOf, sums, tables, withCursor } from './support';

function offers(marked: string, trigger?: string): CompletionItem[] {
  const { text, offset } = withCursor(marked);
  const { items } = complete(scriptOf(text), offset, liveJobs, trigger);
  return items.sort((a, b) => (a.sortText ?? '').localeCompare(b.sortText ?? ''));
}

/** The first labels offered, as many as are expected. */
function check(marked: string, expected: string): void {
  const labels = offers(marked).map(({ label }) => label);
  const wanted = expected === '' ? 0 : expected.split(' | ').length;
  expect(labels.slice(0, Math.max(1, wanted)).join(' | ')).toBe(expected);
}

function labels(marked: string, kind?: CompletionItemKind): string[] {
  return offers(marked)
    .filter((item) => kind === undefined || item.kind === kind)
    .map(({ label }) => label);
}

/** The text after taking the offer of this label. */
function accept(marked: string, label: string): string {
  const { text } = withCursor(marked);
  const item = offers(marked).find((each) => each.label === label);
  const edit = item?.textEdit;
  if (edit === undefined || !('range' in edit)) throw new Error(`${label} is not offered`);
  const { document } = scriptOf(text);
  return (
    text.slice(0, document.offsetAt(edit.range.start)) +
    edit.newText +
    text.slice(document.offsetAt(edit.range.end))
  );
}

describe('job names', () => {
  it('come with those first that the verb acts on', () => {
    check('RESUME JOB $0', 'clicks | slow | old | orders');
    check('PAUSE JOB $0', 'orders | clicks | old | slow');
    check('RESTART JOB $0', 'old');
    check('PEEK JOB $0', 'clicks');
    check('ROLLBACK JOB $0', 'orders');
    for (const about of ['EXPLAIN RESUME JOB $0', 'RETRY DEAD LETTERS FOR $0', 'SHOW DEAD LETTERS FOR $0'])
      check(about, 'clicks');
    check('EXPLAIN PAUSE JOB $0', 'orders');
  });
  it('come for a look into any of them', () => {
    for (const look of ['SHOW VERSIONS FOR $0', 'DEPLOY JOB $0', 'SELECT * FROM STATE OF JOB $0'])
      expect(labels(look)).toEqual(expect.arrayContaining(['orders', 'clicks', 'old', 'slow']));
  });
  it('are not offered again when listed', () => {
    check('PAUSE JOB orders, $0', 'clicks | old | slow');
    check('PAUSE JOB IF EXISTS orders, clicks, old, sl$0', 'slow');
  });
  it('show their state', () => {
    expect(offers('PAUSE JOB cl$0').find(({ label }) => label === 'clicks')?.detail).toBe(
      'paused 12 min · lag 8,403 · index rebuild',
    );
  });
  it('of the file are offered too', () => {
    expect(labels('START JOB fresh AS SELECT 1;\nPAUSE JOB $0')).toContain('fresh');
  });
  it('come at once behind a space', () => {
    expect(offers('PAUSE JOB $0', ' ').length).toBeGreaterThan(3);
    expect(offers('PAUSE $0', ' ')).toEqual([]);
  });
});

describe('versions', () => {
  it('to go back to are those that do not run, the one before first', () => {
    check("ROLLBACK JOB orders TO VERSION '$0'", '1 | wrong');
    expect(labels("ROLLBACK JOB orders TO VERSION '$0'")).toHaveLength(2);
    expect(accept('ROLLBACK JOB orders VERSION $0', '1')).toBe("ROLLBACK JOB orders VERSION '1'");
  });
  it('to deploy have a name that is not taken', () => {
    check("DEPLOY JOB orders VERSION '$0' AS SELECT 1", '4');
    expect(accept('DEPLOY JOB orders VERSION $0', '4')).toBe("DEPLOY JOB orders VERSION '4'");
  });
  it('of a job that is not known are not guessed', () => {
    check("ROLLBACK JOB nobody TO VERSION '$0'", '');
    check("DEPLOY JOB nobody VERSION '$0'", '');
  });
});

describe('keywords', () => {
  it('are those that the grammar expects', () => {
    expect(labels('PAUSE $0', CompletionItemKind.Keyword).sort()).toEqual(['ALL', 'JOB', 'JOBS LIKE']);
    expect(labels('PAUSE JOB orders $0', CompletionItemKind.Keyword)).toEqual(
      expect.arrayContaining(['COLD', 'WITH REASON', 'UNTIL TIMESTAMP']),
    );
    expect(labels('SELECT id FROM orders_in $0', CompletionItemKind.Keyword)).toEqual(
      expect.arrayContaining(['WHERE', 'GROUP BY', 'LIMIT']),
    );
  });
  it('go on in every clause of a statement about jobs', () => {
    check('RESUME JOB clicks $0', 'ACCEPT DATA LOSS | FOR | FROM');
    check('RESUME JOB clicks FROM $0', 'EARLIEST | LATEST | TIMESTAMP');
    expect(accept('RESUME JOB clicks FOR $0', '1 RECORDS')).toBe('RESUME JOB clicks FOR ${1:1} RECORDS');
    check('RESUME JOB clicks FOR 10 $0', 'RECORDS');
    check('PEEK JOB clicks $0', 'LIMIT');
    check('ROLLBACK JOB orders $0', 'TO VERSION | VERSION');
    check("DEPLOY JOB orders VERSION '4' AS SELECT 1 STRATEGY $0", 'BLUE_GREEN | CANARY | REPLACE | ROLLING');
    check('RETRY DEAD $0', 'LETTER | LETTERS FOR');
    expect(labels('EXPLAIN $0')).toEqual(expect.arrayContaining(['PAUSE', 'RESUME', 'SELECT']));
    expect(labels('SHOW $0')).toEqual(expect.arrayContaining(['VERSIONS', 'DEAD LETTERS', 'PAUSE HISTORY']));
  });
  it('and whole statements stand at the start of a statement', () => {
    for (const text of ['$0', 'SHOW JOBS;\n$0', 'SELECT FROM;\n\n$0\nSHOW JOBS;', 'PAU$0']) {
      expect(labels(text, CompletionItemKind.Keyword)).toContain('PAUSE');
      expect(labels(text, CompletionItemKind.Snippet)).toContain('START JOB');
    }
    expect(labels('PAUSE JOB orders $0', CompletionItemKind.Snippet)).toEqual([]);
  });
});

describe('tables', () => {
  it('to read and to write', () => {
    check(`${tables}SELECT * FROM $0`, 'orders_in');
    check(`${tables}INSERT INTO $0`, 'out_t | orders_in');
  });
  it('are known only behind their definition', () => {
    expect(labels(`SELECT * FROM $0;\n${tables}`)).not.toContain('orders_in');
  });
  it('of WITH come first', () => {
    check(`${tables}WITH recent AS (SELECT id FROM orders_in) SELECT * FROM $0`, 'recent');
  });
});

describe('columns', () => {
  it('of the tables in FROM', () => {
    check(`${tables}SELECT $0 FROM orders_in`, 'amount | customer | id | ts');
    check(`${tables}SELECT id FROM orders_in WHERE am$0`, 'amount');
    check(`${tables}SELECT id, UPPER($0) FROM orders_in;\nSHOW JOBS`, 'amount');
  });
  it('of an alias behind the dot, and nothing else', () => {
    expect(labels(`${tables}SELECT o.$0 FROM orders_in AS o`).slice(0, 4)).toEqual([
      'amount',
      'customer',
      'id',
      'ts',
    ]);
    expect(labels(`${tables}SELECT o.cu$0 FROM orders_in o, out_t x`)).toContain('customer');
    expect(labels(`${tables}SELECT o.$0 FROM orders_in AS o`, CompletionItemKind.Keyword)).toEqual([]);
  });
  it('of the state of a job', () => {
    check(`${tables}${sums}SELECT $0 FROM STATE OF JOB sums`, 'customer | total | window_end | window_start');
    check(`${tables}${sums}SELECT * FROM STATE OF JOB sums AS s WHERE s.to$0`, 'customer | total');
  });
  it('after an earlier error in the same statement', () => {
    check(`${tables}SELECT id ,, ) FROM orders_in WHERE $0`, 'amount | customer | id');
    check(`${tables}SELECT $0, FROM orders_in WHERE`, 'amount | customer | id');
  });
  it('after an earlier error in the file', () => {
    check(`SELECT FROM WHERE;\n${tables}SELECT $0 FROM orders_in`, 'amount');
  });
  it('of windows, derived tables and sinks', () => {
    expect(
      labels(`${tables}SELECT $0 FROM TABLE(TUMBLE(TABLE orders_in, DESCRIPTOR(ts), INTERVAL '1' MINUTE))`),
    ).toEqual(expect.arrayContaining(['window_start', 'window_end', 'amount']));
    check(`${tables}SELECT * FROM TABLE(TUMBLE(TABLE orders_in, DESCRIPTOR($0`, 'ts');
    check(
      `${tables}SELECT $0 FROM (SELECT id AS number, customer FROM orders_in) AS d`,
      'customer | number | d',
    );
    check(`${tables}INSERT INTO out_t ($0`, 'customer | id');
    check('CREATE TABLE t (first BIGINT, second TIMESTAMP(3), WATERMARK FOR $0', 'first | second');
  });
});

describe('functions', () => {
  it('are snippets with their parameters', () => {
    const upper = offers(`${tables}SELECT up$0 FROM orders_in`).find(({ label }) => label === 'UPPER');
    expect(upper?.detail).toContain('UPPER(text STRING)');
    expect(accept(`${tables}SELECT up$0 FROM orders_in`, 'UPPER')).toContain('SELECT UPPER(${1:text}) FROM');
    expect(accept('SELECT cur$0', 'CURRENT_TIMESTAMP')).toBe('SELECT CURRENT_TIMESTAMP');
    expect(upper && resolveCompletion(upper, [], undefined).documentation).toMatchObject({
      value: expect.stringContaining('UPPER') as string,
    });
  });
});

describe('options', () => {
  const create = (rest: string) => `CREATE TABLE t (id BIGINT) WITH (${rest}`;
  it('start with the connector', () => {
    check(create("'$0'"), 'connector');
    expect(accept(create("'$0')"), 'connector')).toBe(create("'connector' = '$1')"));
    expect(labels(create("'connector' = '$0')"))).toEqual(
      expect.arrayContaining(['kafka', 'datagen', 'print']),
    );
  });
  it('are those of the connector that are not given yet', () => {
    const keys = labels(create("'connector' = 'kafka', 'topic' = 'a', '$0')"));
    expect(keys).toContain('scan.startup.mode');
    expect(keys).not.toContain('topic');
    expect(keys).not.toContain('rows-per-second');
    expect(labels(create("'connector' = 'datagen', '$0')"))).toContain('fields.id.kind');
  });
  it('have values', () => {
    expect(accept(create("'connector' = 'kafka', 'scan.startup.mode' = 'ear$0')"), 'earliest-offset')).toBe(
      create("'connector' = 'kafka', 'scan.startup.mode' = 'earliest-offset')"),
    );
    expect(labels(create("'connector' = 'kafka', 'format' = '$0"))).toEqual(['csv', 'json', 'raw']);
  });
  it('without quotes get them', () => {
    expect(accept(create('con$0)'), 'connector')).toBe(create("'connector' = '$1')"));
  });
  it('of a job, of SET, and metadata of a connector', () => {
    expect(labels("START JOB j AS SELECT 1 WITH ('$0')")).toContain('on.error');
    expect(labels("START JOB j AS SELECT 1 WITH ('$0')")).not.toContain('state');
    expect(labels("DEPLOY JOB j VERSION '2' AS SELECT 1 WITH ('$0')")).toContain('state');
    expect(labels("DEPLOY JOB j VERSION '2' AS SELECT 1 WITH ('state' = '$0')")).toContain('discard');
    expect(labels("SET '$0'")).toContain('pipeline.name');
    expect(labels("SET 'on.error' = '$0'")).toContain('dead-letter');
    expect(labels("CREATE TABLE t (o BIGINT METADATA FROM '$0') WITH ('connector' = 'kafka')")).toContain(
      'offset',
    );
  });
});

describe('types', () => {
  it('stand behind the name of a column', () => {
    expect(labels('CREATE TABLE t (id $0)').slice(0, 20)).toEqual(
      expect.arrayContaining(['BIGINT', 'STRING']),
    );
  });
});

describe('quoted names', () => {
  it('are replaced as a whole', () => {
    const text = "CREATE TABLE `my table` (id INT) WITH ('connector' = 'datagen');\n";
    expect(accept(`${text}SELECT * FROM my$0`, 'my table')).toBe(`${text}SELECT * FROM \`my table\``);
    expect(accept(`${text}SELECT * FROM \`my$0`, 'my table')).toBe(`${text}SELECT * FROM \`my table\``);
    expect(accept(`${text}SELECT * FROM \`my$0 t\` WHERE`, 'my table')).toBe(
      `${text}SELECT * FROM \`my table\` WHERE`,
    );
    expect(accept(`${text}SELECT * FROM "$0"`, 'my table')).toBe(`${text}SELECT * FROM "my table"`);
  });
  it('are words that the grammar keeps to itself', () => {
    const text = "CREATE TABLE `order` (`from` INT, both INT) WITH ('connector' = 'datagen');\n";
    expect(accept(`${text}SELECT * FROM ord$0`, 'order')).toBe(`${text}SELECT * FROM \`order\``);
    expect(accept(`${text}SELECT fr$0 FROM \`order\``, 'from')).toBe(`${text}SELECT \`from\` FROM \`order\``);
    expect(accept(`${text}SELECT bo$0 FROM \`order\``, 'both')).toBe(`${text}SELECT both FROM \`order\``);
  });
});

describe('nothing is offered', () => {
  it.each([
    ['in a line comment', '-- PAUSE $0'],
    ['in a block comment', 'PAUSE /* JOB $0 */ JOB a'],
    ['in a comment that is not closed', 'PAUSE /* $0'],
    ['in a string', `${tables}SELECT * FROM orders_in WHERE customer = '$0'`],
    ['in a reason', "PAUSE JOB orders WITH REASON '$0"],
    ['in a number', 'SELECT 12$0'],
    ['for a new name', 'START JOB $0 '],
  ])('%s', (_, text) => {
    expect(labels(text).filter((label) => label !== 'IF NOT EXISTS')).toEqual([]);
  });
});
