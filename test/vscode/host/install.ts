// Installs VS Code's server and web workbench on demand, outside the project's own dependencies.
//
// 1. An installation is a folder named after what it was made from; it gets that name only when it is complete and was
//    seen to start. A broken or half one is never used, and two that install at once do not disturb each other.
// 2. No install script of any package runs: code-server's own refuses the Node that tests run with.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from './cacheFolder';
import { run } from './childProcess';
import { step } from './progress';
import { startServer, type Host } from './server';

/** The Node version that the server's own modules are built for. */
const nodeMajor = 24;
/** Longest time for one installation step, in ms. */
const stepMs = 10 * 60_000;
/** Raised when the steps below change, so that older installations are not taken for current ones. */
const recipe = 1;
/** Parts of VS Code that nobody here uses; about a third of its size. */
const unused = [
  ...['@github', '@devcontainers', '@microsoft/mxc-sdk'].map((name) => `node_modules/${name}`),
  ...['copilot', 'mermaid-markdown-features', 'microsoft-authentication'].map((name) => `extensions/${name}`),
  ...['js-debug', 'js-debug-companion', 'vscode-js-profile-table'].map(
    (name) => `extensions/ms-vscode.${name}`,
  ),
];
const setup = path.join(path.dirname(fileURLToPath(import.meta.url)), 'setup/package.json');
// Run by `npm test`, npm would take this project's engine-strict for the host as well.
const npmQuiet = ['--no-engine-strict', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];

/** Why the web host cannot be had on this machine, or undefined. */
export function unsupported(): string | undefined {
  const here = `${process.platform}-${process.arch}`;
  if (process.platform === 'win32') return 'VS Code in the browser runs on Linux and macOS only.';
  const bundled = here === 'linux-x64' || here === 'linux-arm64';
  if (bundled || ownNodeFits()) return undefined;
  return `VS Code in the browser needs Node ${nodeMajor} on ${here}; this is ${process.version}.`;
}

/**
 * The installed host, after installing it where needed with its steps shown.
 * @throws Error that says what failed and what to do
 */
export async function ensureHost(): Promise<Host> {
  const reason = unsupported();
  if (reason !== undefined) throw new Error(reason);
  const home = path.join(cacheFolder(), 'vscode-host');
  const folder = path.join(home, await identity());
  if (!existsSync(folder)) await install(home, folder);
  return hostIn(folder);
}

async function identity(): Promise<string> {
  const made = `${await readFile(setup, 'utf8')}${recipe}${process.platform}${process.arch}`;
  return createHash('sha256').update(made).digest('hex').slice(0, 12);
}

function ownNodeFits(): boolean {
  return process.versions.node.startsWith(`${nodeMajor}.`);
}

function hostIn(folder: string): Host {
  const bundled = path.join(folder, `node_modules/node-${process.platform}-${process.arch}/bin/node`);
  return {
    node: existsSync(bundled) ? bundled : process.execPath,
    vscode: path.join(folder, 'node_modules/code-server/lib/vscode'),
  };
}

async function install(home: string, folder: string): Promise<void> {
  await mkdir(home, { recursive: true });
  const work = await mkdtemp(path.join(home, 'installing-'));
  process.stderr.write(`Installing VS Code for the browser into ${home} (once; about 1 minute, 550 MB).\n`);
  try {
    await copyFile(setup, path.join(work, 'package.json'));
    const npm = (cwd: string, ...args: string[]) => run('npm', args, { cwd, deadlineMs: stepMs });
    await step('1/5 packages', () => npm(work, 'install', ...npmQuiet));
    const host = hostIn(work);
    const { vscode } = host;
    await step("2/5 VS Code's own packages", () => npm(vscode, 'install', '--omit=dev', ...npmQuiet));
    await step("3/5 its extensions' packages", () =>
      npm(path.join(vscode, 'extensions'), 'install', '--omit=dev', ...npmQuiet),
    );
    await step('4/5 two native modules', () => buildNativeModules(host));
    for (const part of unused) await rm(path.join(vscode, part), { recursive: true, force: true });
    await step('5/5 starting it once', () => checkStarts(host));
    await rename(work, folder).catch((error: unknown) => {
      // Another process was faster: what it made is the same.
      if (!existsSync(folder)) throw error;
    });
  } catch (error) {
    throw new Error(
      'VS Code for the browser could not be installed. It needs the npm registry, a C++ compiler and Python 3. ' +
        'Or install the desktop VS Code and have `code` on the PATH.',
      { cause: error },
    );
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Builds what the server loads at its start; the headers come with the Node package, so nothing is downloaded. */
async function buildNativeModules({ node, vscode }: Host): Promise<void> {
  const nodeFolder = path.dirname(path.dirname(node));
  const env = {
    ...process.env,
    PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH ?? ''}`,
    npm_config_nodedir: nodeFolder,
    JOBS: String(os.availableParallelism()),
  };
  const modules = ['@vscode/spdlog', '@vscode/native-watchdog'];
  await run('npm', ['rebuild', ...modules, '--loglevel=error'], { cwd: vscode, env, deadlineMs: stepMs });
}

async function checkStarts(host: Host): Promise<void> {
  const home = await mkdtemp(path.join(os.tmpdir(), 'stream-jobs-host-'));
  try {
    const server = await startServer({ host, home });
    await server.stop();
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
