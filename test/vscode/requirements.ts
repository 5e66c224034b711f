// What the suite needs from the machine.
import { findChromium } from './host/browser';
import { unsupported } from './host/install';

/** What is missing to run in a real VS Code, with how to get it; undefined when all is there. */
export function missing(): string | undefined {
  const reason = unsupported();
  if (reason !== undefined) return reason;
  if (findChromium() !== undefined) return undefined;
  return 'no Chromium found. Install one (apt-get install chromium fonts-dejavu-core), run npx playwright-core install chromium, or name one in STREAM_JOBS_CHROMIUM.';
}
