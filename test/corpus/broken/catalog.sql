CREATE TABL t (a INT)
--     ^^^^ TABL is not expected here. Did you mean TABLE?
-- becomes CREATE TABLE t (a INT)
--------
CREATE TABLE t
--           ^ The statement is not complete. After t comes AS, COMMENT, WITH or (.
--------
CREATE TABLE order (a INT)
--           ^^^^^ ORDER is a reserved word. As a name it needs quotes: `order`.
-- becomes CREATE TABLE `order` (a INT)
--------
CREATE TABLE t (a INT, from STRING)
--                     ^^^^ FROM is a reserved word. As a name it needs quotes: `from`.
-- becomes CREATE TABLE t (a INT, `from` STRING)
--------
CREATE TABLE t (a INT,)
--                   ^ This comma before ) is one too many.
-- becomes CREATE TABLE t (a INT)
--------
CREATE TABLE t (a INT,, b STRING)
--                    ^ This comma is one too many.
-- becomes CREATE TABLE t (a INT, b STRING)
--------
CREATE TABLE t (a INT WITH ('connector' = 'print')
--             ^ This ( is not closed.
--------
CREATE TABLE t (a INT) WITH ()
--                          ^^ WITH () holds no option. Options are written 'key' = 'value'.
--------
CREATE TABLE t (a INT) WITH (connector = 'print')
--                           ^^^^^^^^^ The key of an option is written in single quotes: 'connector'.
-- becomes CREATE TABLE t (a INT) WITH ('connector' = 'print')
--------
CREATE TABLE t (a INT) WITH ('connector' = 'kafka', scan.startup.mode = 'latest-offset')
--                                                  ^^^^^^^^^^^^^^^^^ The key of an option is written in single quotes: 'scan.startup.mode'.
-- becomes CREATE TABLE t (a INT) WITH ('connector' = 'kafka', 'scan.startup.mode' = 'latest-offset')
--------
CREATE TABLE t (a INT) WITH ("connector" = 'print')
--                           ^^^^^^^^^^^ The key of an option is written in single quotes: 'connector'.
-- becomes CREATE TABLE t (a INT) WITH ('connector' = 'print')
--------
CREATE TABLE t (a INT) WITH ('rows-per-second' = 5)
--                                               ^ The value of an option is written in single quotes: '5'.
-- becomes CREATE TABLE t (a INT) WITH ('rows-per-second' = '5')
--------
CREATE TABLE t (id BIGINT PRIMARY KEY)
--                                   ^ ) is not expected here. After KEY comes NOT ENFORCED.
--------
CREATE TABLE t (ts TIMESTAMP(3), WATERMARK FOR ts AS ts, WATERMARK FOR ts AS ts)
--                                                       ^^^^^^^^^^^^^^^^^^^^^^ A table has one watermark.
--------
CREATE STREAM s WITH ('a' = 'b') AS SELECT 1 WITH ('c' = 'd')
--                                           ^^^^^^^^^^^^^^^^ WITH (...) stands either before AS or at the end, not in both places.
--------
INSERT sink SELECT 1
--     ^^^^ sink is not expected here. After INSERT comes INTO.
--------
INSERT INTO SELECT 1
--          ^^^^^^ SELECT is not expected here. After INTO comes the name of a table.
--------
INSERT INTO sink SELCT 1
--               ^^^^^ SELCT is not expected here. Did you mean SELECT?
-- becomes INSERT INTO sink SELECT 1
--------
DROP orders
--   ^^^^^^ orders is not expected here. After DROP comes JOB, STREAM, TABLE or VIEW.
--------
SET pipeline.name = 'x'
--  ^^^^^^^^^^^^^ The key of an option is written in single quotes: 'pipeline.name'.
-- becomes SET 'pipeline.name' = 'x'
--------
SET 'pipeline.name' = orders
--                    ^^^^^^ The value of an option is written in single quotes: 'orders'.
-- becomes SET 'pipeline.name' = 'orders'
