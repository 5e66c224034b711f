CREATE TABLE src (id INT, off BIGINT METADATA FROM 'offset' VIRTUAL, part INT METADATA FROM 'partition' VIRTUAL, at TIMESTAMP_LTZ(3) METADATA FROM 'timestamp' VIRTUAL, twice AS id * 2) WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:1', 'format' = 'json');
CREATE TABLE dst (id INT, twice INT, off BIGINT, part INT, at TIMESTAMP_LTZ(3)) WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:1', 'format' = 'json', 'key.format' = 'json', 'key.fields' = 'id;part', 'value.fields-include' = 'EXCEPT_KEY');
INSERT INTO dst SELECT id, twice, off, part, at FROM src;
----
src/0: {"id": 1}
src/1: {"id": 2}
src/0: {"id": 3}
----
[{"id":1,"part":0}] {"twice":2,"off":0,"at":"2023-11-14 22:13:20Z"}
[{"id":3,"part":0}] {"twice":6,"off":1,"at":"2023-11-14 22:13:20.001Z"}
[{"id":2,"part":1}] {"twice":4,"off":0,"at":"2023-11-14 22:13:20Z"}
