// SQL of a user reaches the tables it names and nothing else: no files, no environment, no settings, no other
// database, whatever is written where.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database } from '../../../server/engine/database';
import { DuckDBStore } from '../../../server/jobs/duckdbStore';
import { StreamJobServer } from '../../../server/jobs/streamJobServer';
import { systemClock } from '../../../server/jobs/systemClock';
import type { Cell } from '../../../server/protocol/results';
import { folderEngine } from '../../folderEngine';

const canary = 'CANARY-7f3a9c';
let folder: string;
let secretFile: string;
let server: StreamJobServer;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sandbox-'));
  secretFile = path.join(folder, 'secret.csv');
  await writeFile(secretFile, `id\n"${canary}"\n`);
  process.env.SANDBOX_CANARY = canary;
  const dataDir = path.join(folder, 'data');
  const engine = folderEngine(folder, { dataDir });
  server = await StreamJobServer.open({ dataDir, engine, clock: systemClock, environment: {} });
  const { results } = await server.execute(
    `CREATE TABLE made (id BIGINT, s STRING) WITH ('connector' = 'datagen', 'number-of-rows' = '3',
       'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '3', 'fields.s.length' = '5');
     CREATE TABLE gone (x STRING) WITH ('connector' = 'blackhole');`,
    { by: 'test' },
  );
  expect(results.map(({ ok }) => ok)).toEqual([true, true]);
});
afterAll(async () => {
  delete process.env.SANDBOX_CANARY;
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

/** The rows of a query as its preview shows them. @throws StreamJobsError where it is refused */
async function rowsOf(sql: string): Promise<{ rows: Cell[][]; columns: string[]; message?: string }> {
  const rows: Cell[][] = [];
  let ended: (message: string | undefined) => void = () => undefined;
  const done = new Promise<string | undefined>((resolve) => (ended = resolve));
  const { columns } = await server.preview(sql, {
    rows: (_id, batch) => void rows.push(...batch),
    done: (_id, _reason, message) => ended(message),
  });
  const message = await done;
  return { rows, columns: columns.map(({ name }) => name), ...(message === undefined ? {} : { message }) };
}

/** Everything a statement answers, as one text. */
async function everything(sql: string): Promise<{ ok: boolean; text: string }> {
  const shown: unknown[] = [];
  const ends: Promise<void>[] = [];
  let end: () => void = () => undefined;
  ends.push(new Promise((resolve) => (end = resolve)));
  const executed = await server.execute(sql, {
    by: 'test',
    receiver: {
      rows: (_id, rows) => void shown.push(rows),
      done: (_id, ...more) => {
        shown.push(more);
        end();
      },
    },
  });
  if (executed.results.at(-1)?.previewId !== undefined) await Promise.all(ends);
  const ok = executed.results.every((result) => result.ok);
  return { ok, text: JSON.stringify([executed.results.map(({ statement: _, ...rest }) => rest), shown]) };
}

/** Expressions that would reach out of the sandbox, `FILE` for the file they must not read. */
const expressions = [
  `getenv('SANDBOX_CANARY')`,
  `current_setting('temp_directory')`,
  `getvariable('now_ms')`,
  `read_text('FILE')`,
  `read_blob('FILE')`,
  `content('FILE')`,
  `query('SELECT 1')`,
  `nextval('made')`,
  `txid_current()`,
  `current_database()`,
  `version()`,
  `pg_typeof(1)`,
  `json_execute_serialized_sql('x')`,
  `json_serialize_sql('SELECT 1')`,
  `set_config('threads', '4', false)`,
  `write_log('x')`,
  `sleep_ms(1)`,
  `error('FILE')`,
  `(SELECT content FROM read_text('FILE'))`,
  `(SELECT 1 FROM duckdb_settings())`,
  `fail_number('x', 1)`,
];
const tables = [
  `read_csv('FILE')`,
  `read_csv_auto('FILE')`,
  `read_text('FILE')`,
  `read_blob('FILE')`,
  `read_json('FILE')`,
  `read_parquet('FILE')`,
  `parquet_metadata('FILE')`,
  `parquet_scan('FILE')`,
  `read_duckdb('FILE')`,
  `sniff_csv('FILE')`,
  `glob('FILE')`,
  `duckdb_settings()`,
  `duckdb_secrets()`,
  `duckdb_databases()`,
  `duckdb_tables()`,
  `duckdb_logs()`,
  `duckdb_temporary_files()`,
  `duckdb_extensions()`,
  `duckdb_variables()`,
  `which_secret('x', 's3')`,
  `pragma_database_size()`,
  `pragma_storage_info('x')`,
  `pragma_user_agent()`,
  `query('SELECT 1')`,
  `query_table('x')`,
  `arrow_scan(1, 2, 3)`,
  `range(10)`,
  `information_schema.tables`,
  `pg_catalog.pg_settings`,
  'sqlite_master',
  'mem.raw_0_0',
  'temp.in_0',
  'raw_0_0',
  'in_0',
  '`FILE`',
  `'FILE'`,
  `"FILE"`,
  `TABLE(read_csv('FILE'))`,
  `LATERAL TABLE(read_text('FILE'))`,
];
const statements = [
  `COPY made TO 'FILE'`,
  `COPY (SELECT 1) TO 'FILE'`,
  `COPY made FROM 'FILE'`,
  `ATTACH 'FILE' AS other`,
  `ATTACH ':memory:' AS other`,
  `INSTALL httpfs`,
  `LOAD httpfs`,
  `LOAD 'FILE'`,
  `PRAGMA database_list`,
  `CALL pragma_version()`,
  `EXPORT DATABASE 'FILE'`,
  `IMPORT DATABASE 'FILE'`,
  `CREATE SECRET s (TYPE s3)`,
  `CREATE MACRO m(x) AS read_text(x)`,
  `USE mem`,
  `VACUUM`,
  `CHECKPOINT`,
  `EXECUTE x`,
  `PREPARE x AS SELECT 1`,
  `SELECT 1; COPY (SELECT 1) TO 'FILE'`,
  `FROM read_csv('FILE')`,
  `WITH x AS (DELETE FROM made RETURNING *) SELECT * FROM x`,
];

describe('what would reach out', () => {
  const withFile = (sql: string): string => sql.replaceAll('FILE', secretFile);

  it.each([
    ...expressions.flatMap((expression) => [
      `SELECT ${expression} AS x FROM made`,
      `SELECT id FROM made WHERE ${expression} IS NOT NULL`,
      `SELECT MAX(${expression}) AS x FROM made`,
      `START JOB attack AS INSERT INTO gone SELECT CAST(${expression} AS STRING) FROM made`,
      `CREATE TABLE attack (id BIGINT, x AS ${expression}) WITH ('connector' = 'datagen'); SELECT x FROM attack LIMIT 1`,
    ]),
    ...tables.flatMap((table) => [
      `SELECT * FROM ${table}`,
      `SELECT m.id FROM made m WHERE id IN (SELECT 1 FROM ${table})`,
      `CREATE VIEW attack AS SELECT * FROM ${table}`,
      `START JOB attack AS INSERT INTO gone SELECT 'x' FROM ${table}`,
    ]),
    ...statements,
    ...statements.map((statement) => `START JOB attack AS ${statement}`),
    ...statements.map((statement) => `EXPLAIN ${statement}`),
  ])('%s is refused, and tells nothing', async (sql) => {
    const { ok, text } = await everything(withFile(sql));
    await server.dropJob('attack', { by: 'test' }).catch(() => undefined);
    await server.execute('DROP TABLE IF EXISTS attack; DROP VIEW IF EXISTS attack', { by: 'test' });
    expect(text).not.toContain(canary);
    // Neither what went through nor an error of the database below us.
    expect({ ok, text }).toMatchObject({ ok: false });
    expect(text).not.toMatch(/Catalog Error|Binder Error|Permission Error|"INTERNAL"/);
  });

  it.each([
    ...statements,
    ...tables.map((table) => `SELECT * FROM ${table}`),
    `SET enable_external_access = true`,
    `SET threads = 8`,
    `RESET lock_configuration`,
  ])('a job database itself, were it told %s, reads no file and takes no setting', async (sql) => {
    const database = await Database.open(path.join(folder, 'direct.db'));
    try {
      const text = await database.rows(withFile(sql)).then(
        (rows) =>
          JSON.stringify(rows, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
        (error: unknown) => String(error),
      );
      expect(text).not.toContain(canary);
      if (/SET|RESET/.test(sql)) expect(text).toMatch(/configuration has been locked|locked/i);
      if (/COPY|LOAD|INSTALL|ATTACH 'FILE'|read_|EXPORT|IMPORT/.test(sql)) expect(text).toMatch(/Error/);
    } finally {
      await database.close();
    }
  });
});

/** Names and texts as an attacker would choose them. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({
    unit: fc.constantFrom(
      `'`,
      `"`,
      '`',
      '\\',
      ';',
      '-',
      '/',
      '*',
      '$',
      '{',
      '}',
      '(',
      ')',
      ' ',
      '\n',
      '%',
      '_',
      '\u2019',
      '\0',
      'a',
    ),
    maxLength: 20,
  }),
  fc.constantFrom(
    `'; COPY (SELECT 1) TO 'x'; --`,
    `'||getenv('SANDBOX_CANARY')||'`,
    `\\'; DROP TABLE meta; --`,
    `"); ATTACH ':memory:' AS x; --`,
    `\${SANDBOX_CANARY}`,
    `$$ || 1 || $$`,
    `/*`,
    `*/`,
    `\u0000'`,
    `E'\\''`,
    `x''`,
  ),
);
/** A text without what fills it before it is parsed, and without half characters, which no UTF-8 can carry. */
const text = hostile.filter((value) => !value.includes('${') && Buffer.from(value).toString() === value);
const name = text.filter((value) => value !== '' && value.length < 60);
const literal = (value: string): string => `'${value.replaceAll("'", "''")}'`;
const quoted = (value: string): string => `\`${value.replaceAll('`', '``')}\``;

describe('text of a user', () => {
  it('in a literal comes out as it went in', async () => {
    await fc.assert(
      fc.asyncProperty(text, async (value) => {
        const { rows } = await rowsOf(`SELECT ${literal(value)} AS x, id FROM made LIMIT 1`);
        expect(rows).toEqual([[value, 1]]);
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  it('in names of columns, aliases and fields is a name and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(name, name, async (alias, field) => {
        // BAD_REQUEST: a line break ends a quoted name, and what follows may be several statements.
        const refused = /SYNTAX|BAD_NAME|NAME_NOT_FOUND|TYPE|NOT_SUPPORTED|BAD_REQUEST/;
        try {
          const { rows, columns } = await rowsOf(
            `SELECT t.${quoted(alias)} AS ${quoted(field)} FROM (SELECT id AS ${quoted(alias)} FROM made) t`,
          );
          expect(columns).toEqual([field]);
          expect(rows).toEqual([[1], [2], [3]]);
        } catch (error) {
          expect((error as { code?: string }).code).toMatch(refused);
        }
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  it('in patterns, regular expressions and functions stays within them', async () => {
    await fc.assert(
      fc.asyncProperty(text, fc.constantFrom('LIKE', 'SIMILAR TO'), async (value, operator) => {
        const sql = `SELECT id FROM made WHERE s ${operator} ${literal(value)} OR REGEXP_REPLACE(s, ${literal(value)}, ${literal(value)}) = ${literal(value)} OR POSITION(${literal(value)} IN s) < 0`;
        const shown = await everything(sql);
        expect(shown.text).not.toContain(canary);
        expect(shown.text).not.toMatch(/Parser Error|Catalog Error|"INTERNAL"/);
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  it('in the name of a table and of its columns reaches no other table', async () => {
    await fc.assert(
      fc.asyncProperty(name, name, async (table, column) => {
        const made = await everything(
          `CREATE TABLE ${quoted(table)} (${quoted(column)} BIGINT, c AS ${quoted(column)} + 1) WITH ('connector' = 'datagen', 'number-of-rows' = '2', 'print' = ${literal(table)});
           SELECT c - ${quoted(column)} AS one FROM ${quoted(table)}`,
        );
        expect(made.text).not.toMatch(/Parser Error|Catalog Error|Binder Error|"INTERNAL"/);
        await server.execute(`DROP TABLE IF EXISTS ${quoted(table)}`, { by: 'test' });
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  it('in what the store keeps comes back as it was', async () => {
    const directory = await mkdtemp(path.join(folder, 'store-'));
    const store = await DuckDBStore.open(directory);
    try {
      await fc.assert(
        fc.asyncProperty(
          text.filter((value) => !value.includes('\0')),
          text,
          async (relation, statement) => {
            const record = { name: relation, statement, settings: { [statement]: relation } };
            await store.write([{ kind: 'relation', record }]);
            expect((await store.load()).relations).toEqual([record]);
            await store.write([{ kind: 'dropRelation', name: relation }]);
          },
        ),
        { numRuns: 60 },
      );
    } finally {
      await store.close();
    }
  }, 60_000);
});
