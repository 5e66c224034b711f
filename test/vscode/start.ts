// `npm start`: builds and opens VS Code on a copy of the sample, its jobs started.
import { parseArgs } from 'node:util';
import { bundle } from './build';
import { findDesktop } from './desktop';
import { step } from './host/progress';
import { firstLiveJob } from './jobServers';
import { errorText } from './requirements';
import { makeSampleHome, removeSampleHome } from './sampleHome';
import { openInBrowser } from './startBrowser';
import { openOnDesktop } from './startDesktop';

const usage = `npm start [-- --browser] [-- --headless] [-- --for SECONDS]
  --browser      VS Code in the browser, also where \`code\` is on the PATH
  --headless     in a browser nobody sees
  --for SECONDS  ends by itself
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      browser: { type: 'boolean', default: false },
      headless: { type: 'boolean', default: false },
      for: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  const end = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => end.abort());
  await step('Building', bundle);
  const home = await makeSampleHome();
  try {
    if (values.for !== undefined) setTimeout(() => end.abort(), Number(values.for) * 1000).unref();
    void announceFirstJob(home.userDataDir, end.signal);
    const desktop = values.browser || values.headless ? undefined : findDesktop();
    if (desktop !== undefined) await openOnDesktop(desktop, home);
    else await openInBrowser(home, { headless: values.headless, signal: end.signal });
  } finally {
    end.abort();
    await removeSampleHome(home);
  }
}

/** Says when the first job is live, counted from the start of this program. */
async function announceFirstJob(userDataDir: string, signal: AbortSignal): Promise<void> {
  const job = await firstLiveJob(userDataDir, signal);
  if (job) process.stdout.write(`${process.uptime().toFixed(1)} s: ${job.name} is live.\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${errorText(error)}\n`);
  process.exitCode = 1;
});
