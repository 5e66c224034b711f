PAUSE orders;
--    ^^^^^^ A job is paused with PAUSE JOB name.
-- becomes PAUSE JOB orders;
--------
STOP orders, payments
--   ^^^^^^ A job is stopped with STOP JOB name.
-- becomes STOP JOB orders, payments
--------
PUASE JOB x
-- <- Unknown statement PUASE. Did you mean PAUSE?
-- becomes PAUSE JOB x
--------
frobnicate the jobs
-- <- Unknown statement frobnicate. A statement begins with SELECT, INSERT INTO, CREATE, START JOB or PAUSE JOB, for example.
--------
PAUSE JBO orders
--    ^^^ JBO is not expected here. Did you mean JOB?
-- becomes PAUSE JOB orders
--------
SHOW JBOS
--   ^^^^ JBOS is not expected here. Did you mean JOBS?
-- becomes SHOW JOBS
--------
RESUME JOB orders FORM EARLIEST
--                ^^^^ FORM is not expected here. Did you mean FROM?
-- becomes RESUME JOB orders FROM EARLIEST
--------
PAUSE
-- <- The statement is not complete. After PAUSE comes ALL, JOB or JOBS LIKE.
--------
PAUSE JOB orders,
--              ^ The statement is not complete. After , comes the name of a job.
--------
PAUSE JOB select
--        ^^^^^^ SELECT is a reserved word. As a name it needs quotes: `select`.
-- becomes PAUSE JOB `select`
--------
PAUSE JOB orders payments
--               ^^^^^^^^ payments is not expected here. After orders comes, among others, COLD, FOR INTERVAL, UNTIL TIMESTAMP, WITH REASON or a comma.
--------
PAUSE JOB orders WITH REASON late
--                           ^^^^ A text in single quotes is expected here: 'late'.
-- becomes PAUSE JOB orders WITH REASON 'late'
--------
PAUSE JOB orders WITH REASON 'late' COLD
--                                  ^^^^ COLD comes before WITH REASON.
--------
PAUSE JOB orders WITH REASON 'index rebuild
--                           ^ This string is not closed: ' is missing.
-- becomes PAUSE JOB orders WITH REASON 'index rebuild'
--------
PAUSE JOB orders FOR INTERVAL '1' MONTH
--                   ^^^^^^^^^^^^^^^^^^ Months and years differ in length and cannot be used here. Use DAY, HOUR, MINUTE or SECOND.
--------
PAUSE JOB orders FOR INTERVAL 'soon' MINUTE
--                            ^^^^^^ 'soon' is no number of MINUTE.
--------
PAUSE JOB orders
--        ^^^^^^ A ; is missing here: RESUME begins another statement.
RESUME JOB payments
-- becomes PAUSE JOB orders;
--------
SHOW STATUS
--   ^^^^^^ A ; is missing here: START begins another statement.
START JOB x AS SELECT 1
-- becomes SHOW STATUS;
--------
START JOB orders SELECT 1
--               ^^^^^^ SELECT is not expected here. After orders comes AS or PAUSED AS.
--------
START JOB IF EXISTS orders AS SELECT 1
--           ^^^^^^ EXISTS is not expected here. After IF comes AS, NOT EXISTS or PAUSED AS.
--------
RESUME JOB orders ACCEPT DATA
--                       ^^^^ The statement is not complete. After DATA comes LOSS.
--------
RESUME JOB orders FOR ten RECORDS
--                    ^^^ ten is not expected here. After FOR comes a whole number.
--------
DEPLOY JOB orders AS SELECT 1
--                ^^ AS is not expected here. After orders comes VERSION.
--------
MOVE JOB orders TO CONNECTION cluster
--                            ^^^^^^^ A text in single quotes is expected here: 'cluster'.
-- becomes MOVE JOB orders TO CONNECTION 'cluster'
--------
SHOW JOBS orders
--        ^^^^^^ orders is not expected here. After JOBS comes LIKE or the end of the statement.
--------
RETRY DEAD LETTERS orders
--                 ^^^^^^ orders is not expected here. After LETTERS comes FOR.
--------
RETRY DEAD LETTER FOR orders
--                ^^^ FOR is not expected here. After LETTER comes a whole number.
--------
EXPLAIN CREATE TABLE t (a INT)
--      ^^^^^^ CREATE is not expected here. After EXPLAIN comes, among others, INSERT INTO, PAUSE, RESUME, SELECT or VALUES.
