CREATE TABLE src (id BIGINT, n INT, s STRING) WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:1', 'format' = 'json');
CREATE TABLE dst (id BIGINT, q INT, c INT) WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:1', 'format' = 'json');
INSERT INTO dst SELECT id, 100 / n, CAST(s AS INT) FROM src WHERE CAST(n * 2 AS STRING) <> '';
----
src: {"id": 1, "n": 7, "s": "1"}
src: {"id": 2, "n": 0, "s": "1"}
src: {"id": 3, "n": 3, "s": "x"}
src: {"id": 4, "n": 2147483647, "s": "4"}
src: {"id": 5, "n": -3, "s": "x"}
src: {"id": 6, "n": 9, "s": null}
----
{"id":1,"q":14,"c":1}
{"id":6,"q":11,"c":null}
failed: 4
