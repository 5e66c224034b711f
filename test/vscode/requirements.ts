// What the suite needs from the machine.
import { findChromium } from './host/browser';
import { ensureHost } from './host/install';

const chromiumMissing =
  'no Chromium found. Install one (apt-get install chromium fonts-dejavu-core), run npx playwright-core install ' +
  'chromium, or name one in STREAM_JOBS_CHROMIUM.';

/** Why VS Code in a browser cannot be had, with how to get it; undefined when it is there. Installs it where needed. */
export async function missingForBrowser(): Promise<string | undefined> {
  if (findChromium() === undefined) return chromiumMissing;
  try {
    await ensureHost();
    return undefined;
  } catch (error) {
    return errorText(error);
  }
}

/** An error with what caused it. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}\n${errorText(error.cause)}`;
}
