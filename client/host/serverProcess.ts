// Starts the stream job server's process: with VS Code's own Node, detached, so that a window's end is no crash.
import { fork, type ChildProcess, type ForkOptions } from 'node:child_process';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { StreamJobsError } from '../../server/protocol/errors';

/** Longest wait for a started server to say that it is ready, in ms. */
const readyMs = 30_000;
/** How much of the log a failed start shows. */
const logCharactersShown = 2000;

export interface ServerStart {
  /** The bundled server. */
  script: string;
  dataDir: string;
  baseDir: string;
  /** Another Node than VS Code's own; empty = VS Code's own. */
  nodePath: string;
  /** `1GB`; empty = no limit. */
  memoryLimit: string;
  /** `10min`; empty = as the server has it. */
  pauseWarmTime: string;
  keepRunning: boolean;
}

/** Where the server process writes what goes wrong before and beside its connections. */
export function logFile(dataDir: string): string {
  return path.join(dataDir, 'server.log');
}

/**
 * Starts a server and waits until clients can connect.
 * @throws StreamJobsError SERVER_RUNNING when another process was faster, SERVER_NOT_RUNNING when it did not start
 */
export async function startServer(start: ServerStart): Promise<ChildProcess> {
  await mkdir(start.dataDir, { recursive: true, mode: 0o700 });
  await writeFile(logFile(start.dataDir), '', { mode: 0o600 });
  // Appending: another window may be starting one too, and neither overwrites what the other's says.
  const log = await open(logFile(start.dataDir), 'a', 0o600);
  try {
    const options: ForkOptions & { windowsHide: boolean } = {
      execPath: start.nodePath === '' ? process.execPath : start.nodePath,
      execArgv: [],
      env: serverEnvironment(process.env),
      // A file outlives this window, a pipe would break with it.
      stdio: ['ignore', log.fd, log.fd, 'ipc'],
      detached: true,
      windowsHide: true,
    };
    const child = fork(start.script, serverArguments(start), options);
    child.unref();
    await untilReady(child, start.dataDir);
    return child;
  } finally {
    await log.close();
  }
}

/** What the server is told on its command line; it has its own defaults for what is empty. */
export function serverArguments(start: Omit<ServerStart, 'script' | 'nodePath'>): string[] {
  const { dataDir, baseDir, memoryLimit, pauseWarmTime, keepRunning } = start;
  return [
    ...['--data-dir', dataDir, '--base-dir', baseDir],
    ...(memoryLimit === '' ? [] : ['--memory-limit', memoryLimit]),
    ...(pauseWarmTime === '' ? [] : ['--pause-warm-time', pauseWarmTime]),
    ...(keepRunning ? ['--keep-running'] : []),
  ];
}

/** The environment without what would make Node load VS Code's or the user's hooks. */
export function serverEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([key]) => key !== 'NODE_OPTIONS' && !key.startsWith('VSCODE_'));
  return { ...Object.fromEntries(kept), ELECTRON_RUN_AS_NODE: '1', UV_THREADPOOL_SIZE: '16' };
}

async function untilReady(child: ChildProcess, dataDir: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const outcome = await new Promise<'ready' | 'late' | Error | number | null>((resolve) => {
    child.once('message', () => resolve('ready'));
    child.once('error', resolve);
    child.once('exit', resolve);
    timer = setTimeout(() => resolve('late'), readyMs);
  });
  clearTimeout(timer);
  if (outcome === 'ready') return;
  if (outcome === 'late') child.kill('SIGKILL');
  const log = await readFile(logFile(dataDir), 'utf8').catch(() => '');
  if (log.includes('SERVER_RUNNING')) {
    throw new StreamJobsError('SERVER_RUNNING', `Another stream job server holds ${dataDir}.`);
  }
  const detail = outcome instanceof Error ? outcome.message : log.slice(-logCharactersShown).trim();
  const why = outcome === 'late' ? `it was not ready after ${readyMs / 1000} s` : 'it ended at once';
  throw new StreamJobsError(
    'SERVER_NOT_RUNNING',
    `The stream job server did not start: ${why}. ${detail}`.trim(),
    {
      hint: 'See the log; another Node.js can be chosen with the setting streamJobs.nodePath.',
    },
  );
}
