// Stands in for the desktop VS Code executable where that cannot be had: takes its command line, does the same with
// VS Code's server, its web workbench and a headless Chromium. The exit code is that of the extension tests.
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startBrowser, type Browser } from './browser';
import { readCommandLine, toPath, valueOf, valuesOf, type CommandLine } from './commandLine';
import { ensureHost } from './install';
import {
  serverArguments,
  serverEnvironment,
  startServer,
  type Host,
  type ServerOptions,
  type WorkbenchServer,
} from './server';
import { runInWorkbench } from './testRun';

/** Longest run of the tests, in ms. */
const runMs = 10 * 60_000;
/** Commands that need no window. */
const extensionCommands = ['install-extension', 'uninstall-extension', 'list-extensions'];
const passedOn = [...extensionCommands, 'force', 'show-versions'];

/** Runs one command line to its end and returns the exit code. */
export async function launch(argv: readonly string[]): Promise<number> {
  const commandLine = readCommandLine(argv);
  const host = await ensureHost();
  if (commandLine.options.has('version')) return showVersion(host);
  const home = await mkdtemp(path.join(os.tmpdir(), 'stream-jobs-vscode-'));
  try {
    const userDataDir = valueOf(commandLine, 'user-data-dir');
    const extensionsDir = valueOf(commandLine, 'extensions-dir');
    const options: ServerOptions = {
      host,
      home,
      ...(userDataDir === undefined ? {} : { userDataDir: path.resolve(userDataDir) }),
      ...(extensionsDir === undefined ? {} : { extensionsDir: path.resolve(extensionsDir) }),
      workspaceTrust: !commandLine.options.has('disable-workspace-trust'),
    };
    const manages = extensionCommands.some((command) => commandLine.options.has(command));
    return manages ? manageExtensions(options, commandLine) : await openWindow(options, commandLine);
  } finally {
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function showVersion({ vscode }: Host): Promise<number> {
  const { version } = JSON.parse(await readFile(path.join(vscode, 'package.json'), 'utf8')) as {
    version: string;
  };
  process.stdout.write(`${version}\n`);
  return 0;
}

function manageExtensions(options: ServerOptions, commandLine: CommandLine): number {
  const args = passedOn.flatMap((name) =>
    (commandLine.options.get(name) ?? []).flatMap((value) =>
      value === true ? [`--${name}`] : [`--${name}`, value],
    ),
  );
  const { status } = spawnSync(options.host.node, [...serverArguments(options), ...args], {
    env: serverEnvironment(options),
    stdio: 'inherit',
  });
  return status ?? 1;
}

async function openWindow(options: ServerOptions, commandLine: CommandLine): Promise<number> {
  let server: WorkbenchServer | undefined;
  let browser: Browser | undefined;
  try {
    // One after the other, so that a failure of the second finds the first ready to be stopped.
    server = await startServer(options);
    browser = await startBrowser();
    const tests = valueOf(commandLine, 'extensionTestsPath');
    const { folder, workspace, files } = commandLine;
    const [file] = files;
    return await runInWorkbench(browser.page, server, {
      extensions: valuesOf(commandLine, 'extensionDevelopmentPath').map(toPath),
      ...(tests === undefined ? {} : { tests: toPath(tests) }),
      ...(folder === undefined ? {} : { folder }),
      ...(workspace === undefined ? {} : { workspace }),
      ...(file === undefined ? {} : { file }),
      deadlineMs: runMs,
    });
  } finally {
    await browser?.stop();
    await server?.stop();
  }
}
