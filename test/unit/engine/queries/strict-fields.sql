CREATE TABLE src (id BIGINT NOT NULL, n INT) WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:1', 'format' = 'json', 'json.fail-on-missing-field' = 'true');
CREATE TABLE lax (id BIGINT, n INT) WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:1', 'format' = 'json', 'json.ignore-parse-errors' = 'true');
CREATE TABLE dst (id BIGINT, n INT) WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:1', 'format' = 'json');
INSERT INTO dst SELECT id, n FROM src UNION ALL SELECT id, n FROM lax;
----
src: {"id": 1, "n": null}
src: {"id": 2}
src: {"id": null, "n": 3}
lax: {"id": 4, "n": "x"}
lax: {"id": 5
----
{"id":1,"n":null}
{"id":4,"n":null}
failed: 3
