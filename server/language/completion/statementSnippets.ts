// Whole statements to start from, offered where a statement begins. Tab stops follow LSP's snippet syntax.

export interface StatementSnippet {
  /** What it is offered as, and filtered by. */
  label: string;
  /** One line beside the label. */
  detail: string;
  body: string;
}

export const statementSnippets: readonly StatementSnippet[] = [
  {
    label: 'START JOB',
    detail: 'a job that runs a query',
    body: 'START JOB ${1:name} AS\nINSERT INTO ${2:sink}\nSELECT ${3:*} FROM ${4:source};',
  },
  {
    label: 'START JOB ... STATEMENT SET',
    detail: 'a job that writes to several tables',
    body:
      'START JOB ${1:name} AS STATEMENT SET BEGIN\n' +
      '  INSERT INTO ${2:first} SELECT ${3:*} FROM ${4:source};\n' +
      '  INSERT INTO ${5:second} SELECT ${6:*} FROM ${4:source};\nEND;',
  },
  { label: 'PAUSE JOB', detail: 'keeps state and offsets', body: 'PAUSE JOB ${1:name};' },
  {
    label: 'PAUSE JOB ... WITH REASON',
    detail: 'says why in the history',
    body: "PAUSE JOB ${1:name} WITH REASON '${2:reason}';",
  },
  {
    label: 'PAUSE JOB ... FOR',
    detail: 'resumes by itself',
    body: "PAUSE JOB ${1:name} FOR INTERVAL '${2:30}' MINUTE;",
  },
  {
    label: 'PAUSE JOB ... COLD',
    detail: 'frees its memory and connections',
    body: 'PAUSE JOB ${1:name} COLD;',
  },
  { label: 'RESUME JOB', detail: 'goes on where it was paused', body: 'RESUME JOB ${1:name};' },
  {
    label: 'RESUME JOB ... FOR n RECORDS',
    detail: 'a step: then it is paused again',
    body: 'RESUME JOB ${1:name} FOR ${2:1} RECORDS;',
  },
  {
    label: 'RESUME JOB ... FROM',
    detail: 'from another place in the log',
    body: 'RESUME JOB ${1:name} FROM ${2|EARLIEST,LATEST|};',
  },
  {
    label: 'RESUME JOB ... ACCEPT DATA LOSS',
    detail: 'although unread records were deleted',
    body: 'RESUME JOB ${1:name} ACCEPT DATA LOSS;',
  },
  {
    label: 'EXPLAIN PAUSE JOB',
    detail: 'what a pause would mean; changes nothing',
    body: 'EXPLAIN PAUSE JOB ${1:name};',
  },
  {
    label: 'EXPLAIN RESUME JOB',
    detail: 'what a resume would mean; changes nothing',
    body: 'EXPLAIN RESUME JOB ${1:name};',
  },
  {
    label: 'PEEK JOB',
    detail: 'its next records, not consumed',
    body: 'PEEK JOB ${1:name} LIMIT ${2:10};',
  },
  {
    label: 'SELECT ... FROM STATE OF JOB',
    detail: 'what a job keeps, as a table',
    body: 'SELECT ${2:*} FROM STATE OF JOB ${1:name};',
  },
  {
    label: 'DEPLOY JOB',
    detail: 'a new version of its query',
    body:
      "DEPLOY JOB ${1:name} VERSION '${2:2}' AS\nINSERT INTO ${3:sink}\nSELECT ${4:*} FROM ${5:source}\n" +
      'STRATEGY ${6|REPLACE,BLUE_GREEN,CANARY(10)|};',
  },
  { label: 'ROLLBACK JOB', detail: 'back to the version before', body: 'ROLLBACK JOB ${1:name};' },
  { label: 'SHOW VERSIONS', detail: 'the versions of a job', body: 'SHOW VERSIONS FOR ${1:name};' },
  { label: 'STOP JOB', detail: 'ends the job', body: 'STOP JOB ${1:name};' },
  { label: 'RESTART JOB', detail: 'starts a stopped or failed job again', body: 'RESTART JOB ${1:name};' },
  { label: 'DROP JOB', detail: 'forgets the job and its state', body: 'DROP JOB ${1:name};' },
  { label: 'SHOW JOBS', detail: 'all jobs and their states', body: 'SHOW JOBS;' },
  {
    label: 'SHOW PAUSE HISTORY',
    detail: 'who paused a job, when and why',
    body: 'SHOW PAUSE HISTORY FOR ${1:name};',
  },
  {
    label: 'SHOW DEAD LETTERS',
    detail: 'bad records and why they failed',
    body: 'SHOW DEAD LETTERS FOR ${1:name};',
  },
  {
    label: 'RETRY DEAD LETTERS',
    detail: 'tries the bad records of a job again',
    body: 'RETRY DEAD LETTERS FOR ${1:name};',
  },
  {
    label: 'CREATE TABLE ... datagen',
    detail: 'records made up on the spot',
    body:
      'CREATE TABLE ${1:orders} (\n  ${2:id BIGINT},\n  ${3:amount DECIMAL(10, 2)},\n  ts TIMESTAMP(3),\n' +
      "  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND\n) WITH (\n  'connector' = 'datagen',\n" +
      "  'rows-per-second' = '${4:10}'\n);",
  },
  {
    label: 'CREATE TABLE ... kafka',
    detail: 'a Kafka topic',
    body:
      "CREATE TABLE ${1:orders} (\n  ${2:id BIGINT}\n) WITH (\n  'connector' = 'kafka',\n" +
      "  'topic' = '${1}',\n  'properties.bootstrap.servers' = '${3:localhost:9092}',\n" +
      "  'scan.startup.mode' = 'earliest-offset',\n  'format' = 'json'\n);",
  },
  {
    label: 'CREATE TABLE ... file',
    detail: 'a file of JSON lines or CSV',
    body:
      "CREATE TABLE ${1:orders} (\n  ${2:id BIGINT}\n) WITH (\n  'connector' = 'file',\n" +
      "  'path' = '${3:orders.ndjson}',\n  'format' = '${4|json,csv|}'\n);",
  },
  {
    label: 'CREATE TABLE ... print',
    detail: 'shows rows in the results view',
    body: "CREATE TABLE ${1:out} (\n  ${2:id BIGINT}\n) WITH ('connector' = 'print');",
  },
  {
    label: 'CREATE VIEW',
    detail: 'a named query',
    body: 'CREATE VIEW ${1:name} AS\nSELECT ${2:*} FROM ${3:source};',
  },
  {
    label: 'INSERT INTO',
    detail: 'a job named after its sink',
    body: 'INSERT INTO ${1:sink}\nSELECT ${2:*} FROM ${3:source};',
  },
  { label: 'SELECT', detail: 'a preview in the results view', body: 'SELECT ${2:*} FROM ${1:source};' },
  {
    label: 'SELECT ... TUMBLE',
    detail: 'an aggregate for each time window',
    body:
      'SELECT window_start, window_end, ${4:COUNT(*) AS total}\n' +
      "FROM TABLE(TUMBLE(TABLE ${1:source}, DESCRIPTOR(${2:ts}), INTERVAL '${3:1}' MINUTE))\n" +
      'GROUP BY window_start, window_end;',
  },
];
