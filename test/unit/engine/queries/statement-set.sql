CREATE TABLE src (id INT, k STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:1', 'format' = 'json');
CREATE TABLE odd (id INT) WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:1', 'format' = 'json');
CREATE TABLE counts (k STRING, n BIGINT) WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:1', 'format' = 'csv');
EXECUTE STATEMENT SET BEGIN
  INSERT INTO odd SELECT id FROM src WHERE MOD(id, 2) = 1;
  INSERT INTO counts SELECT UPPER(k), COUNT(*) FROM src GROUP BY UPPER(k), TUMBLE(ts, INTERVAL '1' HOUR);
END;
----
src: {"id": 1, "k": "a", "ts": "2026-01-01 00:00:00"}
src: {"id": 2, "k": "b", "ts": "2026-01-01 00:10:00"}
src: {"id": 3, "k": "A", "ts": "2026-01-01 00:20:00"}
src: {"id": 4, "k": "a", "ts": "2026-01-01 01:00:00"}
----
odd: {"id":1}
odd: {"id":3}
counts: A,2
counts: B,1
counts: A,1
