// The tests inside the extension host, run by @vscode/test-electron.
import path from 'node:path';
import { runTests } from '@vscode/test-electron';
import * as esbuild from 'esbuild';
import { endServers } from './jobServers';
import { root } from './paths';
import { makeSampleHome, removeSampleHome } from './sampleHome';

const launcher = path.join(root, 'test/vscode/host/code.cjs');
const bundle = path.join(root, 'out/vscode/api.js');

/**
 * Runs them on a copy of the sample, in a desktop VS Code or the one in a browser, and returns its exit code. Their
 * count goes to `report`.
 */
export async function runApiTests(desktop: string | undefined, report: string): Promise<number> {
  await esbuild.build({
    entryPoints: [path.join(root, 'test/vscode/api/index.ts')],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['vscode', 'mocha'],
    sourcemap: 'inline',
  });
  const home = await makeSampleHome();
  try {
    return await runTests({
      vscodeExecutablePath: desktop ?? launcher,
      extensionDevelopmentPath: root,
      extensionTestsPath: bundle,
      extensionTestsEnv: { STREAM_JOBS_REPORT: report },
      launchArgs: [
        ...[home.workspace, '--user-data-dir', home.userDataDir],
        ...['--extensions-dir', path.join(home.folder, 'extensions')],
      ],
    });
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  } finally {
    await endServers(home.userDataDir);
    await removeSampleHome(home);
  }
}
