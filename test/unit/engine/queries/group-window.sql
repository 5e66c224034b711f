CREATE TABLE src (v DECIMAL(10, 2), ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:1', 'format' = 'json');
CREATE TABLE dst (ws TIMESTAMP(3), s DECIMAL(38, 2), a DECIMAL(38, 6), n BIGINT) WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:1', 'format' = 'json');
INSERT INTO dst SELECT TUMBLE_START(ts, INTERVAL '1' MINUTE), SUM(v), AVG(v), COUNT(v) FROM src GROUP BY TUMBLE(ts, INTERVAL '1' MINUTE) HAVING COUNT(*) > 1;
----
src: {"v": 1, "ts": "2026-01-01 00:00:01"}
src: {"v": 1, "ts": "2026-01-01 00:00:02"}
src: {"v": 2, "ts": "2026-01-01 00:00:59.999"}
src: {"v": 5, "ts": "2026-01-01 00:01:00"}
src: {"v": null, "ts": "2026-01-01 00:02:00"}
src: {"v": null, "ts": "2026-01-01 00:02:01"}
----
{"ws":"2026-01-01 00:00:00","s":4.00,"a":1.333333,"n":3}
{"ws":"2026-01-01 00:02:00","s":null,"a":null,"n":0}
