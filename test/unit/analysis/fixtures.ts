// Fixtures hold SQL with what the analysis says of it, in one text. The analysis' own rendering of the SQL must give
// that text back. UPDATE_FIXTURES=1 writes it anew, to be read before it is committed.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { Catalog } from '../../../server/analysis/catalog';
import { LayeredCatalog, MapCatalog } from '../../../server/analysis/catalogs';
import { analyzeStatement, pipelineNameAfter } from '../../../server/analysis/facts';
import type { Problem } from '../../../server/syntax/problem';
import { parseScript } from '../../../server/syntax/script';

/** Tables that fixtures may use. */
export const prelude = `
CREATE TABLE orders (
  id BIGINT, customer STRING, amount DECIMAL(10, 2), quantity INT, paid BOOLEAN, tags ARRAY<STRING>,
  attributes MAP<STRING, INT>, address ROW<city STRING, zip INT>, ts TIMESTAMP(3), placed TIMESTAMP_LTZ(3), day DATE,
  kafka_offset BIGINT METADATA FROM 'offset' VIRTUAL, total AS amount * quantity,
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
) WITH ('connector' = 'kafka', 'topic' = 'orders', 'connection' = 'local', 'format' = 'json');
CREATE TABLE clicks (user_id BIGINT, url STRING, at BIGINT) WITH ('connector' = 'datagen');
CREATE TABLE big_orders (id BIGINT NOT NULL, amount DECIMAL(12, 2), note STRING)
  WITH ('connector' = 'kafka', 'topic' = 'big', 'connection' = 'local', 'format' = 'json');
CREATE TABLE counts (customer STRING, n BIGINT, window_end TIMESTAMP(3)) WITH ('connector' = 'print');
CREATE VIEW big AS SELECT id, customer, amount, ts FROM orders WHERE amount > 100;
`;

/** What the prelude leaves behind; it has no problems itself. */
export function preludeCatalog(): Catalog {
  const { facts, catalog } = analyze(prelude, new MapCatalog());
  const problems = facts.flatMap((one) => one?.problems.map(({ message }) => message) ?? ['no tree']);
  expect(problems).toEqual([]);
  return catalog;
}

/** The facts of statements in order, each over the catalog the ones before it leave. */
export function analyze(sql: string, base: Catalog = preludeCatalog()) {
  const statements = parseScript(sql);
  const catalog = new LayeredCatalog(base);
  let pipelineName: string | undefined;
  const facts = statements.map(({ statement, text }) => {
    if (!statement) return undefined;
    const found = analyzeStatement(statement, text, catalog, {
      ...(pipelineName !== undefined && { pipelineName }),
      definedAbove: (name) => catalog.defines(name),
    });
    if (found.drops !== undefined) catalog.remove(found.drops);
    for (const relation of found.declares) catalog.add(relation);
    pipelineName = pipelineNameAfter(statement, pipelineName);
    return found;
  });
  return { statements, facts, catalog };
}

/** Cases of a fixture file: separated by lines of `====`. Each must equal its own rendering. */
export function checkFixture(name: string, render: (fixture: string) => string): void {
  const path = fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
  const text = readFileSync(path, 'utf8');
  const rendered = `${text
    .split(/^====\n/m)
    .map((fixture) => render(fixture.trimEnd()))
    .join('\n====\n')}\n`;
  if (process.env.UPDATE_FIXTURES) writeFileSync(path, rendered);
  expect(rendered).toBe(text);
}

/** The SQL with each problem below its line: `-- ^^^ SJ202 message`. Warnings say so. */
export function withMarks(sql: string, problemsAt: { problem: Problem; offset: number }[]): string {
  const lines = sql.split('\n');
  let start = 0;
  return lines
    .flatMap((line) => {
      const end = start + line.length;
      const here = problemsAt.filter(({ problem, offset }) => {
        const at = problem.span.start + offset;
        return at >= start && at <= end;
      });
      const marks = here.map(({ problem, offset }) =>
        mark(problem, problem.span.start + offset - start, line.length),
      );
      start = end + 1;
      return [line, ...marks];
    })
    .join('\n');
}

function mark(problem: Problem, column: number, lineLength: number): string {
  const width = Math.max(1, Math.min(problem.span.end - problem.span.start, lineLength - column));
  const severity = problem.severity === 'error' ? '' : `${problem.severity}: `;
  return `--${' '.repeat(Math.max(1, column - 2))}${'^'.repeat(width)} ${severity}${problem.code} ${problem.message}`;
}

/** Without the marks. */
export function withoutMarks(fixture: string): string {
  return fixture
    .split('\n')
    .filter((line) => !/^--\s*\^+ /.test(line))
    .join('\n');
}
