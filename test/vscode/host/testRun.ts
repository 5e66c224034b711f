// Runs extension tests in a web workbench as the desktop executable would, and tells how they ended.
import { format } from 'node:util';
import type { Page } from 'playwright-core';
import type { WorkbenchServer } from './server';
import { developExtensions, remoteUri, workbenchUrl, type Opened } from './workbench';

/** Longest wait for the page and for the workbench in it, in ms. */
const loadMs = 60_000;
/** What the workbench itself logs about a closed network, among the lines of the tests. */
const noise =
  /^(Resolv(ing|ed) connection token|Creating a socket|\[reconnection-grace-time\]|\[remote-connection\]|Updating additional builtin|Ignoring fetching additional builtin|\[AgentHost|\[AccountPolicyGate\]|\[Service Worker\]|getaddrinfo |Canceled: Canceled|Error while fetching the extension under development )/;
const hostDied = /(Remote )?[Ee]xtension host (\(Remote\) )?terminated unexpectedly/;

export interface TestRun extends Opened {
  extensions: readonly string[];
  /** Module that exports `run`; without it the workbench stays open until the deadline. */
  tests?: string;
  file?: string;
  deadlineMs: number;
}

/**
 * The exit code the tests gave, or 1 with the reason on standard error. VS Code says 0 when its extension host dies in
 * the middle of a test: who needs to know looks for the report that the tests leave at their end.
 */
export async function runInWorkbench(
  page: Page,
  server: WorkbenchServer,
  { extensions, tests, file, deadlineMs, ...opened }: TestRun,
): Promise<number> {
  let settle: (code: number) => void = () => undefined;
  let over = false;
  const ended = new Promise<number>((resolve) => (settle = resolve));
  const end = (code: number) => {
    over = true;
    settle(code);
  };
  const broken = (why: string) => {
    // What closes after the end is closed by us.
    if (!over) process.stderr.write(`${why}\n`);
    end(1);
  };
  const late = setTimeout(() => broken(`The tests did not end in ${deadlineMs / 1000} s.`), deadlineMs);
  const interrupted = (signal: NodeJS.Signals) => broken(`Stopped by ${signal}.`);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, interrupted);
  void server.exited.then(() => broken('The VS Code server ended during the tests.'));
  page.on('crash', () => broken('The page crashed.'));
  page.on('close', () => broken('The page was closed.'));
  await page.exposeFunction('codeAutomationLog', (type: string, args: unknown[]) => {
    const text = format(...args);
    if (noise.test(text)) return;
    (type === 'error' || type === 'warn' ? process.stderr : process.stdout).write(`${text}\n`);
    if (hostDied.test(text)) broken('The extension host ended during the tests.');
  });
  await page.exposeFunction('codeAutomationExit', (code: number) => end(code));
  await developExtensions(page, server, { extensions, ...(tests === undefined ? {} : { tests }) });
  const openFile = file === undefined ? [] : [['openFile', remoteUri(server, file)] as const];
  const payload = [...openFile, ['skipWelcome', 'true'], ['skipReleaseNotes', 'true']] as const;
  await page.goto(workbenchUrl(server, { ...opened, payload }), {
    waitUntil: 'domcontentloaded',
    timeout: loadMs,
  });
  await page.waitForSelector('.monaco-workbench', { timeout: loadMs });
  const code = await ended;
  clearTimeout(late);
  return code;
}
