// Makes the VSIX for this platform, with the one native module that belongs to it.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { version } from '../../package.json';
import { run } from './host/childProcess';
import { root } from './paths';

/** Prefix of the packages that hold DuckDB for one platform each. */
const bindings = 'node-bindings-';
/** Longest time to collect and compress the files, in ms. */
const packageMs = 5 * 60_000;

/**
 * Packages what `npm run build` made and returns the file.
 * @throws Error when the installed DuckDB is none or not one platform's
 */
export async function packageExtension(folder: string): Promise<string> {
  const target = installedTarget();
  const file = path.join(folder, `stream-jobs-${target}-${version}.vsix`);
  const vsce = path.join(root, 'node_modules/@vscode/vsce/vsce');
  // Links stay as they are: the pictures of the README are inside.
  const links = ['--allow-missing-repository', '--no-rewrite-relative-links'];
  const args = [vsce, 'package', '--target', target, '--out', file, ...links];
  await run(process.execPath, args, { cwd: root, deadlineMs: packageMs });
  return file;
}

/** VS Code's name of the platform that the installed DuckDB is for. */
function installedTarget(): string {
  const installed = readdirSync(path.join(root, 'node_modules/@duckdb'));
  const [platform, ...others] = installed.filter((name) => name.startsWith(bindings));
  if (platform === undefined || others.length > 0) {
    throw new Error(`Run npm ci first: of DuckDB there is ${platform ? 'more than one platform' : 'none'}.`);
  }
  const [system = '', arch = '', libc] = platform.slice(bindings.length).split('-');
  return libc === 'musl' ? `alpine-${arch}` : `${system}-${arch}`;
}
