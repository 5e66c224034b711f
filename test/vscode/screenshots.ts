// `npm run screenshots`: the pictures of the README, from the real editor.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { bundle } from './build';
import { step } from './host/progress';
import { root } from './paths';
import { linkExtension } from './startBrowser';
import { Session } from './ui/session';

const pictures = path.join(root, 'client/media/readme');
/** Wide enough for a job's whole line. */
const sideBarWidth = 520;

async function main(): Promise<void> {
  await step('Building', bundle);
  await mkdir(pictures, { recursive: true });
  const folder = await mkdtemp(path.join(os.tmpdir(), 'stream-jobs-pictures-'));
  try {
    const extensionsDir = path.join(folder, 'extensions');
    await linkExtension(extensionsDir);
    const settings = { 'editor.minimap.enabled': false };
    const session = await Session.open({ extensionsDir, settings, scale: 1.5 });
    try {
      await step('Taking pictures', () => takePictures(session));
    } catch (error) {
      await session.screenshot('failed pictures');
      throw error;
    } finally {
      await session.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function takePictures(session: Session): Promise<void> {
  const { workbench, jobs, editor } = session;
  const { page } = workbench;
  await jobs.show();
  await workbench.widenSideBar(sideBarWidth);
  await workbench.openFile('jobs.ssql');
  await jobs.row('revenue_by_country', /\/s · lag \d/).waitFor();
  await editor.goToLine(session.lineOf('jobs.ssql', 'START JOB IF NOT EXISTS find_big_orders'));
  await jobs.menu('find_big_orders', 'Pause with Reason');
  await workbench.answer('index rebuild');
  await jobs.row('find_big_orders', 'index rebuild', /\(\+\d+\/s\)/).waitFor();
  await jobs.expand('find_big_orders');
  await editor.lens(/find_big_orders · paused/).waitFor();
  await settle(session);
  await page.screenshot({ path: path.join(pictures, 'editor.png') });
  await page.locator('.part.sidebar').screenshot({ path: path.join(pictures, 'jobs.png') });

  await workbench.openFile('pause-resume.ssql');
  await editor.goToLine(session.lineOf('pause-resume.ssql', 'FROM orders'));
  await workbench.command('Stream Jobs: Run Statement');
  await workbench.webviewWith(/\d\d rows/);
  await settle(session);
  await page.locator('.part.panel').screenshot({ path: path.join(pictures, 'results.png') });
}

/** Lets messages of commands go, which would be in the picture. */
async function settle({ workbench: { page } }: Session): Promise<void> {
  await page.mouse.move(900, 500);
  await page.waitForTimeout(7000);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
