// The statement that deploys a new version of a job, to begin with: pure.
import type { JobSnapshot } from '../../server/protocol/jobs';
import { nextVersion } from '../../server/protocol/jobText';
import { quoteName } from '../host/jobRequests';

const name = '(?<name>`(?:[^`]|``)*`|"(?:[^"]|"")*"|[^\\s`"]+)';
/** What stands before the query in the statement that made the present version. */
const head = new RegExp(
  `^\\s*(?:START|DEPLOY)\\s+(?:JOB|QUERY)\\s+(?:IF\\s+NOT\\s+EXISTS\\s+)?${name}` +
    `(?:\\s+PAUSED|\\s+VERSION\\s+'(?:[^']|'')*')?\\s+AS\\s+`,
  'i',
);
const strategy = /\s+STRATEGY\s+\w+(?:\s*\(\s*\d+\s*\))?$/i;

/** With the query that runs now, where it can be told from its statement, to be changed and run. */
export function deployText(job: JobSnapshot): string {
  const written = job.statement.trim().replace(/;$/, '').trim();
  const isQuery = /^(?:INSERT|EXECUTE|STATEMENT|SELECT|WITH)\b/i.test(written);
  const body = isQuery || head.test(written) ? written.replace(head, '') : 'INSERT INTO ... SELECT ...';
  // As the user wrote it: which names need quotes only the parser knows.
  const named = head.exec(written)?.groups?.name ?? quoteName(job.name);
  return [
    '-- Change the query, then run this. The new version goes on at the very next record; ROLLBACK JOB goes back.',
    `DEPLOY JOB ${named} VERSION '${nextVersion(job)}' AS`,
    `${body.replace(strategy, '')};`,
    '',
  ].join('\n');
}
