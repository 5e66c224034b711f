SELECT a FORM orders
--       ^^^^ FORM is not expected here. Did you mean FROM?
-- becomes SELECT a FROM orders
--------
SELECT a FORM t
--       ^^^^ FORM is not expected here. Did you mean FROM?
-- becomes SELECT a FROM t
--------
SELECT a FROM t WEHRE a = 1
--              ^^^^^ WEHRE is not expected here. Did you mean WHERE?
-- becomes SELECT a FROM t WHERE a = 1
--------
SELECT a FROM t GRUOP BY a
--              ^^^^^ GRUOP is not expected here. Did you mean GROUP?
-- becomes SELECT a FROM t GROUP BY a
--------
SELECT a, FROM t
--      ^ This comma before FROM is one too many.
-- becomes SELECT a FROM t
--------
SELECT a,, b FROM t
--       ^ This comma is one too many.
-- becomes SELECT a, b FROM t
--------
SELECT a FROM t WHERE a == 1
--                      ^^ Two values are compared with =; there is no ==.
-- becomes SELECT a FROM t WHERE a = 1
--------
SELECT order FROM t
--     ^^^^^ ORDER is a reserved word. As a name it needs quotes: `order`.
-- becomes SELECT `order` FROM t
--------
SELECT FROM t
--     ^^^^ FROM is not expected here. After SELECT comes an expression.
--------
SELECT a FROM t WHERE
--              ^^^^^ The statement is not complete. After WHERE comes an expression.
--------
SELECT a b c FROM t
--         ^ c is not expected here. After b comes, among others, EMIT, EXCEPT, FETCH, FROM or GROUP BY.
--------
SELECT (a + 1 FROM t
--     ^ This ( is not closed.
-- becomes SELECT (a + 1) FROM t
--------
SELECT ROUND(a, 2 FROM t
--          ^ This ( is not closed.
-- becomes SELECT ROUND(a, 2) FROM t
--------
SELECT a) FROM t
--      ^ This ) closes nothing.
-- becomes SELECT a FROM t
--------
SELECT a /* the key
--       ^^ This comment is not closed: */ is missing.
--------
SELECT 'it's' FROM t
--          ^ This string is not closed: ' is missing.
--------
SELECT `a FROM t
--     ^ This name is not closed: the closing quote is missing.
--------
SELECT a FROM t GROUP BY a WHERE a = 1
--                         ^^^^^ WHERE comes before GROUP BY.
--------
SELECT a FROM t WHERE a = 1 WHERE b = 2
--                          ^^^^^ WHERE stands here a second time.
--------
SELECT a FROM t
--            ^ A ; is missing here: SELECT begins another statement.
SELECT b FROM u
-- becomes SELECT a FROM t;
--------
SELECT INTERVAL 5 MINUTE
--              ^ A text in single quotes is expected here: '5'.
-- becomes SELECT INTERVAL '5' MINUTE
--------
SELECT a FROM t WINDOW TUMBLING (SIZE 5minutes) GROUP BY a
--                                    ^^^^^^^^ 5minutes is neither a number nor a name.
-- becomes SELECT a FROM t WINDOW TUMBLING (SIZE 5 minutes) GROUP BY a
--------
SELECT a FROM t WINDOW TUMBLING(5m) GROUP BY a WINDOW TUMBLING(1m)
--                                             ^^^^^^^^^^^^^^^^^^^ A query has one WINDOW clause.
--------
SELECT # FROM t
--     ^ The character # means nothing here.
--------
SELECT a FROM t WHERE a IN ()
--                          ^ ) is not expected here. After ( comes an expression.
--------
SELECT a FROM t WHERE a IN b
--                    ^^^^^^ After IN comes a list in parentheses or a subquery.
--------
SELECT a FROM t JOIN u
--                   ^ The statement is not complete. After u comes ON, USING or WITHIN.
--------
SELECT CASE WHEN a THEN b FROM t
--                        ^^^^ FROM is not expected here. After b comes ELSE, END or WHEN.
--------
SELECT a FROM t LIMIT many
--                    ^^^^ many is not expected here. After LIMIT comes a whole number.
--------
SELECT * FROM TABLE(TUMBLE(t, DESCRIPTOR(ts), INTERVAL '1' MINUTE))
--                         ^ The table of a window is written TABLE t.
-- becomes SELECT * FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE))
--------
SELECT '${DB_PASSWORD}'
--      ^^^^^^^^^^^^^^ ${DB_PASSWORD} stands for a secret, which does not belong in a statement: keep it in a named connection ('connection' = 'name').
