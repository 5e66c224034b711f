// What a job keeps and which versions it had: its state as rows, another query deployed from the editor, the way back
// from the tree, and a pause that frees its memory.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { Session } from './session';
import { waitMs } from './workbench';

const job = 'sales';
const eventually = { timeout: waitMs, interval: 200 };
const statements = `CREATE TABLE sold (id INT, shop STRING, price INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
  WITH ('connector' = 'file', 'path' = 'sold.ndjson', 'format' = 'json');
CREATE TABLE sums (id INT, shop STRING, total BIGINT)
  WITH ('connector' = 'file', 'path' = 'sums.ndjson', 'format' = 'json');
START JOB ${job} AS
INSERT INTO sums SELECT COUNT(*), shop, SUM(price)
FROM TABLE(TUMBLE(TABLE sold, DESCRIPTOR(ts), INTERVAL '1' HOUR))
GROUP BY shop, window_start, window_end;
`;
const sold = [
  { shop: 'Kyoto', price: 10 },
  { shop: 'Lima', price: 25 },
  { shop: 'Kyoto', price: 32 },
].map((sale, i) => JSON.stringify({ id: i, ...sale, ts: '2026-11-24 10:12:00' }));

describe('versions and state of a job', () => {
  let session: Session;

  beforeAll(async () => {
    session = await Session.open({ extensionsDir: inject('extensionsDir'), workspaceSettings: {} });
    const file = (name: string) => path.join(session.home.workspace, name);
    writeFileSync(file('sold.ndjson'), `${sold.join('\n')}\n`);
    writeFileSync(file('versions.ssql'), statements);
    await session.jobs.show();
    await session.workbench.openFile('versions.ssql');
    await session.editor.runFile();
    await session.jobs.row(job, /\/s · lag 0/).waitFor();
  });
  afterAll(() => session.close());
  afterEach(({ task }) => session.screenshotFailure(task));

  it('Query State shows the open windows as rows, with the query to change', async () => {
    await session.jobs.menu(job, 'Look Inside', 'Query State');
    const results = await session.workbench.webviewWith('Kyoto');
    const text = await results.locator('body').innerText();
    expect(text).toMatch(/Kyoto[\s\S]*42/);
    expect(text).toMatch(/Lima[\s\S]*25/);
    await session.workbench.page.locator('.view-line', { hasText: 'FROM STATE OF JOB' }).waitFor();
    await session.screenshot('40-query-state');
  });

  it('completes the columns of the state, and underlines what it does not have', async () => {
    const query = `SELECT  FROM STATE OF JOB ${job}`;
    await session.editor.replaceLine(query);
    await session.editor.moveLeft(query.length - 'SELECT '.length);
    await expect
      .poll(() => session.editor.completions(), eventually)
      .toEqual(expect.arrayContaining(['shop', 'window_start', 'window_end']));
    await session.screenshot('41-state-columns');
    await session.editor.replaceLine(`SELECT shoop FROM STATE OF JOB ${job};`);
    await session.editor.errors.first().waitFor();
    await session.workbench.command('Problems: Focus on Problems View');
    await session.workbench.page.locator('.markers-panel', { hasText: 'Did you mean shop?' }).waitFor();
  });

  it('Deploy New Version opens the statement, ready to be changed and run', async () => {
    await session.jobs.menu(job, 'Look Inside', 'Deploy New Version');
    await session.workbench.page.locator('.view-line', { hasText: "VERSION '2' AS" }).first().waitFor();
    await session.screenshot('42-deploy-statement');
    await session.workbench.openFile('versions.ssql');
    const cheap = "TABLE(TUMBLE(TABLE sold, DESCRIPTOR(ts), INTERVAL '1' HOUR))";
    await session.editor.typeAtEnd(
      `DEPLOY JOB ${job} VERSION '2' AS INSERT INTO sums SELECT COUNT(*), UPPER(shop), SUM(price) FROM ${cheap} GROUP BY shop, window_start, window_end;`,
    );
    await session.workbench.command('Stream Jobs: Run Statement');
    await session.workbench.statusBar("version '2'").waitFor();
    await session.jobs.expand(job);
    await session.jobs.child(/version 2.*1 previous/).waitFor();
    await session.screenshot('43-deployed');
  });

  it('shows the versions, what became of each and its query', async () => {
    await session.jobs.clickChild(/version 2/, 'Show Versions');
    const results = await session.workbench.webviewWith('previous');
    expect(await results.locator('body').innerText()).toContain('active');
    await session.jobs.click(job, 'Show Job Details');
    const details = await session.workbench.webviewWith('Records failed');
    await details.getByRole('heading', { name: 'Versions' }).scrollIntoViewIfNeeded();
    await session.screenshot('44-versions');
  });

  it('rolls back by a click, after it was said what that means', async () => {
    await session.jobs.clickChild(/version 2/, 'Roll Back');
    await session.screenshot('45-which-version');
    await session.workbench.choose('previous');
    await session.workbench.dialog('Roll Back').waitFor();
    await session.screenshot('46-roll-back');
    await session.workbench.answerDialog('Roll Back');
    await session.jobs.child(/version 1.*2 rolled back/).waitFor();
    await session.jobs.row(job, /\/s · lag 0/).waitFor();
    await session.screenshot('47-rolled-back');
  });

  it('Pause and Free Memory pauses cold, which the row says, and it resumes', async () => {
    await session.jobs.menu(job, 'Pause and Free Memory');
    await session.jobs.row(job, 'paused', 'cold').waitFor();
    await session.screenshot('48-cold');
    await session.jobs.click(job, 'Resume');
    await session.jobs.row(job, /\/s · lag 0/).waitFor();
  });
});
