CREATE TABLE src (id INT, Id INT) WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:1', 'format' = 'json');
CREATE TABLE dst (a INT, A INT) WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:1', 'format' = 'json');
CREATE TABLE once (x INT, y INT) WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:1', 'format' = 'json');
CREATE VIEW even AS SELECT id, Id FROM src WHERE MOD(id, 2) = 0;
EXECUTE STATEMENT SET BEGIN
  INSERT INTO dst WITH e AS (SELECT * FROM even) SELECT id, Id FROM e;
  INSERT INTO once VALUES (100, 1), (200, 2);
END;
----
src: {"id": 1, "Id": 10}
src: {"id": 2, "Id": 20}
----
dst: {"a":2,"A":20}
once: {"x":100,"y":1}
once: {"x":200,"y":2}
