// What the keywords mean, for hover and completion: a form to copy and a sentence.
import { codeBlock } from '../protocol/markdown';

export interface KeywordDoc {
  form: string;
  text: string;
}

/** By the keyword, or two words that stand together, in upper case. */
const docs: Record<string, KeywordDoc> = {
  'START JOB': {
    form: 'START JOB [IF NOT EXISTS] name [PAUSED] AS { INSERT ... | SELECT ... | STATEMENT SET BEGIN ... END } [WITH (...)]',
    text: 'Makes a job and runs it until it is paused, stopped or its sources end.',
  },
  'PAUSE JOB': {
    form: "PAUSE JOB [IF EXISTS] name, ... [COLD] [WITH REASON 'text'] [FOR INTERVAL '30' MINUTE | UNTIL TIMESTAMP '...']",
    text: 'Stops taking records. State and offsets are durable before the answer comes; nothing is lost or repeated.',
  },
  'PAUSE JOBS': {
    form: "PAUSE JOBS LIKE 'pattern' [COLD] [WITH REASON 'text'] ...",
    text: 'Pauses every job whose name matches.',
  },
  'PAUSE ALL': { form: "PAUSE ALL JOBS [COLD] [WITH REASON 'text'] ...", text: 'Pauses every running job.' },
  'RESUME JOB': {
    form: "RESUME JOB [IF EXISTS] name, ... [FROM EARLIEST | LATEST | TIMESTAMP '...'] [ACCEPT DATA LOSS] | RESUME JOB name FOR n RECORDS",
    text: 'Goes on exactly where the job was paused. Refused when records were deleted meanwhile, unless the loss is accepted. FOR n RECORDS processes exactly the next n, then pauses again.',
  },
  'RESUME JOBS': { form: "RESUME JOBS LIKE 'pattern'", text: 'Resumes every paused job whose name matches.' },
  'RESUME ALL': { form: 'RESUME ALL JOBS', text: 'Resumes every paused job.' },
  'STOP JOB': {
    form: 'STOP JOB [IF EXISTS] name, ... [FORCE]',
    text: 'Ends a job. RESTART JOB starts it again.',
  },
  'DROP JOB': { form: 'DROP JOB [IF EXISTS] name', text: 'Forgets a job with its state and history.' },
  'RESTART JOB': {
    form: 'RESTART JOB name',
    text: 'Starts a stopped or failed job again from its checkpoint.',
  },
  'DEPLOY JOB': {
    form: "DEPLOY JOB name VERSION 'v' AS ... [WITH (...)] [STRATEGY { REPLACE | BLUE_GREEN | CANARY(percent) | ROLLING }]",
    text: "Replaces the query of a job by a new version, which goes on where the old one stood, with its state. Refused where that cannot be kept, unless WITH ('state' = 'discard'). A version that fails in its first batches, or takes not one of their records, gives way to the old one; of a paused job it begins with the resume, and ROLLBACK goes back.",
  },
  'ROLLBACK JOB': {
    form: "ROLLBACK JOB name [[TO] VERSION 'v']",
    text: 'Goes back to the version before, or to another one, from where the job stands.',
  },
  'SHOW VERSIONS': {
    form: 'SHOW [JOB] VERSIONS [FOR] name',
    text: 'The versions of a job, what became of each and why.',
  },
  VERSION: {
    form: "VERSION 'name'",
    text: 'Any name that the job has not had yet; SHOW VERSIONS lists those it had.',
  },
  'STRATEGY REPLACE': {
    form: 'STRATEGY REPLACE',
    text: 'The default: the old version comes to rest as for a pause, the new one goes on from there with its state.',
  },
  BLUE_GREEN: {
    form: 'STRATEGY BLUE_GREEN',
    text: 'The new version first fills its windows from the log beside the old one, unseen, until it has caught up; then they are swapped, with nothing lost or repeated.',
  },
  CANARY: {
    form: 'STRATEGY CANARY(percent)',
    text: 'The new version gets so many percent of the keys, the old one the others. REPLACE gives it all keys, ROLLBACK JOB none.',
  },
  ROLLING: { form: 'STRATEGY ROLLING', text: 'On one machine the same as REPLACE.' },
  STRATEGY: {
    form: 'STRATEGY { REPLACE | BLUE_GREEN | CANARY(percent) | ROLLING }',
    text: 'How a new version takes over. REPLACE, the default: the old one comes to rest as for a pause, the new one goes on from there. BLUE_GREEN: the new one first fills its windows from the log beside the old one, unseen, until it has caught up. CANARY(10): the new one gets 10 percent of the keys, in the same pipeline, so that each record still has exactly one result; CANARY with another number changes the share, REPLACE gives it all keys, ROLLBACK JOB none. The key is the PRIMARY KEY of the table, else the key of the record, else all columns. Windows have to be by that key. ROLLING is REPLACE on one machine.',
  },
  'PEEK JOB': {
    form: 'PEEK JOB name [LIMIT n]',
    text: 'Shows the next records of a job, in the order it will process them, without consuming them.',
  },
  'RETRY DEAD': {
    form: 'RETRY DEAD { LETTERS | LETTER number } FOR job',
    text: 'Runs the bad records a job has kept, or one of them, through its query again. Those that succeed leave; positions stay.',
  },
  'DEAD LETTERS': {
    form: 'SHOW DEAD LETTERS [FOR job]',
    text: 'Records that could not be read or computed, the newest first: where they stood, why they failed, their bytes.',
  },
  'PAUSE HISTORY': {
    form: 'SHOW PAUSE HISTORY [FOR job]',
    text: 'Who paused what, when, why and for how long; what waited, and what was lost or read again.',
  },
  'SHOW STATUS': {
    form: 'SHOW [JOB] STATUS [name]',
    text: 'State, lag, positions, version and warnings of a job, or of all.',
  },
  'SHOW METRICS': { form: 'SHOW [JOB] METRICS [name]', text: 'Counters and timings of a job, or of all.' },
  'STATE OF': {
    form: 'SELECT ... FROM STATE OF JOB name',
    text: 'What the job keeps between two records, as a table: its open windows with their keys and aggregates as they stand. Of a running job a snapshot.',
  },
  'MOVE JOB': {
    form: "MOVE JOB name TO { CONNECTION 'cluster' | LOCAL }",
    text: 'Moves a job to a Flink cluster or back.',
  },
  'SHOW JOBS': { form: "SHOW JOBS [LIKE 'pattern']", text: 'Lists the jobs with state, lag and rate.' },
  'CREATE TABLE': {
    form: "CREATE TABLE [IF NOT EXISTS] name (column TYPE, ..., WATERMARK FOR ts AS ...) WITH ('connector' = '...', ...)",
    text: 'Says where records are and what they look like. Nothing is read yet.',
  },
  'CREATE STREAM': {
    form: 'CREATE STREAM name (...) WITH (...) or CREATE STREAM name [WITH (...)] AS SELECT ...',
    text: 'The same as CREATE TABLE. With AS SELECT it makes a sink and a job of that name.',
  },
  'CREATE VIEW': {
    form: 'CREATE VIEW name AS SELECT ...',
    text: 'Names a query; it runs as part of the jobs that read it.',
  },
  'INSERT INTO': {
    form: 'INSERT INTO sink SELECT ...',
    text: "Starts a job named after its sink, or as SET 'pipeline.name' says.",
  },
  SELECT: {
    form: 'SELECT ... FROM ... [LIMIT n]',
    text: 'At top level: a preview in the results view, until stopped or at LIMIT.',
  },
  EXPLAIN: {
    form: 'EXPLAIN { SELECT ... | INSERT ... | PAUSE JOB name | RESUME JOB name }',
    text: 'Shows the plan of a query, or what pausing or resuming would mean. Changes nothing.',
  },
  DESCRIBE: {
    form: 'DESCRIBE { name | JOB name }',
    text: 'Columns of a table or view, or the details of a job.',
  },
  WATERMARK: {
    form: "WATERMARK FOR column AS column - INTERVAL '5' SECOND",
    text: 'Says how late records may come. Windows are final when the watermark passes their end.',
  },
  METADATA: {
    form: "name TYPE METADATA [FROM 'key'] [VIRTUAL]",
    text: 'A column the connector fills: offset, partition, timestamp, ...',
  },
  VIRTUAL: { form: "METADATA FROM 'key' VIRTUAL", text: 'Read only: left out when rows are written.' },
  TUMBLE: {
    form: 'TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), size))',
    text: 'Windows of a fixed size, one after the other; adds window_start, window_end and window_time.',
  },
  HOP: {
    form: 'TABLE(HOP(TABLE t, DESCRIPTOR(ts), slide, size))',
    text: 'Windows of a fixed size that overlap.',
  },
  CUMULATE: {
    form: 'TABLE(CUMULATE(TABLE t, DESCRIPTOR(ts), step, size))',
    text: 'Windows that grow by a step up to a size.',
  },
  SESSION: {
    form: 'TABLE(SESSION(TABLE t PARTITION BY key, DESCRIPTOR(ts), gap))',
    text: 'Windows that end after a gap without records.',
  },
  WINDOW: { form: 'WINDOW TUMBLING(5m)', text: 'Short for a window table function over the tables in FROM.' },
  EMIT: {
    form: 'EMIT { CHANGES | FINAL }',
    text: 'CHANGES gives every update, FINAL a window once, when it is complete.',
  },
  COLD: {
    form: 'PAUSE JOB name COLD',
    text: 'Leaves the consumer group and frees memory at once; everything is in the checkpoint.',
  },
  REASON: { form: "WITH REASON 'text'", text: 'Kept in the pause history and shown beside the job.' },
  PAUSED: {
    form: 'START JOB name PAUSED AS ...',
    text: 'Makes the job without processing anything until it is resumed.',
  },
  RECORDS: {
    form: 'RESUME JOB name FOR n RECORDS',
    text: 'A step: processes exactly the next n records, over all partitions, then pauses the job again.',
  },
  EARLIEST: {
    form: 'RESUME JOB name FROM EARLIEST',
    text: 'Goes on at the first record the log still has. What was read before is read again.',
  },
  LATEST: {
    form: 'RESUME JOB name FROM LATEST',
    text: 'Goes on with records written from now on. What waits is skipped, which the history keeps.',
  },
  'FROM TIMESTAMP': {
    form: "RESUME JOB name FROM TIMESTAMP '2026-11-24 10:12:00'",
    text: 'Goes on at the first record written at or after this time (UTC).',
  },
  UNTIL: {
    form: "PAUSE JOB name UNTIL TIMESTAMP '2026-11-24 10:12:00'",
    text: 'Resumes by itself at this time (UTC).',
  },
  FORCE: { form: 'STOP JOB name FORCE', text: 'Does not wait for the record in hand or the sinks.' },
  ACCEPT: {
    form: 'RESUME JOB name ACCEPT DATA LOSS',
    text: 'Goes on although records were deleted before they were read; the loss is recorded.',
  },
  FILTER: {
    form: 'COUNT(*) FILTER (WHERE condition)',
    text: 'The aggregate counts only the rows for which the condition holds.',
  },
};

/** Words that are said of the same thing. */
const sameAs: Record<string, string> = {
  'SHOW DEAD': 'DEAD LETTERS',
  'DEAD LETTER': 'RETRY DEAD',
  'SHOW PAUSE': 'PAUSE HISTORY',
  'ACCEPT DATA': 'ACCEPT',
  'DATA LOSS': 'ACCEPT',
};

/** The documentation of a keyword, told apart by the words around it where that matters. */
export function keywordDoc(word: string, following = '', preceding = ''): KeywordDoc | undefined {
  const [here, next, last] = [word, following, preceding].map((each) => each.toUpperCase());
  // SHOW JOB STATUS is SHOW STATUS.
  for (const pair of [`${last} ${here}`, `${here} ${next}`, `${here}`]) {
    const doc = docs[sameAs[pair] ?? pair];
    if (doc !== undefined) return doc;
  }
  return docs[`${here} JOB`];
}

/** As Markdown, for hover and completion. */
export function keywordMarkdown(doc: KeywordDoc): string {
  return `${codeBlock('streamsql', doc.form)}\n${doc.text}`;
}
