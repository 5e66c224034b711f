CREATE TABLE src (k STRING, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:1', 'format' = 'json');
CREATE TABLE dst (ws TIMESTAMP(3), we TIMESTAMP(3), k STRING, c BIGINT, s INT, a INT, lo INT, hi INT, u BIGINT, f BIGINT) WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:1', 'format' = 'json');
INSERT INTO dst SELECT window_start, window_end, k, COUNT(*), SUM(n), AVG(n), MIN(n), MAX(n), COUNT(DISTINCT n), COUNT(*) FILTER (WHERE n > 1)
FROM TABLE(TUMBLE(TABLE src, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end, k;
----
src: {"k": "a", "n": 1, "ts": "2026-01-01 00:00:01.000"}
src: {"k": "a", "n": 2, "ts": "2026-01-01 00:00:03.000"}
src: {"k": "a", "n": 2, "ts": "2026-01-01 00:00:09.999"}
src: {"k": "a", "n": 8, "ts": "2026-01-01 00:00:12.000"}
src: {"k": "a", "n": null, "ts": "2026-01-01 00:00:08.000"}
src: {"k": null, "n": 5, "ts": "2026-01-01 00:00:09.000"}
src: {"k": "a", "n": 3, "ts": "2026-01-01 00:00:31.000"}
----
{"ws":"2026-01-01 00:00:00","we":"2026-01-01 00:00:10","k":"a","c":4,"s":5,"a":1,"lo":1,"hi":2,"u":2,"f":2}
{"ws":"2026-01-01 00:00:00","we":"2026-01-01 00:00:10","k":null,"c":1,"s":5,"a":5,"lo":5,"hi":5,"u":1,"f":1}
{"ws":"2026-01-01 00:00:10","we":"2026-01-01 00:00:20","k":"a","c":1,"s":8,"a":8,"lo":8,"hi":8,"u":1,"f":1}
{"ws":"2026-01-01 00:00:30","we":"2026-01-01 00:00:40","k":"a","c":1,"s":3,"a":3,"lo":3,"hi":3,"u":1,"f":1}
