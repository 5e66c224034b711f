// A desktop VS Code of this machine.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { downloadAndUnzipVSCode } from '@vscode/test-electron';
import { cacheFolder } from './host/cacheFolder';
import { findOnPath } from './host/executables';

/** The `code` command on the PATH, or the executable that `$STREAM_JOBS_VSCODE` names. */
export function findDesktop(env: NodeJS.ProcessEnv = process.env): string | undefined {
  if (env.STREAM_JOBS_VSCODE) return env.STREAM_JOBS_VSCODE;
  return findOnPath('code', env);
}

/** Runs it until the window it opens is closed. @throws Error when it cannot be started or fails */
export async function openDesktop(executable: string, args: readonly string[]): Promise<void> {
  // The command of Windows is a script, which needs a shell; and a shell needs quotes.
  const shell = process.platform === 'win32';
  const quoted = shell ? [executable, ...args].map((part) => `"${part}"`) : [executable, ...args];
  const [command = executable, ...rest] = quoted;
  const child = spawn(command, rest, { stdio: 'inherit', shell });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${executable} ended with ${code ?? 'a signal'}.`);
}

/** How long the network gets to show that VS Code can be downloaded, in ms. */
const probeMs = 5000;
const releases = 'https://update.code.visualstudio.com/api/releases/stable';

/**
 * A desktop VS Code for tests: `$STREAM_JOBS_VSCODE`, or one that @vscode/test-electron downloads into the cache
 * folder. Undefined where there is no network for that or no screen for it.
 */
export async function desktopForTests(env: NodeJS.ProcessEnv = process.env): Promise<string | undefined> {
  if (env.STREAM_JOBS_VSCODE) return env.STREAM_JOBS_VSCODE;
  if (process.platform === 'linux' && !env.DISPLAY && !env.WAYLAND_DISPLAY) return undefined;
  const reachable = await fetch(releases, { signal: AbortSignal.timeout(probeMs) }).then(
    ({ ok }) => ok,
    () => false,
  );
  if (!reachable) return undefined;
  return downloadAndUnzipVSCode({ version: 'stable', cachePath: path.join(cacheFolder(), 'vscode-desktop') });
}
