CREATE TABLE a (id INT) WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:1', 'format' = 'json');
CREATE TABLE b (id BIGINT, s STRING) WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:1', 'format' = 'json');
CREATE TABLE dst (id BIGINT, s STRING) WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:1', 'format' = 'json');
INSERT INTO dst SELECT id, 'a' FROM a UNION ALL SELECT id, s FROM b WHERE id > 1;
----
a: {"id": 1}
b: {"id": 1, "s": "x"}
b: {"id": 2, "s": "y"}
a: {"id": 3}
----
{"id":1,"s":"a"}
{"id":3,"s":"a"}
{"id":2,"s":"y"}
