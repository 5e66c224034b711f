// Runs the command line as a process of its own, as a person's script does.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { endsWithTest } from '../../endsWithTest';

const cli = path.join(__dirname, '../../../dist/cli.js');

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A folder to work in, with a data directory in it; every process started here ends with it. */
export class Workplace {
  private readonly running = new Set<ChildProcess>();

  private constructor(readonly folder: string) {}

  static async make(): Promise<Workplace> {
    return new Workplace(await mkdtemp(path.join(tmpdir(), 'stream-jobs-')));
  }

  get dataDir(): string {
    return path.join(this.folder, 'data');
  }

  file(name: string): string {
    return path.join(this.folder, name);
  }

  /** Runs a command to its end. */
  async run(args: string[], input = ''): Promise<Outcome> {
    const child = this.spawn(args);
    let stdout = '';
    let stderr = '';
    child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdin?.end(input);
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, stdout, stderr };
  }

  /** Runs one statement with --json and returns what it printed. */
  async exec(sql: string): Promise<unknown> {
    const { stdout } = await this.run(['exec', sql, '--json']);
    return JSON.parse(stdout) as unknown;
  }

  /** Starts `serve` and waits for its line that says it is ready. */
  async serve(...args: string[]): Promise<{ child: ChildProcess; line: string }> {
    const child = this.spawn(['serve', ...args]);
    let stderr = '';
    child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    if (!child.stdout) throw new Error('serve has no output');
    const lines = createInterface({ input: child.stdout });
    const ended = once(child, 'exit').then(() => {
      throw new Error(`serve ended: ${stderr}`);
    });
    const [line] = (await Promise.race([once(lines, 'line'), ended])) as [string];
    ended.catch(() => undefined);
    return { child, line };
  }

  spawn(args: string[]): ChildProcess {
    const env = { ...process.env, STREAM_JOBS_HOME: this.dataDir, NO_COLOR: '1' };
    const child = spawn(process.execPath, [...endsWithTest, cli, ...args], {
      cwd: this.folder,
      env,
      stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
    });
    this.running.add(child);
    child.once('exit', () => this.running.delete(child));
    return child;
  }

  async dispose(): Promise<void> {
    const ends = [...this.running].map((child) => once(child, 'exit'));
    for (const child of this.running) child.kill('SIGKILL');
    await Promise.all(ends);
    await rm(this.folder, { recursive: true, force: true });
  }
}

export async function kill(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  const exit = once(child, 'exit');
  child.kill(signal);
  const [code] = (await exit) as [number | null];
  return code;
}
