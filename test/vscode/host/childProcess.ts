// Child processes that end for certain: with a deadline, and with everything they started.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** Time a process group gets to end by itself before it is killed, in ms. */
const graceMs = 5000;
/** Lines of a failed command that its error shows. */
const outputLinesShown = 20;

export interface RunOptions {
  cwd: string;
  env?: NodeJS.ProcessEnv;
  deadlineMs: number;
}

/**
 * Runs a command to its end and returns what it wrote to standard output.
 * @throws Error with the end of its output when it fails or misses the deadline
 */
export async function run(command: string, args: readonly string[], options: RunOptions): Promise<string> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
  });
  const output: string[] = [];
  const written: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.push(text);
    written.push(text);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => output.push(text));
  const deadline = setTimeout(() => signal(child, 'SIGKILL'), options.deadlineMs);
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    if (code === 0) return written.join('');
    const why = code === null ? `did not end in ${options.deadlineMs / 1000} s` : `failed (${code})`;
    const shown = output.join('').trimEnd().split('\n').slice(-outputLinesShown).join('\n');
    throw new Error(`${[command, ...args].join(' ')} ${why}:\n${shown}`);
  } finally {
    clearTimeout(deadline);
  }
}

/** Asks a process and all it started to end, and kills what is left after a moment. */
export async function stopGroup(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  signal(child, 'SIGTERM');
  const kill = setTimeout(() => signal(child, 'SIGKILL'), graceMs);
  await ended;
  clearTimeout(kill);
  signal(child, 'SIGKILL');
}

/** Signals the whole group where there are process groups. A group that is gone already is fine. */
function signal(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? child.pid : -child.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
