// The first minutes of a user with the sample: write, run, watch, pause, resume; over a crash and a restart.
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { Session } from './session';
import { waitMs } from './workbench';

const job = 'find_big_orders';
const eventually = { timeout: waitMs, interval: 200 };

describe('the sample', () => {
  let session: Session;
  beforeAll(async () => {
    // Nothing runs by itself here: the user runs it.
    session = await Session.open({ extensionsDir: inject('extensionsDir'), workspaceSettings: {} });
  });
  afterAll(() => session.close());
  afterEach(({ task }) => session.screenshotFailure(task));

  it('shows what to do while there is no job', async () => {
    await session.jobs.show();
    await expect.poll(() => session.jobs.welcome.textContent(), eventually).toContain('No job yet');
    await session.jobs.welcome.getByText('Open the Sample').waitFor();
    await session.screenshot('01-welcome');
  });

  it('underlines a mistake and says what is meant', async () => {
    await session.workbench.openFile('jobs.ssql');
    await session.editor.typeAtEnd('PUASE JOB x;');
    await session.editor.errors.first().waitFor();
    await session.workbench.command('Problems: Focus on Problems View');
    await session.workbench.page.locator('.markers-panel', { hasText: 'Did you mean PAUSE?' }).waitFor();
    await session.screenshot('02-diagnostics');
    await session.workbench.command('View: Hide Panel');
  });

  it('completes what is expected', async () => {
    await session.workbench.openFile('jobs.ssql');
    await session.editor.replaceLine('PAU');
    expect((await session.editor.completions())[0]).toMatch(/^PAUSE/);
    await session.screenshot('03-completion');
    await session.editor.deleteLine();
    await expect.poll(() => session.editor.errors.count(), eventually).toBe(0);
  });

  it('runs the file, and its jobs are live', async () => {
    await session.workbench.command('Stream Jobs: Run File');
    await session.jobs.row(job, /\/s · lag \d/).waitFor();
    await session.jobs.row('revenue_by_country', /\/s · lag \d/).waitFor();
    await expect.poll(() => session.jobs.description('clean_page_views'), eventually).toMatch(/k\/s/);
    await session.workbench.statusBar('3 running').waitFor();
    await session.screenshot('04-running');
  });

  it('has exactly one of Pause and Resume, and Details', async () => {
    expect(await session.jobs.buttons(job)).toEqual(['Pause', 'Show Job Details']);
  });

  it('pauses by a click, and the lag grows', async () => {
    await session.jobs.click(job, 'Pause');
    await session.jobs.row(job, 'paused').waitFor();
    const lag = await session.jobs.lag(job);
    await expect.poll(() => session.jobs.lag(job), eventually).toBeGreaterThan(lag + 200);
    expect(await session.jobs.buttons(job)).toEqual(['Resume', 'Step 1 Record', 'Show Job Details']);
    await session.screenshot('05-paused');
  });

  it('shows the pause in the lens above its statement', async () => {
    await session.editor.goToLine(session.lineOf('jobs.ssql', `START JOB IF NOT EXISTS ${job}`));
    await session.editor.lens(new RegExp(`${job} · paused.*Resume`)).waitFor();
    await session.screenshot('06-lens');
  });

  it('keeps it paused when the server is killed', async () => {
    const rows = session.written('big_orders.ndjson').length;
    const before = await session.killServer();
    await expect.poll(() => session.serverPid().catch(() => before), eventually).not.toBe(before);
    await session.jobs.row(job, 'paused').waitFor();
    await session.jobs.row('revenue_by_country', /\/s · lag \d/).waitFor();
    expect(session.written('big_orders.ndjson')).toHaveLength(rows);
    await session.screenshot('07-server-killed');
  });

  it('keeps it paused when the window is restarted', async () => {
    const lag = await session.jobs.lag(job);
    await session.restartWindow();
    await session.jobs.row(job, 'paused').waitFor();
    await expect.poll(() => session.jobs.lag(job), eventually).toBeGreaterThan(lag);
    await session.screenshot('08-window-restarted');
  });

  it('resumes by a click and catches up', async () => {
    await session.jobs.click(job, 'Resume');
    await expect.poll(() => session.jobs.description(job), eventually).toMatch(/\/s · lag \d{1,3}$/);
    const ids = session.written('big_orders.ndjson').map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
    await session.screenshot('09-resumed');
  });

  it('remembers the pause: when, how long, by whom', async () => {
    await session.jobs.expand(job);
    await session.jobs.child(/^paused .*by /).waitFor();
    await session.jobs.child(/^orders 0/).waitFor();
    await session.jobs.child(/writes big_orders/).waitFor();
    await session.screenshot('10-children');
    await session.jobs.expand(job);
  });

  it('offers jobs by their state, and runs a PAUSE from the editor', async () => {
    await session.workbench.openFile('pause-resume.ssql');
    await session.editor.typeAtEnd('PAUSE JOB ');
    const offered = await session.editor.completions();
    expect(offered).toEqual(expect.arrayContaining([job, 'revenue_by_country', 'clean_page_views']));
    await session.screenshot('11-completion-of-jobs');
    await session.editor.replaceLine(`PAUSE JOB ${job} WITH REASON 'from the editor';`);
    await session.workbench.command('Stream Jobs: Run Statement');
    await session.jobs.row(job, 'paused', 'from the editor').waitFor();
  });

  it('underlines a second PAUSE before it is run', async () => {
    await session.editor.hoverLastError(`${job} is already paused`);
    await session.screenshot('12-already-paused');
  });

  it('runs from a lens', async () => {
    await session.editor.replaceLine(`RESUME JOB ${job};`);
    await session.editor.clickLensOfLastLine('Run');
    await session.jobs.row(job, /\/s · lag \d/).waitFor();
    await session.editor.deleteLine();
  });

  it('shows the rows of a SELECT as they arrive', async () => {
    await session.editor.typeAtEnd('SELECT id, customer, amount FROM orders WHERE amount > 500;');
    await session.workbench.command('Stream Jobs: Run Statement');
    const results = await session.workbench.webviewWith('customer');
    const rows = async () =>
      Number(
        /([\d,]+) rows/
          .exec((await results.locator('#status').textContent()) ?? '')?.[1]
          ?.replaceAll(',', '') ?? 0,
      );
    await expect.poll(rows, eventually).toBeGreaterThan(0);
    const before = await rows();
    await expect.poll(rows, eventually).toBeGreaterThan(before);
    await session.screenshot('13-results');
    await session.workbench.viewAction('Stop Query').click();
    await results.locator('#status', { hasText: 'stopped' }).waitFor();
  });

  it('shows all about a job', async () => {
    await session.jobs.click(job, 'Show Job Details');
    await session.workbench.page.locator('.tab.active', { hasText: job }).waitFor();
    const details = await session.workbench.webviewWith('Lag at resume');
    expect(await details.locator('body').innerText()).toContain('from the editor');
    await session.screenshot('14-details');
  });

  it('pauses with a reason from the menu', async () => {
    await session.jobs.menu(job, 'Pause with Reason');
    await session.workbench.answer('index rebuild');
    await session.jobs.row(job, 'paused', 'index rebuild').waitFor();
  });

  it('stops a job, and drops it only when sure', async () => {
    await session.jobs.menu(job, 'Stop');
    await session.jobs.row(job, 'stopped').waitFor();
    await session.jobs.menu(job, 'Drop');
    await session.workbench.dialog('Drop').waitFor();
    await session.screenshot('15-drop');
    await session.workbench.answerDialog('Drop');
    await expect.poll(() => session.jobs.row(job).count(), eventually).toBe(0);
  });
});
