// A window without a folder: the ways to a first running job, and what is said when there is no server.
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { Session } from './session';
import { waitMs } from './workbench';

const eventually = { timeout: waitMs, interval: 200 };

describe('first steps', () => {
  let session: Session;
  beforeAll(async () => {
    session = await Session.open({ extensionsDir: inject('extensionsDir'), empty: true });
  });
  afterAll(() => session.close());
  afterEach(({ task }) => session.screenshotFailure(task));

  it('has a walkthrough with pictures', async () => {
    await session.jobs.show();
    await session.jobs.welcome.getByText('First Steps').click();
    const { page } = session.workbench;
    await page.getByText('Pause a job').first().click();
    await page.locator('.getting-started-media, .gettingStartedContainer').first().waitFor();
    await session.workbench.webviewWith('The record in hand finishes');
    await session.screenshot('30-walkthrough');
  });

  it('opens the sample, whose jobs run by themselves', async () => {
    await session.jobs.welcome.getByText('Open the Sample').click();
    await session.workbench.choose('Orders, made as you watch');
    await session.workbench.choose('own storage');
    await session.workbench.page.waitForURL(/folder=/);
    await session.workbench.ready();
    // Nobody had to look for them.
    await session.jobs.row('find_big_orders', /\/s · lag \d/).waitFor();
    await session.screenshot('31-sample-opened');
  });
});

describe('a server that cannot start', () => {
  let session: Session;
  beforeAll(async () => {
    session = await Session.open({
      extensionsDir: inject('extensionsDir'),
      settings: { 'streamJobs.nodePath': '/nowhere/node' },
    });
  });
  afterAll(() => session.close());
  afterEach(({ task }) => session.screenshotFailure(task));

  it('is said, with the way to the log and to another try', async () => {
    await session.jobs.show();
    await expect.poll(() => session.jobs.welcome.textContent(), eventually).toContain('could not be started');
    await session.jobs.welcome.getByText('Show Log').waitFor();
    await session.jobs.welcome.getByText('Restart Server').waitFor();
    await session.screenshot('32-no-server');
  });
});
