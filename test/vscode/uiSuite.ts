// The tests that look and click, run by vitest.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { root } from './paths';

/** Runs them and returns the exit code. Their count goes to `report`. */
export async function runUiTests(report: string): Promise<number> {
  const vitest = path.join(root, 'node_modules/vitest/vitest.mjs');
  const args = [vitest, 'run', '--config', path.join(root, 'test/vscode/vitest.config.mts')];
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const child = spawn(process.execPath, [...args, ...reporters], { cwd: root, stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}
