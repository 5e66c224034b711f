CREATE TABLE src (id BIGINT, t TINYINT, f DOUBLE, ts TIMESTAMP(3), xs ARRAY<INT>) WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:1', 'format' = 'json');
CREATE TABLE dst (id BIGINT, t INT) WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:1', 'format' = 'json');
INSERT INTO dst SELECT id, t + CARDINALITY(xs) FROM src WHERE f IS NULL OR f > 0 OR ts IS NULL;
----
src: {"id": 1, "t": 1, "xs": [1]}
src: {"id": 2
src: {"id": "two"}
src: {"id": 3, "t": 300}
src: {"id": 4, "f": NaN}
src: {"id": 5, "ts": "yesterday"}
src: [6]
src: 7
src: {"id": 8, "xs": [1, "x"]}
src: {"id": 9, "xs": {"a": 1}}
src: 
src: {"id": 10, "t": 1, "xs": []}
----
{"id":1,"t":2}
{"id":10,"t":1}
failed: 10
