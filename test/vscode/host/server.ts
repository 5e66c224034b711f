// A running VS Code server: the process behind the web workbench, on a loopback port of its own.
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { stopGroup } from './childProcess';
import { quietSettings } from './settings';

/** Longest wait for the server to listen, in ms. */
const startMs = 60_000;
/** Lines of its output kept for an error message. */
const linesKept = 200;

/** An installed VS Code server. */
export interface Host {
  /** The Node executable it runs under. */
  node: string;
  /** The folder of VS Code itself, which holds `out/server-main.js`. */
  vscode: string;
}

export interface ServerOptions {
  host: Host;
  /** Holds all the server writes: settings, extensions, workspace storage. */
  home: string;
  userDataDir?: string;
  extensionsDir?: string;
  /** Whether workspaces are asked about before code runs in them. Off by default. */
  workspaceTrust?: boolean;
  /** User settings beside the quiet ones. */
  settings?: Readonly<Record<string, unknown>>;
  args?: readonly string[];
  env?: NodeJS.ProcessEnv;
  onLine?: (line: string) => void;
}

export interface WorkbenchServer {
  port: number;
  /** What a page must show to be let in. */
  token: string;
  userDataDir: string;
  /** Settles when the process has ended, however it did. */
  exited: Promise<void>;
  /** Ends it and all it started. Idempotent. */
  stop(): Promise<void>;
}

/** Where a server with these options keeps what users have. */
export function serverFolders({ home, userDataDir, extensionsDir }: ServerOptions) {
  return {
    userDataDir: userDataDir ?? path.join(home, 'user-data'),
    extensionsDir: extensionsDir ?? path.join(home, 'extensions'),
    serverDataDir: path.join(home, 'server-data'),
  };
}

/** The command line every use of the server shares. */
export function serverArguments(options: ServerOptions): string[] {
  const { userDataDir, extensionsDir, serverDataDir } = serverFolders(options);
  return [
    path.join(options.host.vscode, 'out/server-main.js'),
    '--accept-server-license-terms',
    ...['--user-data-dir', userDataDir],
    ...['--extensions-dir', extensionsDir],
    ...['--server-data-dir', serverDataDir],
  ];
}

/** Its environment: no marketplace, and none of what an outer VS Code would have it do. */
export function serverEnvironment(options: ServerOptions): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { EXTENSIONS_GALLERY: '{}', ...process.env, ...options.env };
  // With it, server-main.js becomes a module that starts nothing.
  delete env.CODE_SERVER_PARENT_PID;
  return { ...env, XDG_RUNTIME_DIR: options.home };
}

/**
 * Starts a server on a free loopback port.
 * @throws Error with the end of its output when it does not listen in time
 */
export async function startServer(options: ServerOptions): Promise<WorkbenchServer> {
  const { userDataDir } = serverFolders(options);
  await writeSettings(userDataDir, options);
  const token = randomBytes(16).toString('hex');
  const args = [
    ...serverArguments(options),
    ...['--host', '127.0.0.1', '--port', '0', '--connection-token', token],
    ...['--disable-telemetry', '--disable-experiments', '--force-disable-user-env'],
    ...(options.workspaceTrust === true ? [] : ['--disable-workspace-trust']),
    ...(options.args ?? []),
  ];
  const child = spawn(options.host.node, args, {
    env: serverEnvironment(options),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const exited = once(child, 'exit').then(() => undefined);
  try {
    const port = await untilBound(child, exited, options.onLine);
    return { port, token, userDataDir, exited, stop: () => stopGroup(child) };
  } catch (error) {
    await stopGroup(child);
    throw error;
  }
}

async function writeSettings(
  userDataDir: string,
  { workspaceTrust, settings }: ServerOptions,
): Promise<void> {
  const file = path.join(userDataDir, 'User/settings.json');
  if (existsSync(file)) return;
  await mkdir(path.dirname(file), { recursive: true });
  const trust = { 'security.workspace.trust.enabled': workspaceTrust === true };
  await writeFile(file, JSON.stringify({ ...quietSettings, ...trust, ...settings }, undefined, 2));
  // Settings of machine scope count only where the server looks for them.
  const machineFile = path.join(userDataDir, 'Machine/settings.json');
  await mkdir(path.dirname(machineFile), { recursive: true });
  await writeFile(machineFile, JSON.stringify({ ...settings }, undefined, 2));
}

function untilBound(
  child: ChildProcess,
  exited: Promise<void>,
  onLine?: (line: string) => void,
): Promise<number> {
  const lines: string[] = [];
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`The VS Code server ${why}.\n${lines.join('\n')}`));
    const late = setTimeout(() => fail(`did not listen within ${startMs / 1000} s`), startMs);
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        if (lines.length > linesKept) lines.shift();
        onLine?.(line);
        const bound = /Server bound to 127\.0\.0\.1:(\d+)/.exec(line);
        if (!bound) return;
        clearTimeout(late);
        resolve(Number(bound[1]));
      });
    }
    void exited.then(() => {
      clearTimeout(late);
      fail('ended before it listened');
    });
  });
}
