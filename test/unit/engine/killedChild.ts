// Runs a job as a process of its own, which may be killed on the way.
import { spawn } from 'node:child_process';
import path from 'node:path';

/**
 * Kills it so long after it said `running`; without a time it comes to its end. Resolves to what it printed, rejects
 * when it ended with an error of its own.
 */
export function runChild(script: string, args: string[], killAfterMs: number | undefined): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', path.join(__dirname, script), ...args]);
    let output = '';
    let errors = '';
    child.stdout.on('data', (data: Buffer) => {
      output += data.toString();
      if (output === 'running\n' && killAfterMs !== undefined)
        setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    });
    child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
    child.on('error', reject);
    child.on('exit', (code) => {
      if (code !== null && code !== 0) reject(new Error(errors));
      else resolve(output);
    });
  });
}
