CREATE TABLE src (ts TIMESTAMP(3), z TIMESTAMP_LTZ(6)) WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:1', 'format' = 'json', 'json.timestamp-format.standard' = 'ISO-8601');
CREATE TABLE dst (ts TIMESTAMP(3), z TIMESTAMP_LTZ(6), pair ROW<a TIMESTAMP(3), b ARRAY<TIMESTAMP_LTZ(3)>>, nan DOUBLE) WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:1', 'format' = 'json', 'json.timestamp-format.standard' = 'ISO-8601');
INSERT INTO dst SELECT ts, z, ROW(ts, ARRAY[CAST(z AS TIMESTAMP_LTZ(3))]), CAST(1 AS DOUBLE) / 0 FROM src;
----
src: {"ts": "2026-01-31T10:00:00.100", "z": "2026-01-31T10:00:00.123456Z"}
----
{"ts":"2026-01-31T10:00:00.1","z":"2026-01-31T10:00:00.123456Z","pair":{"a":"2026-01-31T10:00:00.1","b":["2026-01-31T10:00:00.123Z"]},"nan":null}
