// The tests inside the extension host, run by @vscode/test-electron.
import path from 'node:path';
import { runTests } from '@vscode/test-electron';
import * as esbuild from 'esbuild';
import { desktopForTests } from './desktop';
import { endServers } from './jobServers';
import { root } from './paths';
import { makeSampleHome, removeSampleHome } from './sampleHome';

const launcher = path.join(root, 'test/vscode/host/code.cjs');
const bundle = path.join(root, 'out/vscode/api.js');

/** Runs them on a copy of the sample and returns the exit code of VS Code. Their count goes to `report`. */
export async function runApiTests(report: string): Promise<number> {
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
      vscodeExecutablePath: (await desktopForTests()) ?? launcher,
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
