// Fills the parser's tables with statements of every kind, so that the first one a person types does not pay for them.
import { LayeredCatalog, MapCatalog } from '../analysis/catalogs';
import { analyzeStatement } from '../analysis/facts';
import { expectedAt } from '../syntax/expected';
import { parseAnew } from '../syntax/script';
import { apply } from './script';

/** Together they pass through most decisions of the grammar. */
const statements = [
  `CREATE TABLE t (a BIGINT, b DECIMAL(10, 2) NOT NULL, ts TIMESTAMP(3), o BIGINT METADATA FROM 'offset' VIRTUAL, c AS a * 2,
    WATERMARK FOR ts AS ts - INTERVAL '5' SECOND, PRIMARY KEY (a) NOT ENFORCED) WITH ('connector' = 'kafka', 'format' = 'json')`,
  "START JOB IF NOT EXISTS j PAUSED AS INSERT INTO s SELECT a, f(b, 'x') AS d FROM t WHERE a > 1 AND b = 'y' WITH ('on.error' = 'skip')",
  'START JOB j AS STATEMENT SET BEGIN INSERT INTO a SELECT 1 FROM t; INSERT INTO b SELECT 2 FROM t; END',
  "PAUSE JOB IF EXISTS a, b COLD WITH REASON 'x' FOR INTERVAL '30' MINUTE",
  'RESUME JOB a FROM EARLIEST ACCEPT DATA LOSS',
  `SELECT t.*, CASE WHEN a THEN 1 ELSE 2 END, CAST(a AS STRING), COUNT(*) FILTER (WHERE a IS NOT NULL), -a + b * c || d FROM t AS x
    LEFT JOIN u ON x.a = u.a WHERE a IN (1, 2) OR b BETWEEN 1 AND 2 OR NOT c LIKE 'x%' GROUP BY a, b HAVING COUNT(*) > 1 ORDER BY a DESC LIMIT 5`,
  `SELECT window_start, SUM(a) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '5' MINUTE)) GROUP BY window_start`,
  'WITH c AS (SELECT a FROM t WINDOW TUMBLING(5m) GROUP BY a) SELECT (SELECT 1), (a + 1) FROM c UNION ALL SELECT b FROM (SELECT b FROM u) d EMIT CHANGES',
  'CREATE STREAM s AS SELECT a FROM t EMIT CHANGES',
  'SHOW JOBS',
  'DESCRIBE t',
];
/** With errors, for the tables of recovery. */
const broken = ['SELECT a FORM t', 'SELECT a, FROM t WHERE', 'PAUSE orders', 'CREATE TABLE t (a INT WITH ('];

/** Runs in slices, so that a request that comes meanwhile waits for one statement at most. */
export function prewarm(report: (error: unknown) => void): void {
  const catalog = new LayeredCatalog(new MapCatalog());
  const texts = [...statements, ...broken];
  const next = (index: number) => {
    const text = texts[index];
    if (text === undefined) return;
    try {
      const { statement } = parseAnew(text);
      if (statement !== undefined) apply(analyzeStatement(statement, text, catalog), catalog);
      expectedAt(text, text.length);
    } catch (error) {
      report(error);
    }
    setImmediate(next, index + 1);
  };
  setImmediate(next, 0);
}
