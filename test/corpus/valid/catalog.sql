/* Tables, streams, views and settings. */
CREATE TABLE IF NOT EXISTS orders (
  id BIGINT, customer STRING, amount DECIMAL(10,2), ts TIMESTAMP(3),
  kafka_offset BIGINT METADATA FROM 'offset' VIRTUAL, doubled AS amount * 2, -- a computed column
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND, PRIMARY KEY (id) NOT ENFORCED
) WITH ('connector' = 'kafka', 'topic' = 'orders', 'properties.bootstrap.servers' = 'localhost:9092',
  'scan.startup.mode' = 'earliest-offset', 'format' = 'json');
CREATE STREAM s (
  k INT NOT NULL PRIMARY KEY NOT ENFORCED COMMENT 'the key',
  v ROW<a INT, b ARRAY<MAP<STRING, DOUBLE>>> NULL,
  w ROW(x DOUBLE PRECISION, y CHARACTER VARYING(10) NOT NULL),
  t TIMESTAMP(3) WITH LOCAL TIME ZONE NOT NULL METADATA FROM 'timestamp',
  u TIMESTAMP_LTZ(3) METADATA VIRTUAL,
  z TIME(0) WITHOUT TIME ZONE,
  i INTERVAL DAY TO SECOND
) COMMENT 'a stream' WITH ('connector' = 'datagen');
CREATE TABLE pk (a INT, b INT, CONSTRAINT pk PRIMARY KEY (a, b) NOT ENFORCED);
-- Words that are keywords only in one place are names elsewhere.
CREATE TABLE words (version STRING, key STRING, status STRING, reason STRING, `select` INT, "from" INT, timestamp BIGINT, date DATE,
  offset BIGINT, partition INT, value STRING, state STRING, user STRING, start BIGINT, pause BOOLEAN, job STRING, data STRING, size INT,
  comment STRING, watermark STRING, metadata STRING, hour INT, view STRING, position INT, filter STRING, `window` INT, year INT);
CREATE VIEW v AS SELECT id, customer FROM orders;
CREATE VIEW IF NOT EXISTS v2 (a, b) AS WITH x AS (SELECT 1 AS one) SELECT one, one FROM x;
CREATE STREAM totals AS SELECT customer, SUM(amount) AS total FROM orders GROUP BY customer EMIT CHANGES;
CREATE TABLE totals WITH ('connector' = 'print') AS SELECT customer FROM orders EMIT FINAL;
CREATE STREAM IF NOT EXISTS totals AS SELECT customer FROM orders WINDOW TUMBLING(5m) GROUP BY customer EMIT CHANGES WITH ('kafka.topic' = 't');
INSERT INTO sink SELECT * FROM orders;
INSERT INTO sink (a, b) SELECT a, b FROM orders EMIT CHANGES;
INSERT INTO sink VALUES (1, 'a'), (2, 'b');
INSERT INTO cat.db.sink SELECT * FROM cat.db.orders;
EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; INSERT INTO b SELECT 2; END;
STATEMENT SET BEGIN INSERT INTO a SELECT 1; END;
DROP TABLE orders;
DROP STREAM IF EXISTS orders;
DROP VIEW v;
SHOW TABLES; SHOW STREAMS; SHOW VIEWS; SHOW TOPICS; SHOW FUNCTIONS; SHOW CONNECTIONS; LIST TABLES LIKE 'o%';
DESCRIBE orders;
DESC cat.db.orders;
SET 'pipeline.name' = 'x';
RESET 'pipeline.name';
RESET;
-- Placeholders.
SET 'region' = ${REGION};
CREATE TABLE t_${REGION} (id INT) WITH ('topic' = 'orders-${REGION:eu}', 'connector' = ${CONNECTOR:kafka});
SELECT ${COLUMN}, t.x FROM ${TABLE:orders} t WHERE amount > ${MIN:10} LIMIT ${ROWS:5};
