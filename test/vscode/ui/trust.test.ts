// A workspace that is not trusted: SQL can be written, and nothing runs until the user says so.
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { Session } from './session';
import { waitMs } from './workbench';

const eventually = { timeout: waitMs, interval: 200 };

describe('an untrusted workspace', () => {
  let session: Session;
  beforeAll(async () => {
    session = await Session.open({
      extensionsDir: inject('extensionsDir'),
      workspaceTrust: true,
      settings: { 'security.workspace.trust.startupPrompt': 'never' },
    });
  });
  afterAll(() => session.close());
  afterEach(({ task }) => session.screenshotFailure(task));

  it('says why there are no jobs', async () => {
    await session.jobs.show();
    await expect.poll(() => session.jobs.welcome.textContent(), eventually).toContain('workspace you trust');
    await session.screenshot('20-untrusted');
  });

  it('helps with writing all the same', async () => {
    await session.workbench.openFile('jobs.ssql');
    await session.editor.typeAtEnd('SELECT amout FROM orders;');
    await session.editor.errors.first().waitFor();
    await session.editor.deleteLine();
  });

  it('runs nothing, neither on opening nor from a lens', async () => {
    await session.editor.lens('Run').click();
    expect(await session.hasServer()).toBe(false);
    await session.screenshot('21-untrusted-run');
  });

  it('runs what the workspace asks for once it is trusted', async () => {
    await session.workbench.command('Workspaces: Manage Workspace Trust');
    await session.workbench.page.getByRole('button', { name: 'Trust', exact: true }).click();
    await session.jobs.row('find_big_orders', /\/s · lag \d/).waitFor();
    await session.screenshot('22-trusted');
  });
});
