// Numbers, names and texts out of their bounds: underlined in the editor before they are run, and refused with the same words at the same place.
import { expect, it } from 'vitest';
import { checkText } from '../../../../server/language/check';
import { query, serverWith, tables } from '../servers';

const long = 'x'.repeat(501);
const started = `${tables} START JOB big AS ${query};`;

it.each([
  ['RESUME JOB big FOR ¶0 RECORDS¶', 'SJ241', 'BAD_REQUEST', 'A step is of 1 to 1000000 records, not of 0.'],
  ['RESUME JOB big FOR ¶1000001 RECORDS¶', 'SJ241', 'BAD_REQUEST', 'not of 1000001'],
  ['EXPLAIN RESUME JOB big FOR ¶0 RECORDS¶', 'SJ241', 'BAD_REQUEST', 'A step is of 1 to'],
  ['PEEK JOB big LIMIT ¶0¶', 'SJ241', 'BAD_REQUEST', 'PEEK shows 1 to 1000 records, not 0.'],
  ['PEEK JOB big LIMIT ¶1001¶', 'SJ241', 'BAD_REQUEST', 'not 1001'],
  [`DEPLOY JOB big VERSION ¶''¶ AS ${query}`, 'SJ242', 'BAD_NAME', "'' is no name for a version."],
  [`DEPLOY JOB big VERSION ¶' '¶ AS ${query}`, 'SJ242', 'BAD_NAME', "' ' is no name for a version."],
  ["ROLLBACK JOB big TO VERSION ¶''¶", 'SJ242', 'BAD_NAME', "'' is no name for a version."],
  [`DEPLOY JOB big VERSION '2' AS ${query} STRATEGY CANARY(¶0¶)`, 'SJ241', 'BAD_REQUEST', 'not 0'],
  [
    `DEPLOY JOB big VERSION '2' AS ${query} STRATEGY CANARY(¶101¶)`,
    'SJ241',
    'BAD_REQUEST',
    '1 to 99 percent',
  ],
  ["PAUSE JOB big FOR ¶INTERVAL '0' MINUTE¶", 'SJ241', 'BAD_REQUEST', 'A pause lasts longer than nothing.'],
  ["PAUSE JOB big FOR ¶INTERVAL '-5' MINUTE¶", 'SJ241', 'BAD_REQUEST', 'A pause lasts longer than nothing.'],
  ["PAUSE JOB big UNTIL TIMESTAMP ¶''¶", 'SJ241', 'BAD_REQUEST', '"" is no moment.'],
  ["PAUSE JOB big UNTIL TIMESTAMP ¶'25:00'¶", 'SJ241', 'BAD_REQUEST', '"25:00" is no moment.'],
  ["RESUME JOB big FROM TIMESTAMP ¶'soon'¶", 'SJ241', 'BAD_REQUEST', '"soon" is no moment.'],
  [
    `PAUSE JOB big WITH REASON ¶'${long}'¶`,
    'SJ241',
    'BAD_REQUEST',
    'The reason has more than 500 characters.',
  ],
  ['START JOB ¶`no name`¶ AS ' + query, 'SJ242', 'BAD_NAME', '"no name" is no name for a job.'],
  ["SET 'pipeline.name' = ¶'no name'¶", 'SJ402', 'BAD_OPTION', "'pipeline.name' takes"],
])('%s', async (marked, code, error, words) => {
  const [before = '', wrong = '', after = ''] = marked.split('¶');
  const sql = before + wrong + after;
  const range = {
    start: { line: 0, character: before.length },
    end: { line: 0, character: before.length + wrong.length },
  };
  const above = `${started.replaceAll('\n', ' ')} `;
  const shift = above.length;
  const diagnostics = checkText(above + sql).map(({ range: { start, end }, ...rest }) => ({
    ...rest,
    range: {
      start: { ...start, character: start.character - shift },
      end: { ...end, character: end.character - shift },
    },
  }));
  expect(diagnostics).toMatchObject([
    { code, severity: 'error', message: expect.stringContaining(words), range },
  ]);
  const harness = await serverWith(started);
  const refused = await harness.refused(sql);
  expect(refused).toMatchObject({ code: error, range });
  expect([refused?.message, refused?.hint].join(' ').trim()).toBe(diagnostics[0]?.message);
});

it('what a placeholder leaves open is not underlined', () => {
  const sql = `PAUSE JOB big FOR INTERVAL '\${MINUTES}' MINUTE; PAUSE JOB big UNTIL TIMESTAMP '\${WHEN}';
    DEPLOY JOB big VERSION '\${VERSION}' AS SELECT 1 AS a; START JOB \`\${NAME}\` AS SELECT 1 AS a;`;
  expect(checkText(sql)).toEqual([]);
});
