CREATE TABLE src (b BOOLEAN, t TINYINT, i INT, f DOUBLE, s STRING, d DATE, tm TIME, ts TIMESTAMP(3), z TIMESTAMP_LTZ(3), big DECIMAL(38, 2), raw BYTES,
  xs ARRAY<DECIMAL(5, 1)>, m MAP<STRING, INT>, r ROW<a INT, b ROW<c STRING>>) WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:1', 'format' = 'json');
CREATE TABLE dst (b BOOLEAN, t TINYINT, i INT, f DOUBLE, s STRING, d DATE, tm TIME, ts TIMESTAMP(3), z TIMESTAMP_LTZ(3), big DECIMAL(38, 2), raw BYTES,
  xs ARRAY<DECIMAL(5, 1)>, m MAP<STRING, INT>, r ROW<a INT, b ROW<c STRING>>) WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:1', 'format' = 'json');
INSERT INTO dst SELECT * FROM src;
----
src: {"b":true,"t":1,"i":2,"f":1.5,"s":"x","d":"2026-01-31","tm":"10:11:12","ts":"2026-01-31 10:11:12.1239","z":"2026-01-31T12:11:12.5+02:00","big":100000000000000000.01,"raw":"YWI=","xs":[1,2.5,null],"m":{"k/1":1},"r":{"a":1,"b":{"c":"q"}}}
src: {"ts":1700000000123,"z":1700000000000,"s":{"nested":[1]},"big":"12345678901234567890.12"}
src: {}
----
{"b":true,"t":1,"i":2,"f":1.5,"s":"x","d":"2026-01-31","tm":"10:11:12","ts":"2026-01-31 10:11:12.123","z":"2026-01-31 10:11:12.5Z","big":100000000000000000.01,"raw":"YWI=","xs":[1.0,2.5,null],"m":{"k/1":1},"r":{"a":1,"b":{"c":"q"}}}
{"b":null,"t":null,"i":null,"f":null,"s":"{\"nested\":[1]}","d":null,"tm":null,"ts":"2023-11-14 22:13:20.123","z":"2023-11-14 22:13:20Z","big":12345678901234567890.12,"raw":null,"xs":null,"m":null,"r":null}
{"b":null,"t":null,"i":null,"f":null,"s":null,"d":null,"tm":null,"ts":null,"z":null,"big":null,"raw":null,"xs":null,"m":null,"r":null}
