// Looking into a job from the tree: a bad record is seen as a dead letter, and tried again after the query was mended.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { Session } from './session';
import { waitMs } from './workbench';

const job = 'copy_values';
const eventually = { timeout: waitMs, interval: 200 };
const table = (name: string, column: string) =>
  `CREATE TABLE ${name} (${column}) WITH ('connector' = 'file', 'path' = '${name}.ndjson', 'format' = 'json');`;
const statements = [
  table('given', 'id INT, v STRING'),
  table('copied', 'id INT, v INT'),
  `START JOB ${job} PAUSED AS INSERT INTO copied SELECT id, CAST(v AS INT) FROM given;`,
];
const records = ['1', 'two', '3', '4', '5'].map((v, i) => JSON.stringify({ id: i + 1, v }));

describe('inside a job', () => {
  let session: Session;
  const ids = () => session.written('copied.ndjson').map(({ id }) => id);

  beforeAll(async () => {
    session = await Session.open({ extensionsDir: inject('extensionsDir'), workspaceSettings: {} });
    const file = (name: string) => path.join(session.home.workspace, name);
    writeFileSync(file('given.ndjson'), `${records.join('\n')}\n`);
    writeFileSync(file('inside.ssql'), `${statements.join('\n')}\n`);
    await session.jobs.show();
    await session.workbench.openFile('inside.ssql');
    // Only then are its commands in the palette.
    await session.workbench.statusBar('Stream SQL').waitFor();
    await session.workbench.command('Stream Jobs: Run File');
    await session.jobs.row(job, 'paused').waitFor();
  });
  afterAll(() => session.close());
  afterEach(({ task }) => session.screenshotFailure(task));

  it('a paused job has a button for one record, beside Resume and Details', async () => {
    expect(await session.jobs.buttons(job)).toEqual(['Resume', 'Step 1 Record', 'Show Job Details']);
  });

  it('shows the next records without taking them, and takes exactly one by a click', async () => {
    await session.jobs.menu(job, 'Look Inside', 'Peek Next Records');
    const next = await session.workbench.webviewWith(/"v":"two"/);
    expect(await next.locator('body').innerText()).toContain('"v":"1"');
    await session.screenshot('18-peek');
    await session.jobs.click(job, 'Step 1 Record');
    await expect.poll(ids, eventually).toEqual([1]);
    await session.jobs.row(job, 'paused', 'step').waitFor();
    await session.screenshot('19-step');
  });

  it('a bad record is a row under the job, with its bytes and what was wrong', async () => {
    await session.jobs.click(job, 'Resume');
    await session.jobs.row(job, '1 dead letter').waitFor();
    await expect.poll(ids, eventually).toEqual([1, 3, 4, 5]);
    await session.jobs.expand(job);
    await session.jobs.child(/1 dead letter/).waitFor();
    await session.jobs.clickChild(/1 dead letter/, 'Show Dead Letters');
    const results = await session.workbench.webviewWith(/Could not convert string 'two'/);
    expect(await results.locator('body').innerText()).toContain('{"id":2,"v":"two"}');
    await results.locator('#status').getByText('1 row', { exact: true }).waitFor();
    await session.screenshot('20-dead-letters');
  });

  it('the details show it, with buttons to try it again', async () => {
    await session.jobs.click(job, 'Show Job Details');
    const details = await session.workbench.webviewWith('Records failed');
    await details.getByRole('button', { name: 'Retry dead letter 1' }).waitFor();
    await details.getByRole('button', { name: 'Retry All' }).scrollIntoViewIfNeeded();
    await session.screenshot('21-dead-letters-in-details');
    await details.getByRole('button', { name: 'Retry dead letter 1' }).click();
    await session.workbench.statusBar('0 dead letters of copy_values succeeded, 1 failed again').waitFor();
    await details.getByRole('cell', { name: '2', exact: true }).last().waitFor();
  });

  it('is tried again by a click once the query can take it', async () => {
    await session.workbench.openFile('inside.ssql');
    await session.editor.typeAtEnd(
      `DEPLOY JOB ${job} VERSION '2' AS INSERT INTO copied SELECT id, TRY_CAST(v AS INT) FROM given;`,
    );
    await session.workbench.command('Stream Jobs: Run Statement');
    await session.jobs.child(/version 2/).waitFor();
    await session.jobs.clickChild(/1 dead letter/, 'Retry Dead Letters');
    await expect.poll(ids, eventually).toEqual([1, 3, 4, 5, 2]);
    await expect.poll(() => session.jobs.child(/dead letter/).count(), eventually).toBe(0);
    await session.screenshot('22-retried');
  });

  it('has a menu of what to look at, that fits its state', async () => {
    await session.jobs.openMenu(job, 'Look Inside');
    await session.jobs.menuItem('Query State').waitFor();
    await session.jobs.menuItem('Show Versions').waitFor();
    expect(await session.jobs.menuItem('Dead Letters').count()).toBe(0);
    await session.screenshot('23-look-inside');
    await session.workbench.page.keyboard.press('Escape');
    await session.workbench.page.keyboard.press('Escape');
  });
});
