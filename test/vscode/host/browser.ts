// A headless Chromium with one page.
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { findOnPath } from './executables';

export interface Browser {
  page: Page;
  /** Closes it and removes its profile. Idempotent. */
  stop(): Promise<void>;
}

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
const macApplications = ['Google Chrome', 'Chromium', 'Microsoft Edge'];
/** What a page in a container or as root needs, and nothing that looks things up in the background. */
const chromiumArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A Chromium of this machine: `$STREAM_JOBS_CHROMIUM`, an installed one, or Playwright's own download. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  if (env.STREAM_JOBS_CHROMIUM) return env.STREAM_JOBS_CHROMIUM;
  const installed = names.map((name) => findOnPath(name, env)).find((found) => found !== undefined);
  if (installed !== undefined) return installed;
  const applications = macApplications.map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`);
  return [...applications, chromium.executablePath()].find((file) => existsSync(file));
}

/** `scale`: pixels of the screen for each of the page. @throws Error when no Chromium can be found or started */
export async function startBrowser({ scale = 1 } = {}): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) {
    throw new Error('No Chromium found: install one, or run npx playwright-core install chromium.');
  }
  const profile = await mkdtemp(path.join(os.tmpdir(), 'stream-jobs-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    viewport: { width: 1400, height: 900 },
    deviceScaleFactor: scale,
    args: chromiumArguments,
    // Who started it also stops it, in the right order.
    ...{ handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false },
  });
  await context.grantPermissions(['clipboard-read', 'clipboard-write', 'notifications']);
  const page = context.pages()[0] ?? (await context.newPage());
  return {
    page,
    async stop() {
      await context.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
