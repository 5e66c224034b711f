// VS Code in the browser: a server on this machine alone, with the extension in it, until it is told to end.
import { spawn } from 'node:child_process';
import { mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { startBrowser } from './host/browser';
import { ensureHost } from './host/install';
import { startServer } from './host/server';
import { remoteUri, workbenchUrl } from './host/workbench';
import { endServers } from './jobServers';
import { root } from './paths';
import type { SampleHome } from './sampleHome';

export interface BrowserOptions {
  /** Shown in a browser of our own that nobody sees. */
  headless: boolean;
  /** Aborted when it is time to end. */
  signal: AbortSignal;
}

/** Serves VS Code and shows it until the signal is aborted or the server ends. */
export async function openInBrowser(
  { folder, workspace, userDataDir }: SampleHome,
  { headless, signal }: BrowserOptions,
): Promise<void> {
  const host = await ensureHost();
  const extensionsDir = path.join(folder, 'extensions');
  await linkExtension(extensionsDir);
  const server = await startServer({ host, home: folder, userDataDir, extensionsDir });
  try {
    const file = remoteUri(server, path.join(workspace, 'jobs.ssql'));
    const url = workbenchUrl(server, { folder: workspace, payload: [['openFile', file]] });
    process.stdout.write(`\nVS Code runs at\n\n    ${url}\n\nCtrl-C ends it.\n`);
    const ended = Promise.race([server.exited, aborted(signal)]);
    if (headless) {
      const browser = await startBrowser();
      await browser.page.goto(url);
      await ended;
      await browser.stop();
    } else {
      openDefaultBrowser(url);
      await ended;
    }
  } finally {
    await server.stop();
    await endServers(userDataDir);
  }
}

/** Makes the project an installed extension of a server that has not started yet. */
export async function linkExtension(extensionsDir: string): Promise<void> {
  await mkdir(extensionsDir, { recursive: true });
  await symlink(root, path.join(extensionsDir, 'stream-jobs.stream-jobs-0.0.0'), 'junction');
}

/** Asks the system to show a page. Where nothing can, the printed address is all there is. */
function openDefaultBrowser(url: string): void {
  const [command, ...args] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['explorer', url]
        : ['xdg-open', url];
  spawn(command, args, { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
