// Fills the parser's tables with statements of every kind, a few at a time, so that the first one typed is fast.
import { MapCatalog } from '../analysis/catalogs';
import { analyzeStatement } from '../analysis/facts';
import { parseAnew } from '../syntax/script';

const statements = [
  `CREATE TABLE a (id BIGINT, name STRING, amount DECIMAL(10, 2), ts TIMESTAMP(3), o BIGINT METADATA FROM 'offset' VIRTUAL,
     d AS amount * 2, WATERMARK FOR ts AS ts - INTERVAL '5' SECOND, PRIMARY KEY (id) NOT ENFORCED)
     WITH ('connector' = 'datagen', 'rows-per-second' = '10')`,
  "START JOB IF NOT EXISTS j AS INSERT INTO b SELECT id, UPPER(name) AS n FROM a WHERE amount > 1 WITH ('on.error' = 'skip')",
  'CREATE VIEW v AS SELECT x.id, COUNT(*) FILTER (WHERE x.amount > 1) AS c FROM a AS x GROUP BY x.id HAVING COUNT(*) > 1',
  `SELECT window_start, window_end, CASE WHEN SUM(amount) > 1 THEN 'a' ELSE 'b' END
     FROM TABLE(TUMBLE(TABLE a, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end`,
  "INSERT INTO b SELECT CAST(id AS STRING), name LIKE 'a%', id BETWEEN 1 AND 2, id IN (1, 2) FROM a AND",
  "PAUSE JOB IF EXISTS j, k WITH REASON 'r' FOR INTERVAL '1' MINUTE",
  'RESUME JOB j; SHOW JOBS',
  'WITH q AS (SELECT * FROM a) SELECT q.* FROM q LEFT JOIN a ON q.id = a.id UNION ALL SELECT * FROM a LIMIT 10',
];

/** Runs in slices, so that a request that comes meanwhile waits for one statement at most. */
export function prewarm(report: (error: unknown) => void): void {
  const catalog = new MapCatalog();
  const next = (index: number) => {
    const text = statements[index];
    if (text === undefined) return;
    try {
      const { statement } = parseAnew(text);
      if (statement !== undefined) analyzeStatement(statement, text, catalog);
    } catch (error) {
      report(error);
    }
    setImmediate(next, index + 1);
  };
  setImmediate(next, 0);
}
